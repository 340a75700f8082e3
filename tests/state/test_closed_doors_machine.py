"""Doors that stay closed as a state machine with a fake clock: whatever people do, in
whatever order, an unreached person keeps round and day open until somebody is reached
or an office takes over by name, and every step carries the instant it was taken.
"""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from kitchen import database, day_close, sealing, upgrading
from kitchen.database import rows
from kitchen.deliveries import outcomes_for, report_exception, void_report
from kitchen.delivery_days import Progress, delivery_day, progress_for
from kitchen.door_meals import settle_meal
from kitchen.door_steps import Step, plan_second_visit, take_step
from kitchen.doors import CaseFacts, cases_for, unfinished
from kitchen.errors import Refusal
from kitchen.headcounts import eaters_for
from kitchen.outcomes import Report
from kitchen.schema import TABLES
from kitchen.sheet_returns import SheetBack, close_rest
from tests.kitchen.cast import CHEN, TODAY
from tests.kitchen.test_deliveries import (
    NOON,
    out_in_the_streets,
    round_of,
    sign_for_points,
    stop_of,
)

WHO = st.sampled_from(["", "  ", "孙主任"])
OFFICE = st.sampled_from(["", "朝阳社区"])
LAST_MEAL = st.sampled_from(["", "untouched", "outside"])
PEOPLE = st.sampled_from(["wang", "zhao"])


