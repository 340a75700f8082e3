"""`day` and `print`: the whole morning at once, or one paper."""

import datetime as dt
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from app.asgi import utc_now
from app.commands.common import (
    OPERATOR,
    SOME_LEFT,
    chosen_kitchen,
    say,
    show,
    show_rows,
    sure_to_write,
    with_database,
    write_out,
)
from app.commands.speaking import Command
from app.commands.values import (
    DAY,
    Folder,
    OneOf,
    Whole,
    dry_run_option,
    json_option,
    kitchen_option,
    meal_option,
    output_option,
)
from app.days import MEALS
from app.desk import Desk
from app.headcount_pages import hinted
from app.i18n import translate as _
from app.papers import KINDS
from app.print_desk import print_morning, print_now
from app.print_papers import paper_at, papers_for
from app.printing import join
from app.refusals import sentence_for
from app.settings import Settings
from app.solving import plan_rounds, publish_rounds
from kitchen import attendance, headcounts
from kitchen.errors import Refusal
from kitchen.headcounts import SpareFacts
from kitchen.kitchen_day import kitchen_day
from kitchen.round_inputs import inputs_for
from kitchen.round_plans import Plan, differences, latest_plan, plan_by_id

PRINTABLE = tuple(kind for kind in KINDS if kind != "slip")


@dataclass(frozen=True)
class Morning:
    """How far the morning got. `left` are sentences about who still waits."""

    closed: bool
    portions: int
    plan_version: int
    rounds: int
    published: bool
    left: tuple[str, ...]
    files: tuple[Path, ...] = ()

    def as_facts(self) -> dict[str, Any]:
        return {**vars(self), "files": [str(file) for file in self.files]}


