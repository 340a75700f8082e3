"""Asking back: each quarter at least 5 % of the recipients are rung or visited, drawn
by lot from every round and every point, and what they say is counted with its n.

Source of both figures: the operators' service rules this product follows (each quarter
call or visit at least 5 % of the subsidised; overall satisfaction at least 95 %).
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from piccolo.columns import Boolean, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.database import insert, insert_many, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.places import Kitchen
from kitchen.registry import Elder
from kitchen.staff import Actor

LEAST_PERCENT = 5
SATISFIED_PERCENT = 95
WAYS = ("call", "visit")
ANSWERS = ("satisfied", "neutral", "dissatisfied", "not_reached")


class CallbackSample(Table, tablename="callback_sample"):
    """Who is asked in a quarter ("2026Q4"); the seed tells how the lot fell."""

    kitchen = ForeignKey(Kitchen, null=False)
    quarter = Text()
    seed = Integer()
    percent = Integer()
    recipients = Integer()
    at = Timestamptz()
    by = Text()


class CallbackPick(Table, tablename="callback_pick"):
    """One person drawn. `stratum`: round:3 or point:2, where the meals come from."""

    sample = ForeignKey(CallbackSample, null=False)
    elder = ForeignKey(Elder, null=False)
    stratum = Text()


class CallbackAnswer(Table, tablename="callback_answer"):
    """What was said; asked again, the newest answer counts."""

    pick = ForeignKey(CallbackPick, null=False)
    way = Text()  # call | visit
    answer = Text()  # satisfied | neutral | dissatisfied | not_reached
    agreement_seen = Boolean()
    note = Text()
    at = Timestamptz()
    by = Text()


# Pure rules -------------------------------------------------------------------


@dataclass(frozen=True)
class Recipient:
    """Somebody who had a meal in the quarter; `asked`: how often asked before."""

    elder_id: int
    stratum: str
    asked: int = 0


def drawn(recipients: Sequence[Recipient], percent: int, seed: int) -> list[Recipient]:
    """At least `percent` of every stratum, rounded up, so at least that of all: those
    never asked first, the lot among equals. The same seed draws the same people."""
    lot = random.Random(seed)  # noqa: S311 - a lot that can be drawn again
    strata: dict[str, list[Recipient]] = {}
    for one_of in sorted(recipients, key=lambda r: r.elder_id):
        strata.setdefault(one_of.stratum, []).append(one_of)
    picks: list[Recipient] = []
    for stratum in sorted(strata):
        people = strata[stratum]
        lot.shuffle(people)
        people.sort(key=lambda r: r.asked)
        picks += people[: -(-len(people) * percent // 100)]
    return picks


@dataclass(frozen=True)
class Satisfaction:
    """Of those who answered; never without n."""

    satisfied: int
    answered: int

    @property
    def per_mille(self) -> int:
        return self.satisfied * 1000 // self.answered if self.answered else 0

    @property
    def is_met(self) -> bool:
        """At least 95 of 100; nobody asked is not met."""
        return 0 < self.answered * SATISFIED_PERCENT <= self.satisfied * 100


def quarter_of(day: date) -> str:
    """2026-11-24 → 2026Q4"""
    return f"{day.year}Q{(day.month + 2) // 3}"


def days_of(quarter: str) -> tuple[date, date]:
    """First day and the day after the last; refuses `quarter_unknown`."""
    year, letter, number = quarter[:4], quarter[4:5], quarter[5:]
    if not (year.isdigit() and letter == "Q" and number in ("1", "2", "3", "4")):
        raise Refusal("quarter_unknown")
    first = date(int(year), int(number) * 3 - 2, 1)
    after = first.month + 3
    return first, date(first.year + after // 13, (after - 1) % 12 + 1, 1)


# Readers ----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class PickFacts:
    """One person drawn, and the newest answer; `answer` "" = not asked yet."""

    id: int
    elder_id: int
    name: str
    phone_tail: str
    stratum: str
    tries: int = 0
    way: str = ""
    answer: str = ""
    agreement_seen: bool = False
    note: str = ""
    at: datetime | None = None
    by: str = ""

    @property
    def is_answered(self) -> bool:
        return self.answer not in ("", "not_reached")


@dataclass(frozen=True, kw_only=True)
class SampleFacts:
    """A quarter's callbacks."""

    quarter: str
    seed: int
    percent: int
    recipients: int
    at: datetime
    by: str
    picks: tuple[PickFacts, ...]

    @property
    def answered(self) -> int:
        return sum(pick.is_answered for pick in self.picks)

    @property
    def satisfaction(self) -> Satisfaction:
        happy = sum(pick.answer == "satisfied" for pick in self.picks)
        return Satisfaction(happy, self.answered)


async def sample_of(kitchen_id: int, quarter: str) -> SampleFacts | None:
    """The quarter's sample; None while none was drawn."""
    row = await one(
        "SELECT * FROM callback_sample WHERE kitchen = {} AND quarter = {}",
        kitchen_id,
        quarter,
    )
    if row is None:
        return None
    picks = await rows(
        "SELECT p.id AS id, p.elder AS elder_id, e.name AS name,"
        " e.phone_tail AS phone_tail, p.stratum AS stratum FROM callback_pick p"
        " JOIN elder e ON e.id = p.elder WHERE p.sample = {} ORDER BY p.stratum, p.id",
        row["id"],
    )
    answers = await _answers([pick["id"] for pick in picks])
    return SampleFacts(
        **{name: row[name] for name in ("quarter", "seed", "percent", "recipients")},
        at=row["at"],
        by=row["by"],
        picks=tuple(_pick(pick, answers.get(pick["id"], [])) for pick in picks),
    )


