"""The hotline: every call against a clock, ended by what was done or by an office."""

from datetime import timedelta

import pytest

from kitchen.deliveries import report_exception
from kitchen.errors import Refusal
from kitchen.incidents import (
    COMPLAINT_DAYS,
    NewIncident,
    ended_since,
    incident_by_id,
    incidents_of,
    open_incident,
    open_incidents,
    take_incident_step,
)
from kitchen.outcomes import Report
from kitchen.places import change_kitchen
from kitchen.standings import standings_for
from tests.kitchen.cast import CHEN, SUN, TODAY
from tests.kitchen.test_deliveries import NOON, out_in_the_streets, stop_of

NO_MEAL = NewIncident(kind="no_meal", said="十一点半了还没收到", caller="女儿")


async def test_a_call_has_twenty_minutes_unless_the_kitchen_says_otherwise(
    database: object,
) -> None:
    cast, _plan = await out_in_the_streets()
    first = await open_incident(cast.kitchen, NO_MEAL, by=SUN, now=NOON)
    call = await incident_by_id(first)
    assert call.due_at == NOON + timedelta(minutes=20)
    assert not call.is_overdue(NOON + timedelta(minutes=20))
    assert call.is_overdue(NOON + timedelta(minutes=21))
    changes = {"incident_target_minutes": 10}
    await change_kitchen(cast.kitchen, changes, by=CHEN, now=NOON)
    second = await open_incident(cast.kitchen, NO_MEAL, by=SUN, now=NOON)
    assert (await incident_by_id(second)).due_at == NOON + timedelta(minutes=10)
    urgent = [one.id for one in await open_incidents(cast.kitchen)]
    assert urgent == [second, first], "what is due first comes first"


async def test_a_complaint_has_days(database: object) -> None:
    cast, _plan = await out_in_the_streets()
    complaint = NewIncident(kind="complaint", said="菜太咸", elder_id=cast.wang)
    call = await incident_by_id(
        await open_incident(cast.kitchen, complaint, by=SUN, now=NOON)
    )
    assert call.due_at == NOON + timedelta(days=COMPLAINT_DAYS)
    assert call.elder_name == "王秀英"
    assert [one.id for one in await incidents_of(cast.wang)] == [call.id]


async def test_who_took_it_and_what_was_done_is_told_in_order(
    database: object,
) -> None:
    cast, _plan = await out_in_the_streets()
    call_id = await open_incident(cast.kitchen, NO_MEAL, by=SUN, now=NOON)
    later = NOON + timedelta(minutes=6)
    await take_incident_step(call_id, "taken", "", by=CHEN, now=later)
    await take_incident_step(call_id, "done", "补送一份", by=CHEN, now=later)
    call = await incident_by_id(call_id)
    assert [(step.kind, step.by) for step in call.steps] == [
        ("taken", SUN.name),
        ("taken", CHEN.name),
        ("done", CHEN.name),
    ]
    assert call.taken_by == CHEN.name
    assert call.minutes_open(NOON + timedelta(days=3)) == 6
    assert await open_incidents(cast.kitchen) == []
    assert [one.id for one in await ended_since(cast.kitchen, NOON)] == [call_id]
    with pytest.raises(Refusal, match="incident_closed"):
        await take_incident_step(call_id, "note", "又打来", by=CHEN, now=later)


@pytest.mark.parametrize(
    ("kind", "said", "office", "code"),
    [
        ("done", "", "", "step_needs_words"),  # what was done?
        ("note", "  ", "", "step_needs_words"),
        ("handed_over", "请上门", "", "incident_needs_office"),  # to whom?
        ("forgotten", "", "", "step_unknown"),
    ],
)
async def test_a_call_does_not_end_without_words(
    database: object, kind: str, said: str, office: str, code: str
) -> None:
    cast, _plan = await out_in_the_streets()
    call_id = await open_incident(cast.kitchen, NO_MEAL, by=SUN, now=NOON)
    with pytest.raises(Refusal, match=code):
        await take_incident_step(call_id, kind, said, office, by=CHEN, now=NOON)
    assert len(await open_incidents(cast.kitchen)) == 1


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (NewIncident(kind="rain", said="下雨"), "incident_kind_unknown"),
        (NewIncident(kind="other", said=" "), "incident_empty"),
        (NewIncident(kind="other", said="问", elder_id=999), "elder_unknown"),
    ],
)
async def test_a_call_that_says_nothing_is_not_written_down(
    database: object, new: NewIncident, code: str
) -> None:
    cast, _plan = await out_in_the_streets()
    with pytest.raises(Refusal, match=code):
        await open_incident(cast.kitchen, new, by=SUN, now=NOON)


async def test_sent_twice_it_is_one_call(database: object) -> None:
    cast, _plan = await out_in_the_streets()
    first = await open_incident(cast.kitchen, NO_MEAL, act="a", by=SUN, now=NOON)
    again = await open_incident(cast.kitchen, NO_MEAL, act="a", by=SUN, now=NOON)
    assert first == again
    assert len(await open_incidents(cast.kitchen)) == 1


async def test_where_everybodys_meal_is(database: object) -> None:
    cast, plan = await out_in_the_streets()
    stop = await stop_of(cast, plan, cast.wang)
    people = [cast.wang, cast.li, cast.zhao, 999]
    before = await standings_for(cast.kitchen, TODAY, "lunch", people)
    wang = before[cast.wang]
    key = next(one.key for one in plan.stops if one.id == stop)
    assert (wang.way, wang.code, wang.result) == ("deliver", plan.codes[key], "")
    assert (before[cast.li].way, before[cast.li].point) == ("dine_in", "朝阳就餐点")
    assert before[999].way == "", "nothing is ordered"
    silent = Report(outcome="no_answer", reported_by="钱师傅")
    await report_exception(stop, silent, by=CHEN, now=NOON)
    after = (await standings_for(cast.kitchen, TODAY, "lunch", people))[cast.wang]
    assert (after.result, after.case_open) == ("no_answer_unreached", True)
