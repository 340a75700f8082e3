"""The demo's voices: a complaint taken, not answered yet, and one callback answered."""

from datetime import date, datetime

from kitchen import callbacks, incidents
from kitchen.callbacks import quarter_of, recipients_of, sample_of
from kitchen.demo_people import MAKER
from kitchen.incidents import NewIncident


async def speak(kitchen: int, today: date, now: datetime) -> None:
    """Somebody who had a meal lately complains; the quarter's lot is drawn and the
    first of it has answered. Nothing where nobody had a meal this quarter."""
    quarter = quarter_of(today)
    recipients = await recipients_of(kitchen, quarter)
    if not recipients:
        return
    complaint = NewIncident(
        kind="complaint",
        said="昨天的饭送到已经不热了",
        caller="女儿",
        elder_id=min(one.elder_id for one in recipients),
    )
    await incidents.open_incident(kitchen, complaint, by=MAKER, now=now)
    await callbacks.draw_sample(kitchen, quarter, seed=1, by=MAKER, now=now)
    sample = await sample_of(kitchen, quarter)
    for pick in sample.picks[:1] if sample else ():
        await callbacks.record_answer(
            pick.id, "call", "satisfied", note="饭菜合口，送得准时", by=MAKER, now=now
        )
