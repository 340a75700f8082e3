"""The provider's score of a quarter, out of four things people feel: whether those
asked back are satisfied, whether rounds are on time, meals nobody brought, complaints.

The source documents ask for satisfaction, complaints and a red and black list of
providers, and give no formula: this one is ours, and stands on the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kitchen.audit import LOCAL_ZONE
from kitchen.callbacks import days_of, sample_of
from kitchen.database import one, rows
from kitchen.feedback_slips import returned_between
from kitchen.places import services_for

WEIGHTS: Mapping[str, int] = {
    "satisfied": 40,
    "on_time": 20,
    "missed": 20,
    "complaints": 20,
}
"""Full marks of each part; they add up to 100."""
WORST_PER_THOUSAND = {"missed": 10, "complaints": 10}
"""So many of a thousand meals, and the part is worth nothing; none, and it is whole."""
RED, BLACK = 90, 60
"""From 90 on the red list (good), below 60 the black one."""


@dataclass(frozen=True)
class Figures:
    """What was counted. `asked`: callbacks answered and feedback slips handed back;
    `rounds`: those somebody reported a time from; `late`: of these, with a door reached
    after the meal's end; `missed`: people of published plans left on no round, and
    calls that no meal came; `meals`: handed over."""

    satisfied: int = 0
    asked: int = 0
    late: int = 0
    rounds: int = 0
    missed: int = 0
    complaints: int = 0
    meals: int = 0


@dataclass(frozen=True)
class Part:
    """One part: `points` of `full`, in tenths; None where nothing was counted."""

    code: str
    full: int
    tenths: int | None


@dataclass(frozen=True)
class Score:
    """The whole, 0 to 100; None when no part could be counted."""

    parts: tuple[Part, ...]
    figures: Figures

    @property
    def points(self) -> int | None:
        """Counted parts alone make the score: what nobody measured is neither good nor
        bad. Rounded down, so that 90 is really reached."""
        known = [part for part in self.parts if part.tenths is not None]
        full = sum(part.full for part in known)
        if not full:
            return None
        return sum(part.tenths or 0 for part in known) * 10 // full

    @property
    def is_whole(self) -> bool:
        """Whether every part was counted: nobody is listed by half a score."""
        return all(part.tenths is not None for part in self.parts)

    @property
    def listed(self) -> str:
        """red (good) | black | "": in between, or not everything was counted."""
        if self.points is None or not self.is_whole:
            return ""
        return "red" if self.points >= RED else "black" if self.points < BLACK else ""


# Pure rules -------------------------------------------------------------------


def score_of(figures: Figures) -> Score:
    """The formula. satisfied: full × satisfied ÷ answered. on_time: full × (rounds −
    late) ÷ rounds. missed and complaints: full × (1 − so many per thousand meals ÷
    `WORST_PER_THOUSAND`), never below nothing."""
    f = figures
    shares = {
        "satisfied": (f.satisfied, f.asked),
        "on_time": (f.rounds - f.late, f.rounds),
        "missed": _rare(f.missed, f.meals, WORST_PER_THOUSAND["missed"]),
        "complaints": _rare(f.complaints, f.meals, WORST_PER_THOUSAND["complaints"]),
    }
    return Score(
        tuple(
            Part(code, full, full * 10 * part // of if of else None)
            for code, full in WEIGHTS.items()
            for part, of in (shares[code],)
        ),
        figures,
    )


def _rare(bad: int, meals: int, worst: int) -> tuple[int, int]:
    """What is left of `worst` bad ones in a thousand meals, as a fraction."""
    allowed = worst * meals
    return max(0, allowed - 1000 * bad), allowed


# Readers ----------------------------------------------------------------------


async def score_for(kitchen_id: int, quarter: str) -> Score:
    """The score of a quarter as the rows stand; refuses `quarter_unknown`."""
    first, after = days_of(quarter)
    span = (kitchen_id, first, after)
    sample = await sample_of(kitchen_id, quarter)
    slips = await returned_between(kitchen_id, first, after - timedelta(days=1))
    rounds, late = await _rounds(*span)
    return score_of(
        Figures(
            satisfied=(sample.satisfaction.satisfied if sample else 0) + slips.content,
            asked=(sample.answered if sample else 0) + slips.typed,
            late=late,
            rounds=rounds,
            missed=await _count(_WAITED, *span) + await _called(*span, "no_meal"),
            complaints=await _called(*span, "complaint"),
            meals=await _count(_MEALS, *span),
        )
    )


# In plans that counted on days that are closed: on no round, and nothing handed over.
_WAITED = (
    "SELECT COUNT(*) AS n FROM stop s JOIN round_plan p ON p.id = s.plan"
    " JOIN plan_publication b ON b.plan = p.id"
    " JOIN day_close c ON c.kitchen = p.kitchen AND c.day = p.day AND c.meal = p.meal"
    " WHERE p.kitchen = {} AND p.day >= {} AND p.day < {} AND s.round IS NULL"
    " AND s.diner IS NOT NULL AND NOT EXISTS (SELECT 1 FROM round_plan q"
    " JOIN plan_publication z ON z.plan = q.id WHERE q.kitchen = p.kitchen"
    " AND q.day = p.day AND q.meal = p.meal AND q.version > p.version)"
    " AND s.diner NOT IN (SELECT m.diner FROM meal m WHERE m.diner IS NOT NULL"
    " AND m.id NOT IN (SELECT served FROM meal_void))"
)
_MEALS = (
    "SELECT COUNT(*) AS n FROM meal WHERE kitchen = {} AND day >= {} AND day < {}"
    " AND id NOT IN (SELECT served FROM meal_void)"
)


async def _count(sql: str, *values: object) -> int:
    found = await one(sql, *values)
    return int(found["n"]) if found else 0


async def _called(kitchen_id: int, first: date, after: date, kind: str) -> int:
    found = await rows(
        "SELECT opened_at FROM incident WHERE kitchen = {} AND kind = {}",
        *(kitchen_id, kind),
    )
    days = (row["opened_at"].astimezone(LOCAL_ZONE).date() for row in found)
    return sum(first <= day < after for day in days)


async def _rounds(kitchen_id: int, first: date, after: date) -> tuple[int, int]:
    """Rounds with a reported time, and those of them with a door after the meal."""
    closes = {
        meal: timedelta(minutes=service.serve_to_minutes)
        for meal, service in (await services_for(kitchen_id, first)).items()
    }
    found = await rows(
        "SELECT p.day AS day, p.meal AS meal, r.number AS number,"
        ' MAX(d.happened_at) AS "last [TIMESTAMPTZ]" FROM delivery_slot x'
        " JOIN delivery d ON d.id = x.delivery JOIN stop s ON s.id = x.stop"
        " JOIN round r ON r.id = s.round JOIN round_plan p ON p.id = r.plan"
        " WHERE p.kitchen = {} AND p.day >= {} AND p.day < {}"
        " AND d.happened_at IS NOT NULL AND s.diner IS NOT NULL"
        " GROUP BY p.day, p.meal, r.number",
        *(kitchen_id, first, after),
    )
    late = 0
    for row in found:
        wall = row["last"].astimezone(LOCAL_ZONE)
        since = timedelta(hours=wall.hour, minutes=wall.minute)
        ends = closes.get(row["meal"])
        late += wall.date() > row["day"] or (ends is not None and since > ends)
    return len(found), late
