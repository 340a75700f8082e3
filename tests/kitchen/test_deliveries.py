"""What happened at the doors: said by somebody, once, on the right paper."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.refusals import sentence_for
from kitchen import headcounts, round_changes, round_publishing
from kitchen.database import insert, rows, writing
from kitchen.deliveries import outcomes_for, report_exception, void_report
from kitchen.door_steps import Step, take_step
from kitchen.doors import cases_for, open_cases, unfinished
from kitchen.errors import Refusal
from kitchen.loadings import LoadedLine, loadings_for, record_loading, void_loading
from kitchen.meals import meals_for
from kitchen.outcomes import Report
from kitchen.prints import PrintRun, PrintVoid
from kitchen.registry import set_category
from kitchen.round_plans import Plan, latest_plan, published_plan
from kitchen.sheet_returns import SheetBack, close_rest, returns_for, stop_on_sheet
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast
from tests.kitchen.test_rounds import a_morning, solved

NOON = datetime(2026, 11, 24, 3, 40, tzinfo=UTC)  # 11:40 in Shanghai
SAID_BY_QIAN = Report(outcome="elder", reported_by="钱师傅")
FROM_QIAN = SheetBack(reported_by="钱师傅")


async def out_in_the_streets() -> tuple[Cast, Plan]:
    """A published plan: 王奶奶's door, 赵奶奶 put in by hand, two points."""
    cast = await a_morning()
    _inputs, plan = await solved(cast)
    waiting = plan.stops_of(None)[0]
    bike = next(
        r for r in plan.rounds if len(plan.stops_of(r.id)) and _has_door(plan, r.id)
    )
    await round_changes.move_stop(waiting.id, bike.id, 99, by=CHEN, now=MORNING)
    await round_publishing.publish(plan.facts.id, "陈经理同意", by=CHEN, now=MORNING)
    published = await published_plan(cast.kitchen, TODAY, "lunch")
    assert published is not None
    return cast, published


def _has_door(plan: Plan, round_id: int) -> bool:
    return any(stop.key[0] == "diner" for stop in plan.stops_of(round_id))


async def stop_of(cast: Cast, plan: Plan, elder: int) -> int:
    eaters = await headcounts.eaters_for(cast.kitchen, TODAY, "lunch")
    diner = next(e.diner_id for e in eaters if e.elder_id == elder)
    return next(s.id for s in plan.stops if s.key == ("diner", diner))


def round_of(plan: Plan, stop_id: int) -> int:
    found = next(stop.round_id for stop in plan.stops if stop.id == stop_id)
    assert found is not None
    return found


async def sign_for_points(plan: Plan) -> None:
    signed = Report(
        outcome="point",
        reported_by="赵师傅",
        received_by="孙阿姨",
        portions=1,
        decidegrees=655,
    )
    for stop in plan.stops:
        if stop.key[0] == "point":
            await report_exception(stop.id, signed, by=CHEN, now=NOON)


async def printed(
    cast: Cast, number: int, subject: str, version: int = 1, day: date = TODAY
) -> int:
    async with writing():
        run: int = await insert(
            PrintRun,
            kitchen=cast.kitchen,
            day=day,
            meal="lunch",
            kind="sheet",
            subject=subject,
            number=number,
            version=version,
            digest=f"{subject}/{version}",
            lines_sealed="",
            pages=1,
            holder="钱师傅",
            at=MORNING,
            by="陈经理",
        )
    return run


async def test_nothing_is_delivered_until_somebody_says_so(database: object) -> None:
    cast, _plan = await out_in_the_streets()
    assert await outcomes_for(cast.kitchen, TODAY, "lunch") == {}
    assert await meals_for(cast.kitchen, TODAY, "lunch") == []
    left = await unfinished(cast.kitchen, TODAY, "lunch")
    assert {found.code for found in left} == {"unreported"}
    assert [found.place for found in left] == sorted(found.place for found in left)


