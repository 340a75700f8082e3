"""The quarter's lot: at least 5 % of every round and point, and n beside every rate."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen.callbacks import (
    Recipient,
    Satisfaction,
    days_of,
    draw_sample,
    drawn,
    quarter_of,
    record_answer,
    sample_of,
)
from kitchen.deliveries import report_exception
from kitchen.errors import Refusal
from tests.kitchen.cast import CHEN, TODAY
from tests.kitchen.test_deliveries import (
    NOON,
    SAID_BY_QIAN,
    out_in_the_streets,
    stop_of,
)

STRATA = st.lists(
    st.tuples(
        st.sampled_from(["round:1", "round:2", "point:1", "point:2"]), st.integers(0, 3)
    ),
    max_size=200,
)


@given(STRATA, st.integers(5, 100), st.integers(0, 10**6))
def test_every_round_and_point_gives_at_least_its_share(
    people: list[tuple[str, int]], percent: int, seed: int
) -> None:
    all_of_them = [
        Recipient(n, where, asked) for n, (where, asked) in enumerate(people)
    ]
    picks = drawn(all_of_them, percent, seed)
    assert picks == drawn(list(reversed(all_of_them)), percent, seed), (
        "the seed decides"
    )
    assert len({pick.elder_id for pick in picks}) == len(picks)
    assert len(picks) * 100 >= percent * len(all_of_them)
    for where in {r.stratum for r in all_of_them}:
        mine = [r for r in all_of_them if r.stratum == where]
        taken = [pick for pick in picks if pick.stratum == where]
        assert len(taken) * 100 >= percent * len(mine)
        assert (len(taken) - 1) * 100 < percent * len(mine), "and not one too many"
        left = [r.asked for r in mine if r not in taken]
        assert not left or max(p.asked for p in taken) <= min(left)


def test_of_forty_one_recipients_three_are_called() -> None:
    everybody = [Recipient(n, "point:1") for n in range(41)]
    assert len(drawn(everybody, 5, seed=1)) == 3  # 2.05, rounded up


def test_another_seed_is_another_lot() -> None:
    people = [Recipient(n, "round:1") for n in range(400)]
    lots = {tuple(p.elder_id for p in drawn(people, 5, seed)) for seed in range(20)}
    assert len(lots) == 20


@pytest.mark.parametrize(
    ("satisfied", "answered", "met"),
    [(0, 0, False), (19, 20, True), (18, 19, False), (95, 100, True), (1, 1, True)],
)
def test_the_line_is_at_ninety_five_of_a_hundred(
    satisfied: int, answered: int, met: bool
) -> None:
    assert Satisfaction(satisfied, answered).is_met is met


@pytest.mark.parametrize(
    ("day", "quarter", "first", "after"),
    [
        (date(2026, 1, 1), "2026Q1", date(2026, 1, 1), date(2026, 4, 1)),
        (date(2026, 6, 30), "2026Q2", date(2026, 4, 1), date(2026, 7, 1)),
        (date(2026, 12, 31), "2026Q4", date(2026, 10, 1), date(2027, 1, 1)),
    ],
)
def test_quarters(day: date, quarter: str, first: date, after: date) -> None:
    assert quarter_of(day) == quarter
    assert days_of(quarter) == (first, after)


@pytest.mark.parametrize("text", ["", "2026", "2026Q5", "20x6Q1", "Q1", "2026q1"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="quarter_unknown"):
        days_of(text)


async def test_a_quarter_is_drawn_once_and_its_answers_are_counted(
    database: object,
) -> None:
    cast, plan = await out_in_the_streets()
    with pytest.raises(Refusal, match="nobody_to_ask"):
        await draw_sample(cast.kitchen, "2026Q4", seed=7, by=CHEN, now=NOON)
    for who in (cast.wang, cast.zhao):
        stop = await stop_of(cast, plan, who)
        await report_exception(stop, SAID_BY_QIAN, by=CHEN, now=NOON)
    with pytest.raises(Refusal, match="percent_too_low"):
        await draw_sample(cast.kitchen, "2026Q4", seed=7, percent=4, by=CHEN, now=NOON)
    count = await draw_sample(cast.kitchen, "2026Q4", seed=7, by=CHEN, now=NOON)
    again = await draw_sample(cast.kitchen, "2026Q4", seed=8, by=CHEN, now=NOON)
    assert count == again == 1
    sample = await sample_of(cast.kitchen, quarter_of(TODAY))
    assert sample is not None
    assert (sample.seed, sample.recipients, sample.answered) == (7, 2, 0)
    [pick] = sample.picks
    with pytest.raises(Refusal, match="dissatisfied_needs_words"):
        await record_answer(pick.id, "call", "dissatisfied", by=CHEN, now=NOON)
    with pytest.raises(Refusal, match="answer_unknown"):
        await record_answer(pick.id, "letter", "satisfied", by=CHEN, now=NOON)
    await record_answer(pick.id, "call", "not_reached", by=CHEN, now=NOON)
    sample = await sample_of(cast.kitchen, "2026Q4")
    assert sample is not None
    assert sample.answered == 0, "nobody was asked yet"
    await record_answer(
        pick.id, "visit", "satisfied", agreement_seen=True, by=CHEN, now=NOON
    )
    sample = await sample_of(cast.kitchen, "2026Q4")
    assert sample is not None
    assert sample.satisfaction == Satisfaction(1, 1)
    assert (sample.picks[0].tries, sample.picks[0].agreement_seen) == (2, True)
