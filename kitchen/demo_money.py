"""The demo's money: a trial opening before the plans began, so that a month and a
quarter are settled, claimed, paid in part, corrected and signed by two offices of
three; one case to recover, a few taps after yesterday's lunch, one card lost.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from kitchen import (
    calendar,
    cards,
    claims,
    day_close,
    dining,
    feedback,
    findings,
    headcounts,
    meals,
    recoveries,
    settlement,
    statements,
)
from kitchen.audit import LOCAL_ZONE
from kitchen.database import writing
from kitchen.meals import Serving
from kitchen.registry import ElderFacts, elders_of
from kitchen.staff import Actor

LUNCH = "lunch"
TRIAL_DAY = 5  # of its month: before any plan of the demo begins
AT_A_POINT = 12
TAPS = ("good", "good", "fair", "good", "good", "poor", "good")


@dataclass(frozen=True)
class Books:
    """Whose money, who enters it, and what time it is."""

    kitchen: int
    points: tuple[int, ...]
    today: date
    now: datetime
    by: Actor

    def clock(self, day: date, hour: int, minute: int = 0) -> datetime:
        wall = datetime.combine(day, time(hour, minute), tzinfo=LOCAL_ZONE)
        return wall.astimezone(UTC)

    def office(self, day: date) -> datetime:
        """Half past eight of that day, or now where it has not come."""
        return min(self.clock(day, 8, 30), self.now)


def trial_days(today: date) -> list[date]:
    """In the last month of the quarter before this one, and in the month before this
    one where that is another."""
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    ends = (quarter - timedelta(days=1), today.replace(day=1) - timedelta(days=1))
    return sorted({last.replace(day=TRIAL_DAY) for last in ends})


async def open_on_trial(books: Books, day: date) -> None:
    """A lunch without bookings: whoever came was served at the table."""
    when = (books.kitchen, day, LUNCH)
    people = await elders_of(books.kitchen)
    for point in books.points:
        here = [one for one in people if one.point_id == point][:AT_A_POINT]
        await dining.open_shift(
            point, *when[1:], by=books.by, now=books.clock(day, 10, 30)
        )
        async with writing():
            served = [_lunch(books, day, n, one) for n, one in enumerate(here)]
            await meals.hand_over_all(served, by=books.by, now=books.clock(day, 12))
        totals = await dining.totals_of(point, *when[1:])
        now = books.clock(day, 13)
        await dining.close_shift(
            point, *when[1:], totals.cash_fen, "试营业", by=books.by, now=now
        )
    by, now = books.by, books.clock(day, 14)
    await headcounts.close_headcount(*when, by=by, now=now)
    for one in (await day_close.balance_for(*when)).differences:
        await day_close.note_difference(
            *when, one.key, "试营业，现点现做", by=by, now=now
        )
    await day_close.close_day(*when, by=by, now=now)


def _lunch(books: Books, day: date, number: int, person: ElderFacts) -> Serving:
    return Serving(
        kitchen_id=books.kitchen,
        day=day,
        meal=LUNCH,
        elder_id=person.id,
        diner_id=None,
        portion=1,
        channel="table",
        point_id=person.point_id,
        stop_id=None,
        tariff="subsidised",
        payment="cash",
        served_at=books.clock(day, 11, 5 + number),
        source="till",
    )


async def settle(books: Books) -> None:
    """Each month that is over in its turn; then the quarter, and what is newest."""
    months = [f"{day:%Y-%m}" for day in trial_days(books.today)]
    for number, month in enumerate(months):
        closed_on = calendar.days_of(month)[1] + timedelta(days=4)
        await _close(books, month, closed_on, recover=number == 0)
        if number == 0:
            await _correct(books, month, closed_on + timedelta(days=3))
            await _pay(books, month, closed_on + timedelta(days=20))
    await _sign(books, statements.quarter_of(trial_days(books.today)[0]))


async def _close(books: Books, month: str, day: date, *, recover: bool) -> None:
    by, now = books.by, books.office(day)
    for one in await findings.findings(books.kitchen, month):
        if not one.settled:
            await findings.explain(
                books.kitchen, month, one.key, "试营业，没有订餐", by=by, now=now
            )
    if recover:
        await _recover(books, day)
    await settlement.close_month(
        books.kitchen, month, today=min(day, books.today), by=by, now=now
    )


async def _recover(books: Books, day: date) -> None:
    """Somebody's neighbour had eaten in their name: paid back in part so far."""
    by, now = books.by, books.office(day)
    async with writing():
        case = await recoveries.open_in_transaction(
            kitchen_id=books.kitchen,
            elder_id=(await elders_of(books.kitchen))[0].id,
            finding="",
            amount_fen=2400,
            reason="邻居代吃了三次",
            barred_from=None,
            by=by,
            now=now,
        )
    await recoveries.repay(
        case, 800, kitchen_id=books.kitchen, day=min(day, books.today), by=by, now=now
    )


async def _correct(books: Books, month: str, day: date) -> None:
    line = (await settlement.claims(books.kitchen, month))[0]
    await settlement.correct(
        books.kitchen,
        month,
        payer=line.payer,
        place=line.place,
        community_id=line.community_id,
        meals=-1,
        fen=-(line.fen // line.meals),
        reason="一位老人当天在别处已经领过",
        today=min(day, books.today),
        by=books.by,
        now=books.office(day),
    )


async def _pay(books: Books, month: str, day: date) -> None:
    """The first funder paid, the others are awaited."""
    paid_on = min(day, books.today)
    claim = (await claims.open_claims(books.kitchen, paid_on))[0]
    await claims.record_payment(
        books.kitchen,
        month,
        claim.payer,
        claim.open_fen,
        paid_on=paid_on,
        reference=f"国库支付 {paid_on:%Y%m}-018",
        today=paid_on,
        by=books.by,
        now=books.office(day),
    )


async def _sign(books: Books, quarter: str) -> None:
    """Community and street have signed, the district has not."""
    by, now = books.by, books.office(books.today)
    for community in sorted(await statements.communities_in(books.kitchen, quarter)):
        await statements.draw_up(
            books.kitchen, quarter, community, today=books.today, by=by, now=now
        )
    for one in (await statements.statements_for(books.kitchen, quarter))[:1]:
        for step, signer in (("community", "何主任"), ("street", "周督导")):
            await statements.sign(books.kitchen, one.id, step, signer, by=by, now=now)


async def tap(books: Books, day: date) -> None:
    """Faces at the way out of one lunch, more at one point than at another."""
    for number, point in enumerate(books.points):
        totals = await dining.totals_of(point, day, LUNCH)
        scores = (TAPS[day.day % 3 :] + TAPS)[number : number + 4 + 2 * number]
        for score in scores[: totals.served]:
            await feedback.give(
                point,
                day,
                LUNCH,
                score,
                device="演示",
                by=books.by,
                now=books.clock(day, 12, 20),
            )


async def lose_a_card(books: Books, day: date) -> None:
    lost = (await elders_of(books.kitchen))[-1]
    await cards.replace_card(
        lost.id, "公交车上丢了", by=books.by, now=books.clock(day, 15)
    )
