"""What a serving contains and how far that is from a reference. Pure.

Unknown is never zero: a total that misses a value is a lower bound and says which
nutrients it is incomplete for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from kitchen import food_files
from kitchen.food import NUTRIENTS, DishFacts, RecipeLine

SHARE_OF_DAY = {"breakfast": 0.25, "lunch": 0.40, "dinner": 0.35}
"""Meal shares used in the field: lunch 35–40 %, breakfast 25–30 %, dinner 30–35 %."""

SODIUM_ALARM_PERCENT = 130
"""Of a meal's share of the limit. Of the dishes we start with, the mildest five-dish
lunches of a week without repetition reach 116 %, those of two weeks 132 %: an alarm at
100 % would be red every day."""
SCANT_PERCENT = 70

COMPARED = ("energy_kcal", "protein_g", "ca_mg", "fibre_g", "na_mg")


@dataclass(frozen=True)
class Nutrition:
    """Amounts by nutrient, raw ingredients of normal servings.

    `added_na_mg` is the sodium that seasoning brings, the part a low-salt pan can
    halve. Nutrients in `incomplete` are lower bounds.
    """

    amounts: Mapping[str, float] = field(default_factory=dict)
    added_na_mg: float = 0.0
    incomplete: frozenset[str] = frozenset()

    def amount(self, nutrient: str) -> float:
        return self.amounts.get(nutrient, 0.0)

    @property
    def is_complete(self) -> bool:
        return not self.incomplete


@dataclass(frozen=True)
class Reference:
    """Daily reference of one sex and age band, with the name of its edition."""

    edition: str
    sex: str
    age_from: int
    age_to: int
    energy_kcal: float
    protein_g: float
    ca_mg: float
    fibre_g: float
    na_limit_mg: float

    def of(self, nutrient: str) -> float:
        """The day's amount; for sodium the amount not to be exceeded."""
        name = "na_limit_mg" if nutrient == "na_mg" else nutrient
        return float(getattr(self, name))


@dataclass(frozen=True)
class Distance:
    """One nutrient of a meal beside its share of the day's reference."""

    nutrient: str
    amount: float
    target: float
    incomplete: bool

    @property
    def percent(self) -> int:
        return round(self.amount / self.target * 100)

    @property
    def is_limit(self) -> bool:
        """Sodium: more is worse. For the others less is worse."""
        return self.nutrient == "na_mg"

    @property
    def is_far(self) -> bool:
        """Worth a look: more salt than a planner can help, or far too little."""
        if self.is_limit:
            return self.percent > SODIUM_ALARM_PERCENT
        return self.percent < SCANT_PERCENT


def nutrition_of(recipe: Iterable[RecipeLine]) -> Nutrition:
    """One normal serving of a recipe. A recipe without lines is wholly unknown."""
    totals = dict.fromkeys(NUTRIENTS, 0.0)
    missing = set[str]()
    added, empty = 0.0, True
    for line in recipe:
        empty = False
        hundreds = line.net_decigrams / 1000
        for nutrient in NUTRIENTS:
            known = line.ingredient.per_100g.get(nutrient)
            if known is None:
                missing.add(nutrient)
            else:
                totals[nutrient] += hundreds * known
        if line.ingredient.is_seasoning:
            added += hundreds * line.ingredient.per_100g.get("na_mg", 0.0)
    return Nutrition(totals, added, frozenset(NUTRIENTS if empty else missing))


def sum_of(parts: Iterable[Nutrition]) -> Nutrition:
    """Several servings eaten together."""
    totals = dict.fromkeys(NUTRIENTS, 0.0)
    added, missing = 0.0, frozenset[str]()
    for part in parts:
        for nutrient in NUTRIENTS:
            totals[nutrient] += part.amount(nutrient)
        added += part.added_na_mg
        missing |= part.incomplete
    return Nutrition(totals, added, missing)


def nutrition_of_set(dishes: Iterable[DishFacts]) -> Nutrition:
    """One normal serving of each dish."""
    return sum_of(nutrition_of(dish.recipe) for dish in dishes)


def mean_of(days: Iterable[Nutrition]) -> Nutrition:
    """The mean of several days' meals, incomplete where any of them is."""
    listed = list(days)
    total = sum_of(listed)
    count = max(len(listed), 1)
    return Nutrition(
        {nutrient: amount / count for nutrient, amount in total.amounts.items()},
        total.added_na_mg / count,
        total.incomplete,
    )


def distances(
    nutrition: Nutrition, reference: Reference, share: float
) -> tuple[Distance, ...]:
    """A meal beside `share` of the day's reference, nutrient by nutrient."""
    return tuple(
        Distance(
            nutrient,
            nutrition.amount(nutrient),
            reference.of(nutrient) * share,
            nutrient in nutrition.incomplete,
        )
        for nutrient in COMPARED
    )


@cache
def references() -> tuple[Reference, ...]:
    """The reference table of `kitchen/data`."""
    return tuple(
        Reference(
            row["edition"],
            row["sex"],
            int(row["age_from"]),
            int(row["age_to"]),
            *(
                float(row[name])
                for name in (
                    *("energy_kcal", "protein_g", "ca_mg"),
                    *("fibre_g", "na_limit_mg"),
                )
            ),
        )
        for row in food_files.read("nutrition_references.csv")
    )


@cache
def editions() -> tuple[str, ...]:
    """The editions of the reference table, oldest first."""
    return tuple(dict.fromkeys(band.edition for band in references()))


@cache
def reference_for(sex: str, age: int, edition: str = "") -> Reference:
    """The band of a sex and age in an edition (the newest unless named); below the
    first band the first is used."""
    wanted = edition or editions()[-1]
    bands = [b for b in references() if b.sex == sex and b.edition == wanted]
    fitting = [band for band in bands if band.age_from <= age <= band.age_to]
    return (fitting or bands)[0]