@click.command(cls=Command)
@click.argument("day", metavar="DATE", type=DAY, help="哪一天")
@meal_option
@click.option(
    "--out",
    type=Folder(),
    metavar="FOLDER",
    help="单据放到哪个文件夹,默认 DATA/papers/日期-餐",
)
@click.option(
    "--seconds",
    metavar="N",
    type=Whole(1, 600),
    help="编排线路的时间,默认 NUANCAN_SOLVER_SECONDS",
)
@click.option("--no-close", is_flag=True, help="人数没截单就停下,不替人截单")
@kitchen_option
@dry_run_option
@json_option
def day(
    day: dt.date,
    meal: str,
    out: Path | None,
    seconds: int | None,
    no_close: bool,
    kitchen: int | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """整个上午:截单、排线路并发布、全部单据。例:./run day today --out 单据

    可以放进 cron,重复执行不会重复打印。有人没排上时退出码为 3。
    """

    async def work(settings: Settings) -> Morning:
        kitchen_id = (await chosen_kitchen(kitchen)).id
        if dry_run:
            return await _foreseen(kitchen_id, day, meal)
        folder = out or settings.data / "papers" / f"{day.isoformat()}-{meal}"
        given = seconds or settings.solver_seconds
        return await _run(settings, kitchen_id, day, meal, folder, given, no_close)

    if out is not None and not dry_run:
        with suppress(OSError):  # said in a sentence below
            out.mkdir(parents=True, exist_ok=True)
        sure_to_write(out / "单据")
    done = with_database(work)
    if as_json:
        show(done.as_facts())
    else:
        for file in done.files:
            click.echo(file)
    say(
        _(
            "{day} {meal}:{portions} 份,线路 {rounds} 趟,单据 {files} 份",
            day=day,
            meal=_(MEALS[meal]),
            portions=done.portions,
            rounds=done.rounds,
            files=len(done.files),
        )
    )
    for sentence in done.left:
        say(f"! {sentence}")
    if done.left:
        sys.exit(SOME_LEFT)


async def _run(
    settings: Settings,
    kitchen_id: int,
    day: dt.date,
    meal: str,
    folder: Path,
    seconds: int,
    no_close: bool,
) -> Morning:
    if await headcounts.closed(kitchen_id, day, meal) is None:
        if no_close:
            raise Refusal("headcount_open", day=day, meal=meal)
        eaters = await headcounts.eaters_for(kitchen_id, day, meal)
        usual = await headcounts.usual_walk_ins(kitchen_id, day, meal)
        hints = await hinted(kitchen_id, day, meal, eaters)
        await headcounts.close_headcount(
            kitchen_id,
            day,
            meal,
            spares=[
                SpareFacts(0, point_id or None, kind, "regular", portions)
                for point_id, kind, portions in attendance.proposed(hints, usual)
            ],
            by=OPERATOR,
            now=utc_now(),
        )
        say(_("人数已截单"))
    left = []
    try:
        await _rounds(settings, kitchen_id, day, meal, seconds)
    except Refusal as refusal:
        left.append(sentence_for(refusal))
    plan = await latest_plan(kitchen_id, day, meal)
    left += await _left(kitchen_id, day, meal, plan)
    files = await print_morning(
        kitchen_id,
        day,
        meal,
        folder,
        desk=Desk.of(settings),
        by=OPERATOR,
        now=utc_now(),
    )
    return _told(True, await _portions(kitchen_id, day, meal), plan, left, files)


async def _rounds(
    settings: Settings, kitchen_id: int, day: dt.date, meal: str, seconds: int
) -> None:
    """Rounds that fit the count and count themselves; nothing is done twice."""
    inputs = await inputs_for(kitchen_id, day, meal)
    if not inputs.drops:
        return
    plan = await latest_plan(kitchen_id, day, meal)
    if plan is None or any(differences(inputs, plan)):
        say(_("正在编排线路,最多 {seconds} 秒……", seconds=seconds))
        plan_id = await plan_rounds(
            kitchen_id,
            day,
            meal,
            by=OPERATOR,
            now=utc_now(),
            seconds=seconds,
            roads=settings.road_servers,
        )
        plan = await plan_by_id(plan_id)
    if plan.facts.is_draft:
        await publish_rounds(plan.facts.id, by=OPERATOR, now=utc_now())
        say(_("第 {version} 版线路已发布", version=plan.facts.version))


async def _left(
    kitchen_id: int, day: dt.date, meal: str, plan: Plan | None
) -> list[str]:
    """Who is still without a round or without a solution for the diet, by name."""
    today = await kitchen_day(kitchen_id, day, meal)
    waiting = [order.name for order in today.orders if order.way == "deliver"]
    if plan is not None:
        drops = (await inputs_for(kitchen_id, day, meal)).by_key()
        keys = [stop.key for stop in plan.stops_of(None)]
        waiting = [drops[key].name if key in drops else str(key[1]) for key in keys]
    left = []
    if waiting:
        left.append(
            _("{n} 处没有排上线路:{names}", n=len(waiting), names="、".join(waiting))
        )
    points = [order.name for order in today.unplaced if order.way != "deliver"]
    if points:
        left.append(
            _("{n} 位没有就餐点:{names}", n=len(points), names="、".join(points))
        )
    undecided = [one.eater.name for one in today.waiting if one.dishes]
    if undecided:
        left.append(
            _(
                "{n} 位不能吃当天的菜,还没定怎么办:{names}",
                n=len(undecided),
                names="、".join(undecided),
            )
        )
    if not today.menu.lines:
        left.append(_("这一餐还没有菜单,生产单是空的"))
    return left


async def _portions(kitchen_id: int, day: dt.date, meal: str) -> int:
    eaters = await headcounts.eaters_for(kitchen_id, day, meal)
    spares = await headcounts.spares_for(kitchen_id, day, meal)
    return sum(e.portions for e in eaters) + sum(s.portions for s in spares)


async def _foreseen(kitchen_id: int, day: dt.date, meal: str) -> Morning:
    closed = await headcounts.closed(kitchen_id, day, meal) is not None
    plan = await latest_plan(kitchen_id, day, meal)
    left = await _left(kitchen_id, day, meal, plan) if closed else []
    return _told(closed, await _portions(kitchen_id, day, meal), plan, left, ())


def _told(
    closed: bool,
    portions: int,
    plan: Plan | None,
    left: list[str],
    files: list[Path] | tuple[Path, ...],
) -> Morning:
    return Morning(
        closed=closed,
        portions=portions,
        plan_version=plan.facts.version if plan else 0,
        rounds=sum(1 for row in plan.rounds if plan.stops_of(row.id)) if plan else 0,
        published=plan is not None and not plan.facts.is_draft,
        left=tuple(left),
        files=tuple(files),
    )


OF_A_SUBJECT = {
    "cards": "all",
    "settlement": "{month}",
    "claim": "{month}:funder:district",
    "notice": "month:{month}",
    "statement": "",
}
"""Papers that are asked for by subject, and which one is meant without."""


@click.command(name="print", cls=Command)
@click.argument("kind", metavar="KIND", type=OneOf(PRINTABLE), help="哪种单子")
@click.argument("day", metavar="DATE", type=DAY, help="哪一天")
@meal_option
@output_option
@click.option(
    "--subject",
    metavar="SUBJECT",
    default="",
    help="只要一张,如 round:3、point:1",
)
@kitchen_option
@dry_run_option
@json_option
def print_(
    kind: str,
    day: dt.date,
    meal: str,
    output: Path | None,
    subject: str,
    kitchen: int | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """打印一种单子(PDF),编号登记。例:./run print sheet today -o 送餐单.pdf

    --dry-run 或 --json 只列出有哪几张,不打印。
    """

    async def work(settings: Settings) -> tuple[list[dict[str, str]], bytes]:
        kitchen_id = (await chosen_kitchen(kitchen)).id
        desk = Desk.of(settings)
        if kind in OF_A_SUBJECT:
            default = OF_A_SUBJECT[kind].format(month=f"{day:%Y-%m}")
            one = await paper_at(desk, kitchen_id, day, meal, kind, subject or default)
            papers = [one] if one else []
        else:
            papers = await papers_for(desk, kitchen_id, day, meal, (kind,))
        papers = [p for p in papers if subject in ("", p.subject) or len(papers) == 1]
        if not papers:
            raise Refusal("print_nothing", what=_(KINDS[kind]))
        listed = [
            {"kind": p.kind, "subject": p.subject, "holder": p.holder} for p in papers
        ]
        if dry_run or as_json:
            return listed, b""
        made = await print_now(desk, kitchen_id, papers, by=OPERATOR, now=utc_now())
        return listed, await join([one.pdf for one in made])

    if not (dry_run or as_json):
        sure_to_write(output)
    listed, pdf = with_database(work)
    if pdf:
        write_out(pdf, output)
    else:
        show_rows(listed, as_json)
