"""One number from order to claim: ordered = cooked = labelled = loaded = handed over
or accounted for, and what of it is claimed; every difference named.

Each figure counts rows written by a different act, so deleting any one of them
makes the page name a person or a portion. Places are `round:3` (its doors),
`point:5`, `kitchen` (kept there) and `unplaced`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from piccolo.columns import Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen.meals import MealRow
from kitchen.places import Kitchen
from kitchen.wastes import WeightLine

UNPLACED = "unplaced"
KEPT = "kitchen"

HANDED_OVER = ("elder", "family", "neighbour", "agreed_place")
"""Outcomes at a door that put the meal into somebody's hands."""


class DifferenceNote(Table, tablename="difference_note"):
    """A person's word on a difference that the rows cannot explain."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    line = Text()
    reason = Text()
    at = Timestamptz()
    by = Text()


class DayClose(Table, tablename="day_close"):
    """The day is done: every stop reported, every door answered for."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    summary = Text()  # canonical JSON of the balance
    seal = Text()  # 12 characters of the audit chain
    at = Timestamptz()
    by = Text()


# What the rows say ------------------------------------------------------------


@dataclass(frozen=True)
class Claimant:
    """One diner's portions and where they belong. `outcome` is what was reported
    at the door, "" while nobody has said anything or there is no door."""

    diner_id: int
    elder_id: int
    name: str
    place: str
    way: str
    diet_key: str
    portions: int
    outcome: str = ""


@dataclass(frozen=True)
class DishCount:
    """One dish: portions the count asks for, and portions that were cooked."""

    dish_id: int
    name: str
    required: int
    cooked: int
    sampled_grams: int
    buffer: int = 0  # planned beyond what is required, by name


@dataclass(frozen=True)
class Rows:
    """Everything the balance reads, each field from the rows of one act."""

    eaters: tuple[Claimant, ...]  # the count
    cancelled: tuple[Claimant, ...]  # cancelled after the close: cooked for
    spares: Mapping[tuple[str, str], int]  # (place, diet) → portions
    dishes: tuple[DishCount, ...]  # the cook
    sample_grams: int
    labels: Mapping[int, int]  # diner → labels printed
    packed: Mapping[tuple[str, str], int]  # portioned for points
    loaded: Mapping[tuple[str, str], int]  # onto rounds, for doors or points
    by_round: frozenset[str]  # places whose portions travel on a round
    signed: frozenset[str]  # points whose containers were reported handed over
    received: Mapping[tuple[str, str], int]  # at points, and out of crates
    meals: tuple[MealRow, ...]  # handed over
    slots: frozenset[int]  # meal ids that hold a subsidised slot
    moved: Mapping[str, int]  # transfers: place → in minus out
    leftovers: Mapping[tuple[str, str], int]  # (place, fate) → portions
    unbalanced: tuple[int, ...]  # ledger entries that do not sum to zero
    weights: tuple[WeightLine, ...] = ()  # dishes whose pots were weighed
    notes: Mapping[str, str] = field(default_factory=dict)  # difference key → words
    supplied: frozenset[str] = frozenset()  # rounds that begin with a crate at a point

    def is_passed_on(self, place: str) -> bool:
        """Whether what is loaded for a place is counted again where it arrives."""
        return place.startswith("point:") or place in self.supplied


# What follows from them -------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One place's row of the page, in portions."""

    place: str
    ordered: int
    spares: int
    portioned: int  # labelled or packed
    loaded: int
    received: int
    moved: int
    handed_over: int
    returned: int
    wasted: int
    claimed: int


@dataclass(frozen=True)
class Difference:
    """Two acts that disagree, about whom or what. `key` is stable, so that a
    person's words stay with it."""

    code: str
    place: str
    what: str  # a person, a dish, a diet group
    expected: int
    found: int
    note: str = ""

    @property
    def key(self) -> str:
        return f"{self.code}|{self.place}|{self.what}"