def _pick(row: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]) -> PickFacts:
    if not answers:
        return PickFacts(**row)
    last = answers[-1]
    names = ("way", "answer", "note", "at", "by")
    return PickFacts(
        **row,
        tries=len(answers),
        agreement_seen=bool(last["agreement_seen"]),
        **{name: last[name] for name in names},
    )


async def _answers(picks: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    if not picks:
        return found
    for row in await rows(
        "SELECT * FROM callback_answer WHERE pick IN {} ORDER BY id", list(picks)
    ):
        found.setdefault(row["pick"], []).append(row)
    return found


async def recipients_of(kitchen_id: int, quarter: str) -> list[Recipient]:
    """Everybody who had a subsidised meal in the quarter, by the round or the point
    of the newest one."""
    first, after = days_of(quarter)
    found = await rows(
        "SELECT m.elder AS elder, m.point AS point, r.number AS round FROM meal m"
        " LEFT JOIN meal_void v ON v.served = m.id"
        " LEFT JOIN stop s ON s.id = m.stop_id LEFT JOIN round r ON r.id = s.round"
        " WHERE m.kitchen = {} AND m.day >= {} AND m.day < {} AND v.id IS NULL"
        " AND m.tariff = 'subsidised' AND m.elder IS NOT NULL ORDER BY m.day, m.id",
        kitchen_id,
        first,
        after,
    )
    strata = {
        row["elder"]: f"point:{row['point']}"
        if row["point"] is not None
        else f"round:{row['round'] or 0}"
        for row in found
    }
    asked = await rows(
        "SELECT p.elder AS elder, COUNT(*) AS n FROM callback_pick p"
        " JOIN callback_sample s ON s.id = p.sample"
        " WHERE s.kitchen = {} GROUP BY p.elder",
        kitchen_id,
    )
    times = {row["elder"]: int(row["n"]) for row in asked}
    return [
        Recipient(elder, stratum, times.get(elder, 0))
        for elder, stratum in strata.items()
    ]


async def kitchen_of_pick(pick_id: int) -> tuple[int, str, int]:
    """Kitchen, quarter and elder of a pick; refuses `pick_unknown`."""
    found = await one(
        "SELECT s.kitchen AS kitchen, s.quarter AS quarter, p.elder AS elder"
        " FROM callback_pick p JOIN callback_sample s ON s.id = p.sample"
        " WHERE p.id = {}",
        pick_id,
    )
    if found is None:
        raise Refusal("pick_unknown", pick=pick_id)
    return int(found["kitchen"]), str(found["quarter"]), int(found["elder"])


# Verbs ------------------------------------------------------------------------


async def draw_sample(
    kitchen_id: int,
    quarter: str,
    *,
    seed: int,
    percent: int = LEAST_PERCENT,
    by: Actor,
    now: datetime,
) -> int:
    """Draw the quarter's people, once: a second draw changes nothing. Returns how
    many. Refuses `quarter_unknown`, `percent_too_low`, `nobody_to_ask`."""
    if percent < LEAST_PERCENT:
        raise Refusal("percent_too_low", percent=percent)
    async with writing():
        await lock_for("callback_sample", f"{kitchen_id}/{quarter}")
        known = await sample_of(kitchen_id, quarter)
        if known is not None:
            return len(known.picks)
        recipients = await recipients_of(kitchen_id, quarter)
        picks = drawn(recipients, percent, seed)
        if not picks:
            raise Refusal("nobody_to_ask")
        sample_id = await insert(
            CallbackSample,
            kitchen=kitchen_id,
            quarter=quarter,
            seed=seed,
            percent=percent,
            recipients=len(recipients),
            at=now,
            by=by.name,
        )
        await insert_many(
            CallbackPick,
            [
                {"sample": sample_id, "elder": pick.elder_id, "stratum": pick.stratum}
                for pick in picks
            ],
        )
        facts = {"seed": seed, "drawn": len(picks), "of": len(recipients)}
        await _record("callback.draw", sample_id, facts, by, now)
    return len(picks)


async def record_answer(
    pick_id: int,
    way: str,
    answer: str,
    *,
    agreement_seen: bool = False,
    note: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """What the person said, or that nobody was reached. Refuses `answer_unknown`,
    `pick_unknown`, `dissatisfied_needs_words`."""
    if way not in WAYS or answer not in ANSWERS:
        raise Refusal("answer_unknown")
    if answer == "dissatisfied" and not note.strip():
        raise Refusal("dissatisfied_needs_words")
    async with writing():
        await kitchen_of_pick(pick_id)
        await insert(
            CallbackAnswer,
            pick=pick_id,
            way=way,
            answer=answer,
            agreement_seen=agreement_seen,
            note=note.strip(),
            at=now,
            by=by.name,
        )
        await _record("callback.answer", pick_id, {"answer": answer}, by, now)


async def _record(
    action: str, object_id: int, after: Mapping[str, object], by: Actor, now: datetime
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="callback",
        object_id=object_id,
        after=after,
    )
