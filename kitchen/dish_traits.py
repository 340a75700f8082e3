"""What a kitchen says about a dish beside its recipe: how it is cooked, how soft it is,
whether it keeps hot on the road, when it is in season – and its own tags.

The rule for tags: what the ingredients bring is always there; a dish may add to it,
never take from it. An added tag stays when an ingredient goes, for the cook may know of
a trace; after every change of the recipe such a tag is a question, until somebody has
looked at the dish and saved it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from piccolo.columns import ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.database import insert, lock_for, one, rows, update_row, writing
from kitchen.diets import ALLERGENS, Texture
from kitchen.equipment import MINUTES
from kitchen.errors import Refusal
from kitchen.food import CATEGORIES, Dish, DishFacts
from kitchen.staff import Actor

METHODS = tuple(MINUTES)
SEASONS = ("四季", "春", "夏", "秋", "冬", "春夏", "夏秋", "秋冬")
BONES = ("none", "bone", "fishbone")
VEGETARIAN = ("vegan", "ovo_lacto", "no")
HALAL = ("yes", "cert", "no")
PURINE = ("low", "medium", "high")
HEAVIEST_GRAMS = 2_000
CHOICES = {
    "category": CATEGORIES,
    "cook_method": METHODS,
    "texture": tuple(texture.value for texture in Texture),
    "bones": BONES,
    "season": SEASONS,
    "vegetarian": VEGETARIAN,
    "halal": HALAL,
    "purine_class": PURINE,
}


class DishChange(Table, tablename="dish_change"):
    """One change of what is said about a dish: JSON of `Traits`."""

    dish = ForeignKey(Dish, null=False)
    before = Text()
    after = Text()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class Traits:
    """Everything beside name and recipe. `allergens`, `vegetarian` and `halal` are what
    is said by hand: vegan and yes = as the ingredients are."""

    category: str
    cook_method: str
    texture: str
    bones: str
    season: str
    cooked_grams: int
    spicy: bool
    hot_hold_ok: bool
    pungent: bool
    low_salt_adaptable: bool
    diabetic_ok: bool
    purine_class: str
    allergens: tuple[str, ...]
    vegetarian: str
    halal: str
    note: str
    active: bool


@dataclass(frozen=True)
class Tags:
    """Where a dish's allergens come from. `brought`: allergen → the ingredients that
    bring it. `added`: those of its own that no ingredient brings. `in_question`: the
    recipe was changed since somebody last said so."""

    brought: Mapping[str, tuple[str, ...]]
    added: tuple[str, ...]
    in_question: bool


def brought_by(dish: DishFacts) -> dict[str, tuple[str, ...]]:
    """Allergen → the names of the ingredients that bring it, by allergen."""
    found: dict[str, tuple[str, ...]] = {}
    for line in dish.recipe:
        for allergen in sorted(line.ingredient.allergens):
            found[allergen] = (*found.get(allergen, ()), line.ingredient.name)
    return found


# Readers ------------------------------------------------------------------------


async def traits_of(dish_id: int) -> Traits:
    """What is said about a dish; refuses `dish_unknown`."""
    row = await one("SELECT * FROM dish WHERE id = {}", dish_id)
    if row is None:
        raise Refusal("dish_unknown", dish=dish_id)
    values = {name: row[name] for name in Traits.__annotations__}
    values["allergens"] = tuple(code for code in row["allergens"].split(";") if code)
    flags = [name for name, kind in Traits.__annotations__.items() if kind is bool]
    return Traits(**{**values, **{name: bool(row[name]) for name in flags}})


async def tags_of(dish: DishFacts) -> Tags:
    """Where its allergens come from, and whether its own are in question."""
    brought = brought_by(dish)
    own = (await traits_of(dish.id)).allergens
    added = tuple(code for code in own if code not in brought)
    newer = await rows(
        "SELECT id FROM recipe_change WHERE dish = {} AND at > COALESCE("
        "(SELECT MAX(at) FROM dish_change WHERE dish = {}), {}) LIMIT 1",
        *(dish.id, dish.id, datetime(1970, 1, 1, tzinfo=UTC)),
    )
    return Tags(brought, added, bool(added and newer))


# Verbs --------------------------------------------------------------------------


async def set_traits(dish_id: int, traits: Traits, *, by: Actor, now: datetime) -> None:
    """From now on this is said about the dish. Saved unchanged it still counts as
    looked at. Menus, prints and records of days past stay as they were. Refuses
    `dish_unknown`, `dish_trait` (`name` is the field)."""
    for name, allowed in CHOICES.items():
        if getattr(traits, name) not in allowed:
            raise Refusal("dish_trait", name=name)
    if not 0 <= traits.cooked_grams <= HEAVIEST_GRAMS:
        raise Refusal("dish_trait", name="cooked_grams")
    if set(traits.allergens) - set(ALLERGENS):
        raise Refusal("dish_trait", name="allergens")
    async with writing():
        await lock_for("recipe", dish_id)
        held = await traits_of(dish_id)
        values: dict[str, Any] = {
            **asdict(traits),
            "allergens": ";".join(traits.allergens),
        }
        await update_row(Dish, dish_id, values)
        before, after = _told(held), _told(traits)
        await insert(
            DishChange, dish=dish_id, before=before, after=after, at=now, by=by.name
        )
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="food.dish",
            object_kind="dish",
            object_id=dish_id,
            before={"dish": before},
            after={"dish": after},
        )


def _told(traits: Traits) -> str:
    return json.dumps(asdict(traits), ensure_ascii=False)