async def test_a_report_becomes_an_outcome_and_a_meal(database: object) -> None:
    cast, plan = await out_in_the_streets()
    stop = await stop_of(cast, plan, cast.wang)
    await report_exception(stop, SAID_BY_QIAN, by=CHEN, now=NOON)
    await report_exception(stop, SAID_BY_QIAN, by=CHEN, now=NOON)  # said twice
    meals = await meals_for(cast.kitchen, TODAY, "lunch")
    assert [(m.elder_id, m.channel, m.self_pay_fen) for m in meals] == [
        (cast.wang, "door", 500)
    ]
    outcome = next(iter((await outcomes_for(cast.kitchen, TODAY, "lunch")).values()))
    assert (outcome.reported_by, outcome.by) == ("钱师傅", "陈经理")


async def test_another_outcome_for_the_same_door_is_refused(database: object) -> None:
    cast, plan = await out_in_the_streets()
    stop = await stop_of(cast, plan, cast.wang)
    await report_exception(stop, SAID_BY_QIAN, by=CHEN, now=NOON)
    with pytest.raises(Refusal, match="already_reported"):
        await report_exception(
            stop, replace(SAID_BY_QIAN, outcome="refused"), by=CHEN, now=NOON
        )


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (replace(SAID_BY_QIAN, reported_by=" "), "reporter_missing"),  # nobody says so
        (replace(SAID_BY_QIAN, outcome="delivered"), "outcome_unknown"),
        (replace(SAID_BY_QIAN, outcome="point"), "outcome_unknown"),  # it is a door
        (replace(SAID_BY_QIAN, outcome="family"), "receiver_missing"),
        (replace(SAID_BY_QIAN, outcome="neighbour"), "receiver_missing"),
        (replace(SAID_BY_QIAN, outcome="agreed_place"), "consent_missing"),
    ],
)
async def test_a_report_says_who_and_what(
    database: object, report: Report, code: str
) -> None:
    cast, plan = await out_in_the_streets()
    stop = await stop_of(cast, plan, cast.wang)
    with pytest.raises(Refusal, match=code):
        await report_exception(stop, report, by=CHEN, now=NOON)
    assert await outcomes_for(cast.kitchen, TODAY, "lunch") == {}


async def test_an_agreed_place_needs_consent_on_file_that_day_and_a_note(
    database: object,
) -> None:
    cast, plan = await out_in_the_streets()
    stop = await stop_of(cast, plan, cast.wang)
    left = replace(SAID_BY_QIAN, outcome="agreed_place", note="门口的保温箱")
    ended = (TODAY - timedelta(days=60), TODAY - timedelta(days=1))
    fact = (cast.wang, "agreed_place")
    signed = "王秀英本人 2026-09-25 签的同意书"
    with pytest.raises(Refusal, match="consent_without_evidence"):
        await set_category(*fact, TODAY, None, " ", by=CHEN, now=MORNING)
    await set_category(*fact, *ended, signed, by=CHEN, now=MORNING)
    with pytest.raises(Refusal, match="consent_missing"):
        await report_exception(stop, left, by=CHEN, now=NOON)
    await set_category(*fact, TODAY, None, signed, by=CHEN, now=MORNING)
    with pytest.raises(Refusal, match="agreed_place_needs_note"):
        await report_exception(stop, replace(left, note=""), by=CHEN, now=NOON)
    await report_exception(stop, left, by=CHEN, now=NOON)
    assert len(await meals_for(cast.kitchen, TODAY, "lunch")) == 1


