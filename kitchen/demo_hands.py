"""The demo's kitchen hands: their papers, and the mornings that are over."""

from datetime import date, datetime, timedelta

from kitchen import certificates, hands
from kitchen.demo_people import MAKER

PEOPLE = (
    ("吴大厨", "主厨", "cook", 200),
    ("郑师傅", "副厨", "cook", 320),
    ("马阿姨", "切配", "prepare", 25),  # has to be renewed soon
    ("冯阿姨", "分餐", "portion", 150),
)
NEWCOMER = ("小许", "帮工")  # began this week: no papers yet


async def hire(kitchen: int, today: date, now: datetime) -> None:
    """Four with certificates, one of which ends soon, and one without any."""
    for number, (name, duty, _post, days) in enumerate(PEOPLE, start=1):
        hand = await hands.add_hand(kitchen, name, duty, by=MAKER, now=now)
        ends = today + timedelta(days=days)
        papers = {"health": (ends - timedelta(days=364), ends), "training": None}
        for kind, dates in papers.items():
            issued, expires = dates or (ends - timedelta(days=700), None)
            issued = min(issued, now.date())
            await certificates.record_certificate(
                *(kitchen, "hand", hand, kind, f"临健 {today:%Y}{number:04d}"),
                *(issued, expires),
                by=MAKER,
                now=now,
            )
    await hands.add_hand(kitchen, *NEWCOMER, by=MAKER, now=now)


async def morning(kitchen: int, day: date, at: datetime) -> None:
    """Everybody with papers is well and at a post."""
    people = await hands.hands_for(kitchen, day)
    for hand, (_name, _duty, post, _days) in zip(people, PEOPLE, strict=False):
        await hands.record_check(
            kitchen, hand.id, day, (), 364, "", at, by=MAKER, now=at
        )
        await hands.assign(kitchen, hand.id, day, "lunch", post, by=MAKER, now=at)
