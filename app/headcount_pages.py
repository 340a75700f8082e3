"""The count's page: who eats what where, by place, with the list of people in pages
of fifty: two thousand names are found, not scrolled.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar.response import Response

from app.forms import Form
from app.i18n import N_
from app.i18n import translate as _
from app.picking import people_choices
from app.policy import may
from app.rendering import fragment, page
from app.requests import Request
from app.scope import kitchen_of, points_of
from app.words.diets import undecided_words
from kitchen import attendance, closures, headcounts, places, registry
from kitchen.attendance import Hint
from kitchen.calendar import cut_off_at
from kitchen.headcount_facts import KITCHEN
from kitchen.headcounts import SpareFacts
from kitchen.kitchen_day import kitchen_day
from kitchen.off_loop import off_loop
from kitchen.places import KitchenFacts, PointFacts
from kitchen.plans import Eater

WAYS = {"dine_in": N_("堂食"), "collect": N_("自取"), "deliver": N_("送餐")}
SOURCES = {
    "telephone": N_("电话"),
    "office": N_("办公室"),
    "door": N_("门口"),
    "till": N_("就餐点"),
}


CHANGED_BY = SOURCES | {KITCHEN: N_("厨房")}
"""Who said so, the kitchen itself too where it could not cook."""

PAGE_LENGTH = 50
MOST_FOUND = 300


@dataclass(frozen=True)
class PlaceRow:
    """One line of the count: a dining point, or the doors."""

    at: str  # "12" a dining point | "door" | "none": the list's filter
    name: str
    by_diet: tuple[int, ...]
    total: int
    usual: int | None
    walk_ins: int
    spares: int

    @property
    def odd(self) -> bool:
        """More than a fifth and two portions away from the usual."""
        if not self.usual:
            return False
        away = abs(self.total - self.usual)
        return away > 2 and away * 5 > self.usual


def column_keys(eaters: list[Eater]) -> list[str]:
    """Diet groups that occur, plain food first, then the most wanted."""
    counts = Counter[str]()
    for eater in eaters:
        counts[eater.diet.key] += eater.portions
    return sorted(counts, key=lambda key: (key != "regular", -counts[key], key))


def rows_of(
    eaters: list[Eater],
    points: list[PointFacts],
    keys: list[str],
    spares: list[SpareFacts],
    usual: dict[tuple[str, int | None], int],
) -> list[PlaceRow]:
    """A row for each point, for the doors, and for those without a point."""
    portions = Counter[tuple[str, int | None, str]]()
    for eater in eaters:
        portions[*_place(eater), eater.diet.key] += eater.portions
    extra = Counter[tuple[str, int | None, str]]()
    for spare in spares:
        kind = "door" if spare.point_id is None else "point"
        extra[kind, spare.point_id, spare.kind] += spare.portions
    places_of: list[tuple[str, str, int | None]] = [
        (point.name, "point", point.id) for point in points
    ]
    places_of += [(_("送餐到家"), "door", None), (_("没有就餐点"), "none", None)]
    made = []
    for name, kind, point_id in places_of:
        by_diet = tuple(portions[kind, point_id, key] for key in keys)
        if kind == "none" and not any(by_diet):
            continue
        made.append(
            PlaceRow(
                at=str(point_id) if kind == "point" else kind,
                name=name,
                by_diet=by_diet,
                total=sum(by_diet),
                usual=usual.get((kind, point_id)),
                walk_ins=extra[kind, point_id, "walk_in"],
                spares=extra[kind, point_id, "spare"],
            )
        )
    return made


def booked_at(eaters: Sequence[Eater]) -> Counter[int]:
    """Portions booked at each point, and to all the doors together."""
    booked: Counter[int] = Counter()
    for eater in eaters:
        if eater.way == "deliver":
            booked[attendance.DOORS] += eater.portions
        elif eater.point_id is not None:
            booked[eater.point_id] += eater.portions
    return booked


async def hinted(
    kitchen_id: int, day: dt.date, meal: str, eaters: Sequence[Eater]
) -> dict[int, Hint]:
    """Point → what to expect there; reckoned in a thread, for a till may be waiting."""
    ground = await attendance.ground_for(kitchen_id, day, meal)
    return await off_loop(attendance.hints, ground, booked_at(eaters))


async def proposed_extras(
    kitchen_id: int, day: dt.date, meal: str, hints: dict[int, Hint]
) -> dict[str, int]:
    """The fields of the close as they are first shown: "walk_in_3" → 5."""
    usual = await headcounts.usual_walk_ins(kitchen_id, day, meal)
    told = attendance.proposed(hints, usual)
    return {f"{kind}_{point}": portions for point, kind, portions in told}


def _place(eater: Eater) -> tuple[str, int | None]:
    if eater.way == "deliver":
        return "door", None
    return ("point", eater.point_id) if eater.point_id else ("none", None)


@dataclass(frozen=True)
class People:
    """One page of the list. `at` and `typed` are what it was narrowed by."""

    eaters: tuple[Eater, ...]
    found: int
    number: int
    at: str = ""
    typed: str = ""

    @property
    def pages(self) -> int:
        return max(1, -(-self.found // PAGE_LENGTH))


async def people_of(
    request: Request, kitchen_id: int, eaters: Sequence[Eater]
) -> People:
    """The page of the list that the address asks for: `at`, `q`, `page`."""
    asked = request.query_params
    at, typed = asked.get("at", "")[:20], asked.get("q", "").strip()[:60]
    wanted = asked.get("page", "1")
    found = [eater for eater in eaters if not at or _at(eater) == at]
    if typed:
        meant = await registry.search(typed, kitchen_id=kitchen_id, limit=MOST_FOUND)
        ids = {person.id for person in meant}
        found = [eater for eater in found if eater.elder_id in ids]
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 6 else 1
    whole = People((), len(found), 1, at, typed)
    number = min(max(number, 1), whole.pages)
    first = (number - 1) * PAGE_LENGTH
    shown = tuple(found[first : first + PAGE_LENGTH])
    return People(shown, len(found), number, at, typed)


def _at(eater: Eater) -> str:
    kind, point_id = _place(eater)
    return str(point_id) if kind == "point" else kind


async def count_page(
    request: Request,
    day: dt.date,
    meal: str,
    form: Form,
    *,
    status_code: int = 200,
    candidates: tuple[Any, ...] = (),
) -> Response[Any]:
    """The whole page, or for htmx its list alone."""
    kitchen = await kitchen_of(request)
    count = await headcounts.closed(kitchen.id, day, meal)
    eaters = await headcounts.eaters_for(kitchen.id, day, meal)
    own = request.actor.point_id
    if own is not None:  # staff of a point see theirs alone
        eaters = [eater for eater in eaters if eater.point_id == own]
    points = await points_of(request, kitchen.id)
    named = may(request.actor, "registry.read")  # the others see figures alone
    listed: dict[str, Any] = {
        "day": day,
        "meal": meal,
        "count": count,
        "people": await people_of(request, kitchen.id, eaters if named else []),
        "point_names": {point.id: point.name for point in points},
        "ways": WAYS,
        "sources": SOURCES,
        "changed_by": CHANGED_BY,
    }
    if request.is_fragment and request.method == "GET":
        return fragment(request, "headcounts/_eaters.html", **listed)
    spares = await headcounts.spares_for(kitchen.id, day, meal)
    changes = await headcounts.changes_for(count.id) if count and named else []
    if own is not None:
        gone = await headcounts.cancelled_for(kitchen.id, day, meal)
        here = {eater.diner_id for eater in (*eaters, *gone) if eater.point_id == own}
        changes = [change for change in changes if change.diner_id in here]
        spares = [spare for spare in spares if spare.point_id == own]
    served = eaters and meal in await places.services_for(kitchen.id, day)
    today = await kitchen_day(kitchen.id, day, meal, eaters=eaters) if served else None
    keys = column_keys(eaters)
    closing = count is None and may(request.actor, "headcounts.close")
    hints = await hinted(kitchen.id, day, meal, eaters) if closing else {}
    return page(
        request,
        "headcounts/index.html",
        status_code=status_code,
        kitchen=kitchen,
        cut_off=await _cut_off(request, kitchen, day, meal),
        closure=await closures.last_closure(kitchen.id, day, meal),
        changes=changes,
        keys=keys,
        rows=rows_of(eaters, points, keys, spares, await _usual(kitchen.id, day, meal)),
        points=points,
        extras=await proposed_extras(kitchen.id, day, meal, hints) if closing else {},
        is_forecast=any(hint.expected.rule == "model" for hint in hints.values()),
        form=form,
        candidates=candidates,
        waiting=today.waiting if today else [],
        undecided_words=undecided_words,
        people_choices=people_choices,
        total=sum(eater.portions for eater in eaters),
        uncounted=await headcounts.served_uncounted(kitchen.id, day, meal)
        if not count and not eaters
        else 0,
        by_way={way: sum(e.portions for e in eaters if e.way == way) for way in WAYS},
        extra=sum(spare.portions for spare in spares),
        special=sum(e.portions for e in eaters if e.diet.key != "regular"),
        **listed,
    )


async def _usual(
    kitchen_id: int, day: dt.date, meal: str
) -> dict[tuple[str, int | None], int]:
    """Last week's same weekday, by place; nothing when it was not counted."""
    before = day - dt.timedelta(days=7)
    if await headcounts.closed(kitchen_id, before, meal) is None:
        return {}
    counts = Counter[tuple[str, int | None]]()
    for eater in await headcounts.eaters_for(kitchen_id, before, meal):
        counts[_place(eater)] += eater.portions
    return dict(counts)


async def _cut_off(
    request: Request, kitchen: KitchenFacts, day: dt.date, meal: str
) -> dt.datetime | None:
    service = (await places.services_for(kitchen.id, day)).get(meal)
    if service is None:
        return None
    at = dt.time(service.cut_off_minutes // 60, service.cut_off_minutes % 60)
    return cut_off_at(day, service.cut_off_days_before, at, request.settings.timezone)