async def test_a_load_taken_back_stays_on_record(database: object) -> None:
    cast, plan = await out_in_the_streets()
    round_id = round_of(plan, await stop_of(cast, plan, cast.wang))
    line = LoadedLine(None, "soft+low_salt", 1)
    await record_loading(round_id, [line], by=CHEN, now=NOON)
    known = await loadings_for(cast.kitchen, TODAY, "lunch")
    loaded = next(line.id for lines in known.values() for line in lines)
    await void_loading(loaded, "点错了", by=CHEN, now=NOON)
    for change in ("UPDATE loading_void SET reason = 'x'", "DELETE FROM loading_void"):
        with pytest.raises(Exception, match="append_only"):
            async with writing():
                await rows(change)


async def test_a_point_is_handed_over_with_count_temperature_and_signature(
    database: object,
) -> None:
    cast, plan = await out_in_the_streets()
    point = next(stop.id for stop in plan.stops if stop.key[0] == "point")
    bare = Report(outcome="point", reported_by="赵师傅", portions=1)
    with pytest.raises(Refusal, match="point_needs_signature"):
        await report_exception(point, bare, by=CHEN, now=NOON)
    await sign_for_points(plan)
    outcomes = await outcomes_for(cast.kitchen, TODAY, "lunch")
    assert {o.decidegrees for o in outcomes.values()} == {655}


async def test_the_rest_is_closed_for_one_sheet_by_name(database: object) -> None:
    cast, plan = await out_in_the_streets()
    stop = await stop_of(cast, plan, cast.wang)
    await report_exception(
        await stop_of(cast, plan, cast.zhao),
        replace(SAID_BY_QIAN, outcome="refused"),
        by=CHEN,
        now=NOON,
    )
    await sign_for_points(plan)
    closed = await close_rest(round_of(plan, stop), FROM_QIAN, by=CHEN, now=NOON)
    assert closed == 1
    fed = {m.elder_id for m in await meals_for(cast.kitchen, TODAY, "lunch")}
    assert fed == {cast.wang}
    assert await unfinished(cast.kitchen, TODAY, "lunch") == []


async def test_a_sheet_comes_back_once(database: object) -> None:
    cast, plan = await out_in_the_streets()
    round_id = round_of(plan, await stop_of(cast, plan, cast.wang))
    await sign_for_points(plan)
    await close_rest(round_id, FROM_QIAN, by=CHEN, now=NOON)
    with pytest.raises(Refusal, match="sheet_already_returned"):
        await close_rest(round_id, FROM_QIAN, by=CHEN, now=NOON)
    assert len(await returns_for(cast.kitchen, TODAY, "lunch")) == 1


async def test_closing_without_a_reporter_is_refused(database: object) -> None:
    cast, plan = await out_in_the_streets()
    round_id = round_of(plan, await stop_of(cast, plan, cast.wang))
    with pytest.raises(Refusal, match="reporter_missing"):
        await close_rest(round_id, SheetBack(reported_by=""), by=CHEN, now=NOON)


async def test_the_containers_are_signed_for_before_the_rest_is_closed(
    database: object,
) -> None:
    _cast, plan = await out_in_the_streets()
    point = next(stop for stop in plan.stops if stop.key[0] == "point")
    assert point.round_id is not None
    with pytest.raises(Refusal, match="point_unreported"):
        await close_rest(point.round_id, FROM_QIAN, by=CHEN, now=NOON)


WRONG_PAPER = [
    # (what was printed: number, round, version, days ago), (typed), the refusal
    ([(7, 0, 1, 0)], (None, None), "sheet_number_missing"),
    ([(7, 0, 1, 0)], (8, 1), "sheet_unknown"),
    ([(7, 0, 1, 0)], (7, 2), "sheet_version_unknown"),
    ([(9, 0, 1, 1)], (8, 1), "sheet_never_printed"),
    ([(7, 0, 1, 0), (9, 0, 1, 1)], (9, 1), "sheet_other_day"),
    ([(7, 0, 1, 0), (8, 5, 1, 0)], (8, 1), "sheet_of_other_round"),
    ([(7, 0, 1, 0), (7, 0, 2, 0)], (7, 1), "sheet_superseded"),
]


