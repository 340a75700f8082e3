"""The counter and the books as a state machine: whatever staff tap, send twice,
alter or take back, everyone has at most one subsidised meal and the books balance.
"""

import asyncio
import json
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kitchen import (
    database,
    dining,
    findings,
    ledger,
    meals,
    sealing,
    settlement,
    upgrading,
    vouching,
)
from kitchen.database import rows
from kitchen.dining import Request
from kitchen.errors import Refusal
from kitchen.schema import TABLES
from tests.kitchen.cast import MORNING, QIAN, SUN, TODAY, Cast, enter
from tests.kitchen.signed import sign_days
from tests.remembered import run_sql, url_of

PEOPLE = st.sampled_from(["wang", "li", "zhou"])
POINTS = st.sampled_from(["chaoyang", "xinhua"])
MONTH, DECEMBER = "2026-11", date(2026, 12, 1)


class Till(RuleBasedStateMachine):
    """One kitchen's lunch at two tills."""

    acts = Bundle("acts")

    def __init__(self, fresh: Callable[[], str] | None = None) -> None:
        super().__init__()
        self.fresh = fresh  # makes a migrated, empty database; its URL
        self.folder = TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.answers: dict[str, dict[str, Any]] = {}
        self.requests: dict[str, Request] = {}
        self.slots: dict[str, str] = {}  # person → act of the one subsidised meal
        self.voided: set[str] = set()
        self.closed: set[str] = set()  # points whose shift is over
        self.reports: dict[str, dining.Told] = {}
        self.paid_in = 0
        self.day_closed = self.month_closed = False

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    @initialize()
    def open_the_kitchen(self) -> None:
        file = f"sqlite:///{Path(self.folder.name) / 'kitchen.db'}"
        url = self.fresh() if self.fresh else file

        async def start() -> Cast:
            engine = database.configure(url, TABLES)
            await upgrading.upgrade(engine)
            await database.open()
            return await enter()

        self.cast = self.run(start())
        for where in ("chaoyang", "xinhua"):
            point = getattr(self.cast, where)
            self.run(dining.open_shift(point, TODAY, "lunch", by=SUN, now=MORNING))

    def teardown(self) -> None:
        self.run(database.close())
        self.runner.close()
        self.folder.cleanup()

    @rule(target=acts, who=PEOPLE, where=POINTS, full=st.booleans())
    def serve(self, who: str, where: str, full: bool) -> str:
        act = f"act-{len(self.requests)}"
        request = Request(
            point_id=getattr(self.cast, where),
            day=TODAY,
            meal="lunch",
            elder_id=getattr(self.cast, who),
            tariff="full" if full else "subsidised",
            payment="cash",
        )
        self.requests[act] = request
        if self.day_closed or where in self.closed:
            code = "day_closed" if self.day_closed else "shift_closed"
            with pytest.raises(Refusal, match=code):
                self.run(dining.serve(act, request, by=SUN, now=MORNING))
            return act
        if not full and who in self.slots:
            with pytest.raises(Refusal, match="already_served"):
                self.run(dining.serve(act, request, by=SUN, now=MORNING))
            return act
        answer, repeated = self.run(dining.serve(act, request, by=SUN, now=MORNING))
        assert not repeated
        assert answer["self_pay_fen"] == (1300 if full else 500)
        self.answers[act] = answer
        if not full:
            self.slots[who] = act
        return act

    @rule(act=acts)
    def send_again(self, act: str) -> None:
        if act not in self.answers:
            return
        answer, repeated = self.run(
            dining.serve(act, self.requests[act], by=SUN, now=MORNING)
        )
        assert repeated
        assert {**self.answers[act], **answer} == answer

    @rule(target=acts, who=PEOPLE, where=POINTS, full=st.booleans())
    def report(self, who: str, where: str, full: bool) -> str:
        """A tap of an offline till arrives: the meal is eaten, it is never refused."""
        act = f"act-{len(self.requests)}"
        request, told = self.told(act, who, where, full)
        self.requests[act] = request
        answer, _again = self.run(dining.report(act, told, by=SUN, now=MORNING))
        if self.day_closed or where in self.closed:
            assert (answer["status"], answer["meal_id"]) == ("late", None)
        elif not full and who in self.slots:
            assert (answer["status"], answer["meal_id"]) == ("conflict", None)
        else:
            assert answer["status"] == "ok"
            self.answers[act] = answer
            if not full:
                self.slots[who] = act
        return act

    def told(
        self, act: str, who: str, where: str, full: bool
    ) -> tuple[Request, dining.Told]:
        point, elder = getattr(self.cast, where), getattr(self.cast, who)
        tariff = "full" if full else "subsidised"
        request = Request(point, TODAY, "lunch", elder, tariff, "cash")
        self.reports[act] = self.queued(request)
        return request, self.reports[act]

    def queued(self, request: Request) -> dining.Told:
        when = (request.point_id, request.day, request.meal)
        pack = self.run(dining.pack_for(*when, now=MORNING))
        return dining.Told(
            pack=pack.token,
            elder_id=request.elder_id,
            tariff=request.tariff,
            payment=request.payment,
            happened_at=MORNING,
            device="tablet",
        )

    @rule(act=acts)
    def arrive_again_from_the_queue(self, act: str) -> None:
        """Once more, in any order, by the way it came or from the queue of a till whose
        answer was lost: nothing changes and the answer is the same."""
        if act not in self.answers:
            return
        told = self.reports.get(act) or self.queued(self.requests[act])
        answer, repeated = self.run(dining.report(act, told, by=SUN, now=MORNING))
        assert repeated
        assert answer["meal_id"] == self.answers[act]["meal_id"]

    @precondition(lambda self: len(self.requests) > 2 and not self.day_closed)
    @rule(where=POINTS)
    def close_shift(self, where: str) -> None:
        if where in self.closed:
            return
        when = (getattr(self.cast, where), TODAY, "lunch")
        self.run(dining.close_shift(*when, 0, "没有点钱", by=SUN, now=MORNING))
        self.closed.add(where)

    @rule(act=acts)
    def tamper(self, act: str) -> None:
        if act not in self.answers:
            return
        altered = replace(self.requests[act], payment="later")
        with pytest.raises(Refusal, match="act_tampered"):
            self.run(dining.serve(act, altered, by=SUN, now=MORNING))

    @rule(act=acts)
    def take_back(self, act: str) -> None:
        if act not in self.answers:
            return
        meal_id = self.answers[act]["meal_id"]
        void = meals.void_meal(meal_id, "按错", by=SUN, now=MORNING)
        if self.day_closed and act not in self.voided:
            with pytest.raises(Refusal, match="day_closed"):
                self.run(void)
            return
        self.run(void)
        self.voided.add(act)
        self.slots = {who: held for who, held in self.slots.items() if held != act}

    @rule(who=PEOPLE, fen=st.integers(min_value=1, max_value=100_000))
    def top_up(self, who: str, fen: int) -> None:
        pay = ledger.top_up(
            getattr(self.cast, who),
            fen,
            kitchen_id=self.cast.kitchen,
            point_id=self.cast.chaoyang,
            day=TODAY,
            by=SUN,
            now=MORNING,
        )
        if self.month_closed:
            with pytest.raises(Refusal, match="month_closed"):
                self.run(pay)
            return
        self.run(pay)
        self.paid_in += fen

    @property
    def standing(self) -> list[dict[str, Any]]:
        return [a for act, a in self.answers.items() if act not in self.voided]

    @precondition(lambda self: len(self.standing) > 1 and not self.day_closed)
    @rule()
    def close_day(self) -> None:
        self.run(sign_days(self.cast.kitchen, MONTH, now=MORNING))
        self.day_closed = True

    @precondition(lambda self: self.day_closed and not self.month_closed)
    @rule()
    def close_month(self) -> None:
        """Each finding with a word; from then on it recomputes to the same bytes."""
        month, who = (self.cast.kitchen, MONTH), {"by": QIAN, "now": MORNING}
        for one in self.run(findings.findings(*month)):
            self.run(findings.explain(*month, one.key, "已核实", **who))
        self.run(settlement.close_month(*month, today=DECEMBER, **who))
        self.month_closed = True

    @invariant()
    def the_books_balance_to_the_fen(self) -> None:
        if not hasattr(self, "cast"):
            return
        assert self.run(ledger.unbalanced()) == []
        cash = self.paid_in + sum(answer["self_pay_fen"] for answer in self.standing)
        owed = sum(a["list_price_fen"] - a["self_pay_fen"] for a in self.standing)
        points = (self.cast.chaoyang, self.cast.xinhua)
        held = [self.run(ledger.balance_of(f"cash:{point}")) for point in points]
        assert sum(held) == cash
        assert self.run(ledger.balance_of("funder:district")) == owed

    @invariant()
    def the_month_equals_a_recount_of_its_rows(self) -> None:
        """By plain loops over the rows of meals and voids, and no code of ours."""
        if not hasattr(self, "cast"):
            return
        voided = {row["served"] for row in self.run(rows("SELECT * FROM meal_void"))}
        own: dict[str, int] = {}
        owed: dict[str, int] = {}
        for meal in self.run(rows("SELECT * FROM meal")):
            if meal["id"] not in voided:
                place = f"point:{meal['point']}"
                own[place] = own.get(place, 0) + meal["self_pay_fen"]
                funded = sum(fen for _payer, fen, _why in json.loads(meal["lines"]))
                owed[place] = owed.get(place, 0) + funded
        month = self.run(settlement.month_for(self.cast.kitchen, MONTH))
        assert {p.place: p.self_pay_fen for p in month.places} == own
        assert {p.place: p.subsidy_fen for p in month.places} == owed
        if self.month_closed:
            assert self.run(settlement.replay(self.cast.kitchen, MONTH))

    @invariant()
    def every_row_of_money_is_vouched_for(self) -> None:
        if hasattr(self, "cast"):
            assert self.run(vouching.verify())[1] is None

    @invariant()
    def everyone_holds_one_slot_at_most(self) -> None:
        if not hasattr(self, "cast"):
            return
        held = self.run(rows("SELECT elder FROM meal_slot ORDER BY elder"))
        people = sorted(getattr(self.cast, who) for who in self.slots)
        assert [row["elder"] for row in held] == people


Till.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=35,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def _keys() -> None:
    sealing.use(sealing.Keyring.new())


TestTill = Till.TestCase


def test_on_postgres(postgres_server: str, postgres_template: str) -> None:
    """The same machine, a few steps: everything is locked and read ahead otherwise."""
    made: list[str] = []

    def fresh() -> str:
        made.append(f"machine_{uuid.uuid4().hex[:12]}")
        create = f"CREATE DATABASE {made[-1]} TEMPLATE {postgres_template}"
        asyncio.run(run_sql(postgres_server, create))
        return url_of(postgres_server, made[-1])

    few = settings(
        max_examples=4,
        stateful_step_count=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(lambda: Till(fresh), settings=few)
    finally:
        for name in made:
            drop = f"DROP DATABASE {name} WITH (FORCE)"
            asyncio.run(run_sql(postgres_server, drop))
    assert made