class ClosedDoors(RuleBasedStateMachine):
    """Two doors of one round; what must be true is kept beside the rows."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.now = NOON
        self.unreached: dict[str, timedelta] = {}  # person → target
        self.stamps: list[Any] = []

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    @initialize()
    def the_round_is_out(self) -> None:
        url = f"sqlite:///{Path(self.folder.name) / 'kitchen.db'}"

        async def start() -> Any:
            engine = database.configure(url, TABLES)
            await upgrading.upgrade(engine)
            await database.open()
            cast, plan = await out_in_the_streets()
            await sign_for_points(plan)
            stops = {
                who: await stop_of(cast, plan, getattr(cast, who))
                for who in ("wang", "zhao")
            }
            return cast, plan, stops

        self.cast, self.plan, self.stops = self.run(start())
        self.round_id = round_of(self.plan, self.stops["wang"])

    def teardown(self) -> None:
        self.run(database.close())
        self.runner.close()
        self.folder.cleanup()

    def refused(self, work: Coroutine[Any, Any, Any]) -> str:
        """The code the business says no with; "" when it did as asked."""
        try:
            self.run(work)
        except Refusal as refusal:
            return refusal.code
        return ""

    def case_of(self, who: str) -> CaseFacts | None:
        """The newest case of a person."""
        elder = getattr(self.cast, who)
        found = self.run(cases_for(self.cast.kitchen, TODAY, "lunch"))
        mine = [case for case in found if case.elder_id == elder]
        return max(mine, key=lambda case: case.id) if mine else None

    # what people do

    @rule(minutes=st.integers(1, 25))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(
        who=PEOPLE,
        outcome=st.sampled_from(["no_answer", "neighbour", "elder", "refused"]),
        last_meal=LAST_MEAL,
        reached=st.sampled_from(["", "儿子王强"]),
    )
    def the_driver_reports(
        self, who: str, outcome: str, last_meal: str, reached: str
    ) -> None:
        report = Report(
            outcome=outcome,
            reported_by="钱师傅",
            received_by="刘芳" if outcome == "neighbour" else "",
            last_meal=last_meal,
            reached=reached if outcome == "no_answer" else "",
        )
        before = self.told(who)
        code = self.refused(
            report_exception(self.stops[who], report, by=CHEN, now=self.now)
        )
        if code or before == outcome:
            return
        self.unreached.pop(who, None)
        alarm = last_meal == "outside" and outcome in ("no_answer", "neighbour")
        if (outcome == "no_answer" or alarm) and not report.reached:
            minutes = 0 if alarm else 20
            self.unreached[who] = timedelta(minutes=minutes)

    def told(self, who: str) -> str:
        key = next(s.key for s in self.plan.stops if s.id == self.stops[who])
        known = self.run(outcomes_for(self.cast.kitchen, TODAY, "lunch")).get(key)
        return known.outcome if known else ""

    @rule(who=PEOPLE)
    def the_report_was_wrong(self, who: str) -> None:
        found = self.run(
            rows("SELECT delivery FROM delivery_slot WHERE stop = {}", self.stops[who])
        )
        if not found:
            return
        code = self.refused(
            void_report(found[0]["delivery"], "看错了", by=CHEN, now=self.now)
        )
        if not code:
            self.unreached.pop(who, None)

    @precondition(lambda self: self.unreached)
    @rule(who=PEOPLE)
    def the_next_rung_does_not_answer(self, who: str) -> None:
        case = self.case_of(who)
        if case is None or case.next_rung is None or not case.is_open:
            return
        tried = [rung.tried_at is not None for rung in case.ladder]
        assert tried == sorted(tried, reverse=True), "rung by rung, from the first"
        step = Step(kind="called", rung=case.next_rung.key)
        assert self.refused(take_step(case.id, step, by=CHEN, now=self.now)) == ""
        self.stamps.append(self.now)
        again = self.case_of(who)
        assert again is not None
        assert again.next_rung != case.next_rung

    @precondition(lambda self: self.unreached)
    @rule(who=PEOPLE, name=WHO, office=OFFICE)
    def it_is_handed_over(self, who: str, name: str, office: str) -> None:
        case = self.case_of(who)
        if case is None:
            return
        step = Step(kind="handed_over", who=name, office=office)
        code = self.refused(take_step(case.id, step, by=CHEN, now=self.now))
        if not case.is_open:
            assert code == "case_closed"
        elif not office:
            assert code == "handed_over_needs_office"
        elif not name.strip():
            assert code == "handed_over_needs_person"
        else:
            assert code == ""
            self.unreached.pop(who)
            self.stamps.append(self.now)

    @precondition(lambda self: self.unreached)
    @rule(who=PEOPLE, name=WHO)
    def somebody_is_reached(self, who: str, name: str) -> None:
        case = self.case_of(who)
        if case is None or not case.is_open:
            return
        step = Step(kind="reached", who=name)
        code = self.refused(take_step(case.id, step, by=CHEN, now=self.now))
        assert code == ("" if name.strip() else "reached_needs_name")
        if not code:
            self.unreached.pop(who)
            self.stamps.append(self.now)

    @precondition(lambda self: self.unreached)
    @rule(who=PEOPLE, minutes=st.integers(-5, 30))
    def another_slot(self, who: str, minutes: int) -> None:
        case = self.case_of(who)
        if case is None or not case.is_open:
            return
        at = self.now + timedelta(minutes=minutes)
        code = self.refused(plan_second_visit(case.id, at, by=CHEN, now=self.now))
        assert code == ("second_visit_past" if minutes <= 0 else "")
        if not code:
            moved = self.case_of(who)
            assert moved is not None
            assert moved.second_visit_at == at

    @precondition(lambda self: self.unreached)
    @rule(who=PEOPLE, fate=st.sampled_from(["kept", "returned", "wasted", "spare"]))
    def the_meal_goes_somewhere(self, who: str, fate: str) -> None:
        case = self.case_of(who)
        if case is None or not case.is_open:
            return
        code = self.refused(settle_meal(case.id, fate, by=CHEN, now=self.now))
        if fate == "spare":  # this kitchen cooked no spares
            wanted = "meal_still_in_hand" if case.meal_in_hand else "spare_used_up"
        else:
            wanted = "" if case.meal_in_hand else "meal_not_in_hand"
        assert code == wanted
        if not code:
            self.stamps.append(self.now)

    @rule()
    def the_sheet_is_closed(self) -> None:
        back = SheetBack(reported_by="钱师傅")
        code = self.refused(close_rest(self.round_id, back, by=CHEN, now=self.now))
        if self.unreached and code != "sheet_already_returned":
            assert code == "round_case_open"

    @rule()
    def the_day_is_closed(self) -> None:
        code = self.refused(
            day_close.close_day(
                self.cast.kitchen, TODAY, "lunch", by=CHEN, now=self.now
            )
        )
        if self.unreached:
            assert code == "day_unfinished"

    # what must be true at every moment

    @invariant()
    def nobody_unreached_is_off_the_list(self) -> None:
        if not hasattr(self, "cast"):
            return
        view = self.run(delivery_day(self.cast.kitchen, TODAY, "lunch"))
        names = {"wang": "王秀英", "zhao": "赵秀兰"}
        assert {case.name for case in view.open_cases} == {
            names[who] for who in self.unreached
        }
        listed = {one.name for one in view.unfinished if one.code == "case_open"}
        assert listed == {names[who] for who in self.unreached}
        for trip in view.rounds:
            if any(stop.drop.name in listed for stop in trip.stops):
                assert not trip.is_back

    @invariant()
    def the_short_reading_says_the_same(self) -> None:
        """Today and the balance read less than the page of the rounds."""
        if not hasattr(self, "cast"):
            return
        when = (self.cast.kitchen, TODAY, "lunch")
        view = self.run(delivery_day(*when))
        eaters = self.run(eaters_for(*when))
        back = sum(trip.is_back for trip in view.rounds)
        far = self.run(progress_for(*when, eaters))
        assert far == Progress(len(view.rounds), back, view.open_cases)
        assert self.run(unfinished(*when)) == list(view.unfinished)

    @invariant()
    def every_clock_runs_from_the_knock(self) -> None:
        if not hasattr(self, "cast"):
            return
        for who, target in self.unreached.items():
            case = self.case_of(who)
            assert case is not None
            assert case.due_at == case.opened_at + target
            late = int((self.now - case.opened_at).total_seconds() // 60)
            assert case.minutes_open(self.now) == late
            assert case.is_overdue(self.now) == (late > target.total_seconds() / 60)
            assert case.second_visit_at is not None
            assert case.second_visit_at >= case.opened_at + timedelta(minutes=1)

    @invariant()
    def every_step_was_stamped(self) -> None:
        if not hasattr(self, "cast"):
            return
        found = self.run(
            rows(
                "SELECT at, by FROM case_step WHERE kind <> 'found_at_fault'"
                " AND kind <> 'reached' ORDER BY id"
            )
        )
        assert all(row["by"] == CHEN.name for row in found)
        assert {row["at"] for row in found} <= set(self.stamps)


@pytest.fixture(autouse=True)
def keys_in_use(keyring: sealing.Keyring) -> None:
    sealing.use(keyring)


TestClosedDoors = ClosedDoors.TestCase
TestClosedDoors.settings = settings(
    max_examples=8,
    stateful_step_count=18,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