@pytest.mark.parametrize(("prints", "typed", "code"), WRONG_PAPER)
async def test_the_wrong_paper_is_refused(
    database: object,
    prints: list[tuple[int, int, int, int]],
    typed: tuple[int | None, int | None],
    code: str,
) -> None:
    cast, plan = await out_in_the_streets()
    await sign_for_points(plan)
    round_id = round_of(plan, await stop_of(cast, plan, cast.wang))
    own = next(row.number for row in plan.rounds if row.id == round_id)
    for number, other, version, days in prints:
        day = TODAY - timedelta(days=days)
        await printed(cast, number, f"round:{own + other}", version, day)
    back = replace(FROM_QIAN, number=typed[0], version=typed[1])
    with pytest.raises(Refusal, match=code):
        await close_rest(round_id, back, by=CHEN, now=NOON)


async def test_a_void_sheet_is_refused_and_the_right_one_is_taken(
    database: object,
) -> None:
    cast, plan = await out_in_the_streets()
    await sign_for_points(plan)
    round_id = round_of(plan, await stop_of(cast, plan, cast.wang))
    own = next(row.number for row in plan.rounds if row.id == round_id)
    run = await printed(cast, 7, f"round:{own}")
    async with writing():
        await insert(PrintVoid, print_run=run, reason="改了", at=NOON, by="陈经理")
    back = replace(FROM_QIAN, number=7, version=1)
    with pytest.raises(Refusal, match="sheet_void"):
        await close_rest(round_id, back, by=CHEN, now=NOON)
    await printed(cast, 7, f"round:{own}", version=2)
    await close_rest(round_id, replace(back, version=2), by=CHEN, now=NOON)
    returned = await returns_for(cast.kitchen, TODAY, "lunch")
    assert (returned[own].sheet_number, returned[own].sheet_version) == (7, 2)


async def test_sheet_and_stop_number_name_a_door(database: object) -> None:
    cast, plan = await out_in_the_streets()
    stop_id = await stop_of(cast, plan, cast.wang)
    stop = next(stop for stop in plan.stops if stop.id == stop_id)
    number = next(row.number for row in plan.rounds if row.id == stop.round_id)
    await printed(cast, 7, f"round:{number}")
    place = (cast.kitchen, TODAY, "lunch", 7, 1)
    assert await stop_on_sheet(*place, stop.position) == stop_id
    with pytest.raises(Refusal, match="stop_not_on_sheet") as refused:
        await stop_on_sheet(*place, 42)
    last = len(plan.stops_of(stop.round_id))
    assert sentence_for(refused.value) == f"7 号单上没有第 42 站，站号是 1 到 {last}"


async def test_a_wrong_sheet_is_told_which_there_are(database: object) -> None:
    cast, plan = await out_in_the_streets()
    await printed(cast, 7, f"round:{plan.rounds[0].number}")
    await printed(cast, 8, f"round:{plan.rounds[0].number}", 2)
    for typed, told in [
        ((3, 1), "今天没有 3 号单，今天的送餐单是 7、8 号；请核对单头"),
        ((8, 3), "8 号单没有第 3 版，现在是第 2 版；请核对单头"),
    ]:
        with pytest.raises(Refusal) as refused:
            await stop_on_sheet(cast.kitchen, TODAY, "lunch", *typed, 1)
        assert sentence_for(refused.value) == told


async def test_the_cash_on_the_table_is_what_the_doors_paid(database: object) -> None:
    cast, plan = await out_in_the_streets()
    await sign_for_points(plan)
    round_id = round_of(plan, await stop_of(cast, plan, cast.wang))
    paid = replace(FROM_QIAN, payment="cash", cash_fen=500)
    with pytest.raises(Refusal) as no:
        await close_rest(round_id, paid, by=CHEN, now=NOON)
    assert no.value.code == "cash_differs"
    assert no.value.facts == {"due_fen": 1000, "counted_fen": 500}
    short = replace(paid, note="赵奶奶明天给")
    assert await close_rest(round_id, short, by=CHEN, now=NOON) == 2