@dataclass(frozen=True)
class Balance:
    """The page: a row per place, the totals, and every difference by name."""

    lines: tuple[Line, ...]
    planned: int
    cooked: int
    differences: tuple[Difference, ...]
    dishes: tuple[DishCount, ...] = ()
    weights: tuple[WeightLine, ...] = ()

    def total(self, column: str) -> int:
        return sum(getattr(line, column) for line in self.lines)

    @property
    def open(self) -> tuple[Difference, ...]:
        """Differences that nobody has put words to."""
        return tuple(d for d in self.differences if not d.note)

    @property
    def chain(self) -> tuple[tuple[str, int], ...]:
        """The one number along the day."""
        return (
            ("ordered", self.total("ordered")),
            ("planned", self.planned),
            ("cooked", self.cooked),
            ("portioned", self.total("portioned")),
            ("loaded", self.total("loaded")),
            ("handed_over", self.total("handed_over")),
            ("returned", self.total("returned")),
            ("wasted", self.total("wasted")),
            ("claimed", self.total("claimed")),
        )


def planned_meals(rows: Rows) -> int:
    """What the count asks for: people's portions and those without a name."""
    return sum(c.portions for c in rows.eaters) + sum(rows.spares.values())


def cooked_meals(rows: Rows) -> int:
    """Whole meals that the cooked dishes make: what the count asks for, and as many
    more (or fewer) as the scarcest dish allows."""
    planned = planned_meals(rows)
    return planned + min((d.cooked - d.required for d in rows.dishes), default=-planned)


def place_of_meal(meal: MealRow, doors: Mapping[int, str]) -> str:
    """Where a portion was handed over; `doors`: diner → its round's place."""
    if meal.channel == "door":
        return doors.get(meal.diner_id or 0, UNPLACED)
    return f"point:{meal.point_id}" if meal.point_id else KEPT


def balance_of(rows: Rows) -> Balance:
    """Put the acts side by side. Pure."""
    everybody = (*rows.eaters, *rows.cancelled)
    doors = {c.diner_id: c.place for c in everybody if c.way == "deliver"}
    handed = Counter(place_of_meal(meal, doors) for meal in rows.meals)
    places = _places(rows, handed)
    planned, cooked = planned_meals(rows), cooked_meals(rows)
    differences = [
        *_dish_differences(rows),
        *_weight_differences(rows),
        *_label_differences(rows),
        *_packing_differences(rows),
        *_loading_differences(rows),
        *_receipt_differences(rows),
        *_door_differences(rows),
        *_hand_differences(rows, places, handed),
        *_kept_differences(rows, cooked, handed),
        *_slot_differences(rows),
    ]
    return Balance(
        lines=tuple(_line(rows, place, handed, doors) for place in places),
        planned=planned,
        cooked=cooked,
        differences=tuple(
            Difference(
                d.code, d.place, d.what, d.expected, d.found, rows.notes.get(d.key, "")
            )
            for d in differences
        ),
        dishes=rows.dishes,
        weights=rows.weights,
    )


def _places(rows: Rows, handed: Mapping[str, int]) -> list[str]:
    named = {c.place for c in (*rows.eaters, *rows.cancelled)}
    named |= {place for place, _ in (*rows.spares, *rows.packed, *rows.loaded)}
    named |= {place for place, _ in (*rows.received, *rows.leftovers)}
    named |= {*handed, *rows.moved}
    return sorted(named, key=_place_order)


def _place_order(place: str) -> tuple[int, int]:
    kind, _, number = place.partition(":")
    order = ("round", "point", KEPT, UNPLACED)
    return order.index(kind), int(number or 0)


def _labels_at(rows: Rows, place: str) -> int:
    return sum(
        rows.labels.get(c.diner_id, 0)
        for c in (*rows.eaters, *rows.cancelled)
        if c.place == place
    )


def _at(counts: Mapping[tuple[str, str], int], place: str) -> int:
    return sum(count for (where, _), count in counts.items() if where == place)


