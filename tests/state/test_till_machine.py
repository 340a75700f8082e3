"""The counter and the books as a state machine: whatever staff tap, send twice,
alter or take back, everyone has at most one subsidised meal and the books balance.
"""

import asyncio
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import replace
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
    rule,
    run_state_machine_as_test,
)

from kitchen import database, dining, ledger, meals, sealing, upgrading
from kitchen.database import rows
from kitchen.dining import Request
from kitchen.errors import Refusal
from kitchen.schema import TABLES
from tests.conftest import run_sql, url_of
from tests.kitchen.cast import MORNING, SUN, TODAY, Cast, enter

PEOPLE = st.sampled_from(["wang", "li", "zhou"])
POINTS = st.sampled_from(["chaoyang", "xinhua"])


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
        if where in self.closed:
            with pytest.raises(Refusal, match="shift_closed"):
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
        if where in self.closed:
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

    @rule(where=POINTS)
    def close_shift(self, where: str) -> None:
        if where in self.closed or len(self.requests) < 8:
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
        self.run(meals.void_meal(meal_id, "按错", by=SUN, now=MORNING))
        self.voided.add(act)
        self.slots = {who: held for who, held in self.slots.items() if held != act}

    @rule(who=PEOPLE, fen=st.integers(min_value=1, max_value=100_000))
    def top_up(self, who: str, fen: int) -> None:
        self.run(
            ledger.top_up(
                getattr(self.cast, who),
                fen,
                kitchen_id=self.cast.kitchen,
                point_id=self.cast.chaoyang,
                day=TODAY,
                by=SUN,
                now=MORNING,
            )
        )
        self.paid_in += fen

    @invariant()
    def the_books_balance_to_the_fen(self) -> None:
        if not hasattr(self, "cast"):
            return
        assert self.run(ledger.unbalanced()) == []
        standing = [a for act, a in self.answers.items() if act not in self.voided]
        cash = self.paid_in + sum(answer["self_pay_fen"] for answer in standing)
        owed = sum(a["list_price_fen"] - a["self_pay_fen"] for a in standing)
        points = (self.cast.chaoyang, self.cast.xinhua)
        held = [self.run(ledger.balance_of(f"cash:{point}")) for point in points]
        assert sum(held) == cash
        assert self.run(ledger.balance_of("funder:district")) == owed

    @invariant()
    def everyone_holds_one_slot_at_most(self) -> None:
        if not hasattr(self, "cast"):
            return
        held = self.run(rows("SELECT elder FROM meal_slot ORDER BY elder"))
        people = sorted(getattr(self.cast, who) for who in self.slots)
        assert [row["elder"] for row in held] == people


Till.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=25,
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