async def test_a_void_report_leaves_the_stop_unreported_and_the_meal_reversed(
    database: object,
) -> None:
    cast, plan = await out_in_the_streets()
    stop = await stop_of(cast, plan, cast.wang)
    delivery = await report_exception(stop, SAID_BY_QIAN, by=CHEN, now=NOON)
    await void_report(delivery, "说的是隔壁", by=CHEN, now=NOON)
    assert await meals_for(cast.kitchen, TODAY, "lunch") == []
    assert await outcomes_for(cast.kitchen, TODAY, "lunch") == {}
    away = replace(SAID_BY_QIAN, outcome="away")
    await report_exception(stop, away, by=CHEN, now=NOON)


async def test_an_outcome_outlives_a_new_version_of_the_rounds(
    database: object,
) -> None:
    cast, plan = await out_in_the_streets()
    stop = await stop_of(cast, plan, cast.wang)
    await report_exception(stop, SAID_BY_QIAN, by=CHEN, now=NOON)
    draft = await round_changes.add_round(plan.facts.id, by=CHEN, now=NOON)
    await round_publishing.publish(draft, "加一趟", by=CHEN, now=NOON)
    newer = await latest_plan(cast.kitchen, TODAY, "lunch")
    assert newer is not None
    assert newer.facts.version == 2
    again = await stop_of(cast, newer, cast.wang)
    assert again != stop
    refused = replace(SAID_BY_QIAN, outcome="refused")
    with pytest.raises(Refusal, match="already_reported"):
        await report_exception(again, refused, by=CHEN, now=NOON)


async def no_answer_at_wangs() -> tuple[Cast, Plan, int]:
    cast, plan = await out_in_the_streets()
    stop = await stop_of(cast, plan, cast.wang)
    silent = replace(SAID_BY_QIAN, outcome="no_answer")
    await report_exception(stop, silent, by=CHEN, now=NOON)
    return cast, plan, (await open_cases(cast.kitchen, TODAY, "lunch"))[0].id


async def test_no_answer_opens_a_case_that_keeps_the_day_open(
    database: object,
) -> None:
    cast, plan, case_id = await no_answer_at_wangs()
    await sign_for_points(plan)
    stop = await stop_of(cast, plan, cast.wang)
    with pytest.raises(Refusal, match="round_case_open"):
        await close_rest(round_of(plan, stop), FROM_QIAN, by=CHEN, now=NOON)
    zhao = await stop_of(cast, plan, cast.zhao)
    await report_exception(zhao, SAID_BY_QIAN, by=CHEN, now=NOON)
    left = await unfinished(cast.kitchen, TODAY, "lunch")
    assert [(one.code, one.name) for one in left] == [("case_open", "王秀英")]
    ladder = (await open_cases(cast.kitchen, TODAY, "lunch"))[0].ladder
    kinds = ["elder", "family", "neighbour", "clerk", "emergency"]
    assert [rung.kind for rung in ladder] == kinds
    called = Step(kind="called", rung=ladder[1].key, note="没接")
    await take_step(case_id, called, by=CHEN, now=NOON)
    assert len(await open_cases(cast.kitchen, TODAY, "lunch")) == 1
    given = Step(kind="handed_over", office="朝阳社区", who="孙主任")
    await take_step(case_id, given, by=CHEN, now=NOON)
    assert await unfinished(cast.kitchen, TODAY, "lunch") == []
    await close_rest(round_of(plan, stop), FROM_QIAN, by=CHEN, now=NOON)


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (Step(kind="reached"), "reached_needs_name"),  # reached whom?
        (Step(kind="reached", who="  "), "reached_needs_name"),
        (Step(kind="handed_over", who="孙主任"), "handed_over_needs_office"),
        (Step(kind="handed_over", office="朝阳社区"), "handed_over_needs_person"),
        (Step(kind="called"), "called_needs_rung"),  # rang whom?
        (Step(kind="called", rung="contact:999"), "rung_unknown"),
        (Step(kind="reached", rung="clerk"), "reached_needs_name"),  # an office
        (Step(kind="forgotten"), "step_unknown"),
        (Step(kind="found_at_fault"), "step_unknown"),  # only a void report does that
        (Step(kind="meal_returned"), "step_unknown"),  # has a verb of its own
    ],
)
async def test_a_case_does_not_end_without_a_name(
    database: object, step: Step, code: str
) -> None:
    cast, _plan, case_id = await no_answer_at_wangs()
    with pytest.raises(Refusal, match=code):
        await take_step(case_id, step, by=CHEN, now=NOON)
    assert len(await open_cases(cast.kitchen, TODAY, "lunch")) == 1