def _line(
    rows: Rows, place: str, handed: Mapping[str, int], doors: Mapping[int, str]
) -> Line:
    return Line(
        place=place,
        ordered=sum(c.portions for c in rows.eaters if c.place == place),
        spares=_at(rows.spares, place),
        portioned=_labels_at(rows, place) + _at(rows.packed, place),
        loaded=_at(rows.loaded, place),
        received=_at(rows.received, place),
        moved=rows.moved.get(place, 0),
        handed_over=handed.get(place, 0),
        returned=rows.leftovers.get((place, "returned"), 0),
        wasted=rows.leftovers.get((place, "wasted"), 0),
        claimed=sum(
            meal.tariff == "subsidised" and place_of_meal(meal, doors) == place
            for meal in rows.meals
        ),
    )


def _dish_differences(rows: Rows) -> Iterable[Difference]:
    """Who was cancelled after the close may have been cooked for already."""
    slack = sum(c.portions for c in rows.cancelled)
    for dish in rows.dishes:
        most = dish.required + slack + dish.buffer
        if not dish.required <= dish.cooked <= most:
            yield Difference("cooked", KEPT, dish.name, dish.required, dish.cooked)
        if dish.sampled_grams < rows.sample_grams:
            yield Difference(
                "sample", KEPT, dish.name, rows.sample_grams, dish.sampled_grams
            )


def _weight_differences(rows: Rows) -> Iterable[Difference]:
    """Portions × weights against what the pots weighed, in grams."""
    slack = sum(c.portions for c in rows.cancelled)
    for line in rows.weights:
        if line.is_odd(slack):
            accounted, weighed = line.accounted_grams, line.weighed_grams
            yield Difference("weight", KEPT, line.name, accounted, weighed)


def _label_differences(rows: Rows) -> Iterable[Difference]:
    """Boxes carry labels: everyone who is brought or collects a meal has one for
    each portion. Who was cancelled later may keep theirs: the box came back."""
    for c in rows.eaters:
        found = rows.labels.get(c.diner_id, 0)
        if c.way != "dine_in" and found != c.portions:
            yield Difference("label", c.place, c.name, c.portions, found)
    known = {c.diner_id for c in (*rows.eaters, *rows.cancelled)}
    for diner_id, found in sorted(rows.labels.items()):
        if diner_id not in known:
            yield Difference("label_for_nobody", KEPT, f"#{diner_id}", 0, found)


def _bulk(claimants: Iterable[Claimant]) -> Counter[tuple[str, str]]:
    """Portions that travel unlabelled, by place and diet: those who dine in."""
    counts: Counter[tuple[str, str]] = Counter()
    for c in claimants:
        if c.way == "dine_in":
            counts[c.place, c.diet_key] += c.portions
    return counts


def _boxes(claimants: Iterable[Claimant]) -> Counter[tuple[str, str]]:
    """Labelled portions, by place and diet."""
    counts: Counter[tuple[str, str]] = Counter()
    for c in claimants:
        if c.way != "dine_in":
            counts[c.place, c.diet_key] += c.portions
    return counts


def _point_spares(rows: Rows) -> Counter[tuple[str, str]]:
    return Counter({key: n for key, n in rows.spares.items() if key[0] != KEPT})


def _packing_differences(rows: Rows) -> Iterable[Difference]:
    expected = _bulk(rows.eaters) + _point_spares(rows)
    yield from _compared("packed", expected, _bulk(rows.cancelled), rows.packed)


def _loading_differences(rows: Rows) -> Iterable[Difference]:
    """What must be on a vehicle: labelled boxes and packed containers; and what may
    be: the kitchen's own spares, on whichever rounds took them."""
    expected = _boxes(rows.eaters) + _bulk(rows.eaters) + _point_spares(rows)
    slack = _boxes(rows.cancelled) + _bulk(rows.cancelled)
    travels = {key: n for key, n in expected.items() if key[0] in rows.by_round}
    spares = Counter({d: n for (place, d), n in rows.spares.items() if place == KEPT})
    for place, diet in sorted(rows.loaded):
        found = rows.loaded[place, diet]
        beyond = found - travels.get((place, diet), 0) - slack[place, diet]
        if place.startswith("round:") and beyond > 0:
            taken = min(beyond, spares[diet])
            spares[diet] -= taken
            slack[place, diet] += taken
    yield from _compared("loaded", Counter(travels), slack, rows.loaded)


