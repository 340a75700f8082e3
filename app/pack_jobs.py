"""Drawing the packs of many months: a job, each month kept as soon as it is drawn."""

import asyncio
from datetime import date

from app import jobs
from app.desk import Desk
from app.i18n import language
from app.i18n import translate as _
from app.print_desk import current_pages
from app.print_papers import paper_at

JOB = "draw_packs"


@jobs.kind(JOB)
async def draw_packs(arguments: jobs.Arguments, tell: jobs.Tell) -> jobs.Result:
    """The page's button: draw these packs, lead to all of them in one file."""
    language.set(arguments["language"])
    desk, kitchen_id = Desk.from_json(arguments["desk"]), arguments["kitchen"]
    subjects, done = arguments["packs"], 0

    async def draw(subject: str) -> None:
        nonlocal done
        last = date.fromisoformat(subject[-10:])
        paper = await paper_at(desk, kitchen_id, last, "", "inspection", subject)
        if paper is not None:
            await current_pages(desk, kitchen_id, paper)
        done += 1
        note = _("已排好 {n} 份，共 {of} 份", n=done, of=len(subjects))
        await tell(95 * done // len(subjects), note)

    try:
        async with asyncio.TaskGroup() as group:  # the printer draws one a core
            for subject in subjects:
                group.create_task(draw(subject))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    days = f"{subjects[0][:10]}_{subjects[-1][-10:]}"
    return {"location": f"/safety/inspection/{days}.pdf"}