async def test_a_settled_case_takes_no_more_steps(database: object) -> None:
    _cast, _plan, case_id = await no_answer_at_wangs()
    reached = Step(kind="reached", who="王奶奶")
    await take_step(case_id, reached, by=CHEN, now=NOON)
    with pytest.raises(Refusal, match="case_closed"):
        await take_step(case_id, Step(kind="called", rung="elder"), by=CHEN, now=NOON)


async def test_a_second_visit_that_finds_her_hands_over_and_ends_the_case(
    database: object,
) -> None:
    cast, plan, _case = await no_answer_at_wangs()
    stop = await stop_of(cast, plan, cast.wang)
    await report_exception(stop, SAID_BY_QIAN, by=CHEN, now=NOON)
    assert await open_cases(cast.kitchen, TODAY, "lunch") == []
    steps = (await cases_for(cast.kitchen, TODAY, "lunch"))[0].steps
    assert [(step.kind, step.who) for step in steps] == [("reached", "王秀英")]
    assert len(await meals_for(cast.kitchen, TODAY, "lunch")) == 1


async def test_a_wrong_report_of_a_closed_door_ends_its_case(database: object) -> None:
    cast, plan, _case = await no_answer_at_wangs()
    stop = await stop_of(cast, plan, cast.wang)
    found = await rows("SELECT id FROM delivery WHERE stop = {}", stop)
    await void_report(found[0]["id"], "站号看错了", by=CHEN, now=NOON)
    assert await open_cases(cast.kitchen, TODAY, "lunch") == []


async def test_loading_is_counted_once_and_corrected_by_its_own_row(
    database: object,
) -> None:
    cast, plan = await out_in_the_streets()
    round_id = round_of(plan, await stop_of(cast, plan, cast.wang))
    line = LoadedLine(None, "soft+low_salt", 1, 700)
    assert await record_loading(round_id, [line], by=CHEN, now=NOON) == 1
    assert await record_loading(round_id, [line], by=CHEN, now=NOON) == 0
    with pytest.raises(Refusal, match="already_loaded"):
        await record_loading(round_id, [replace(line, portions=2)], by=CHEN, now=NOON)
    standing = await loadings_for(cast.kitchen, TODAY, "lunch")
    loading = next(iter(standing.values()))[0]
    await void_loading(loading.id, "数错了", by=CHEN, now=NOON)
    await record_loading(round_id, [replace(line, portions=2)], by=CHEN, now=NOON)
    standing = await loadings_for(cast.kitchen, TODAY, "lunch")
    assert [one.portions for one in next(iter(standing.values()))] == [2]


async def test_nothing_can_be_loaded_before_the_rounds_count(database: object) -> None:
    cast = await a_morning()
    _inputs, plan = await solved(cast)
    line = LoadedLine(None, "regular", 1)
    with pytest.raises(Refusal, match="plan_not_published"):
        await record_loading(plan.rounds[0].id, [line], by=CHEN, now=NOON)