def _compared(
    code: str,
    expected: Counter[tuple[str, str]],
    slack: Counter[tuple[str, str]],
    found: Mapping[tuple[str, str], int],
) -> Iterable[Difference]:
    """Place by place and diet by diet; `slack` = cancelled after the close, which
    may have gone along or stayed."""
    for key in sorted({*expected, *found}):
        wanted, seen = expected[key], found.get(key, 0)
        if not wanted <= seen <= wanted + slack[key]:
            yield Difference(code, key[0], key[1], wanted, seen)


def _receipt_differences(rows: Rows) -> Iterable[Difference]:
    """What a point signed for, or somebody took out of their crate, against what was
    loaded for it (or packed, when a point fetches for itself)."""
    sent = Counter(
        {
            key: portions
            for key, portions in rows.loaded.items()
            if rows.is_passed_on(key[0])
        }
    )
    for key, portions in rows.packed.items():
        if key[0] not in rows.by_round:
            sent[key] += portions
    for place, diet in sorted({*sent, *rows.received}):
        wanted, found = sent[place, diet], rows.received.get((place, diet), 0)
        if wanted != found:
            yield Difference("received", place, diet, wanted, found)


def _door_differences(rows: Rows) -> Iterable[Difference]:
    """Every door has a reported outcome, and a meal exactly where it says so; the
    containers of every point are signed for, where any were to come."""
    served = {c.place for c in rows.eaters}
    served |= {place for place, _ in (*rows.spares, *rows.loaded)}
    for place in sorted((rows.by_round & served) - rows.signed):
        if place.startswith("point:"):
            yield Difference("unsigned", place, place, 1, 0)
    meals = Counter(m.diner_id for m in rows.meals if m.channel == "door")
    for c in rows.eaters:
        if c.way != "deliver":
            continue
        if c.place == UNPLACED:
            yield Difference("unplaced", UNPLACED, c.name, c.portions, 0)
        elif not c.outcome:
            yield Difference("unreported", c.place, c.name, c.portions, 0)
        else:
            wanted = c.portions if c.outcome in HANDED_OVER else 0
            if meals[c.diner_id] != wanted:
                yield Difference(
                    "handed_over", c.place, c.name, wanted, meals[c.diner_id]
                )


def _hand_differences(
    rows: Rows, places: Iterable[str], handed: Mapping[str, int]
) -> Iterable[Difference]:
    """What came to a place is handed over, passed on, or left over. What is missing
    at a point is named with whoever was expected and did not come."""
    for place in places:
        if place in (UNPLACED, KEPT):
            continue
        came = _at(rows.received if rows.is_passed_on(place) else rows.loaded, place)
        came += rows.moved.get(place, 0)
        gone = handed.get(place, 0) + _at(rows.leftovers, place)
        if came != gone:
            code = "in_hand" if came > gone else "beyond_received"
            yield Difference(code, place, _missing_at(rows, place), came, gone)


def _kept_differences(
    rows: Rows, cooked: int, handed: Mapping[str, int]
) -> Iterable[Difference]:
    """What was cooked and did not leave the kitchen is left over there."""
    fetched = sum(n for key, n in rows.received.items() if key[0] not in rows.by_round)
    gone = sum(rows.loaded.values()) + fetched + handed.get(KEPT, 0)
    gone += _at(rows.leftovers, KEPT) - rows.moved.get(KEPT, 0)
    if cooked != gone:
        yield Difference("kept", KEPT, "", cooked, gone)


def _missing_at(rows: Rows, place: str) -> str:
    """Who was expected at a place and has no meal; up to five names."""
    fed = {meal.elder_id for meal in rows.meals}
    names = [c.name for c in rows.eaters if c.place == place and c.elder_id not in fed]
    return "、".join(names[:5]) + ("…" if len(names) > 5 else "")


def _slot_differences(rows: Rows) -> Iterable[Difference]:
    """A claimed meal holds its person's one slot; the books balance."""
    for meal in rows.meals:
        if meal.tariff == "subsidised" and meal.id not in rows.slots:
            yield Difference("slot", KEPT, f"#{meal.id}", 1, 0)
    for entry in rows.unbalanced:
        yield Difference("ledger", KEPT, f"#{entry}", 0, 1)
