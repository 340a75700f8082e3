"""Ingredients, dishes and what they contain. Unknown is never zero.

Tags (allergens, vegetarian, halal) derive from the ingredients; a dish may add one,
never remove one.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from piccolo.columns import Boolean, Float, ForeignKey, Integer, Text
from piccolo.table import Table

from kitchen import audit, food_files
from kitchen.database import insert_many, rows, writing
from kitchen.diets import Vegetarian
from kitchen.errors import Refusal
from kitchen.names import matches, search_keys
from kitchen.staff import Actor

YES_OR_NO = (
    *("spicy", "hot_hold_ok", "pungent", "low_salt_adaptable"),
    *("diabetic_ok", "active"),
)
CATEGORIES = ("main", "half", "vegetable", "soup", "staple")
NUTRIENTS = (
    "energy_kcal",
    "protein_g",
    "fat_g",
    "carb_g",
    "fibre_g",
    "na_mg",
    "k_mg",
    "ca_mg",
    "fe_mg",
    "p_mg",
    "cholesterol_mg",
)

# Origins of the composition table, and what they mean to those who do not eat them.
MEAT = frozenset(
    {"pork", "beef", "lamb", "poultry", "fish", "crustacean", "mollusc"}
    | {"animal", "mixed"}
)
NOT_VEGAN = MEAT | {"egg", "dairy"}
NOT_HALAL = frozenset({"pork", "alcohol", "animal", "mixed"})
HALAL_WITH_CERTIFICATE = frozenset({"beef", "lamb", "poultry"})


class Ingredient(Table, tablename="ingredient"):
    """One food per 100 g edible part; an unknown nutrient is NULL."""

    code = Text()
    name = Text()
    name_en = Text()
    aliases = Text()  # other names separated by ";"
    search = Text()
    food_group = Text()
    edible_percent = Float()
    energy_kcal = Float(null=True)
    protein_g = Float(null=True)
    fat_g = Float(null=True)
    carb_g = Float(null=True)
    fibre_g = Float(null=True)
    na_mg = Float(null=True)
    k_mg = Float(null=True)
    ca_mg = Float(null=True)
    fe_mg = Float(null=True)
    p_mg = Float(null=True)
    cholesterol_mg = Float(null=True)
    purine_level = Text()
    allergens = Text()  # codes separated by ";"
    origin = Text()
    source = Text()


class Dish(Table, tablename="dish"):
    """What the kitchen can cook. Tags derive from ingredients or are added, never
    removed."""

    code = Text()
    name = Text()
    name_en = Text()
    search = Text()
    category = Text()  # main | half | vegetable | soup | staple
    cook_method = Text()
    texture = Text()
    bones = Text()  # none | bone | fishbone
    spicy = Boolean()
    season = Text()
    hot_hold_ok = Boolean()
    allergens = Text()
    vegetarian = Text()  # no | ovo_lacto | vegan
    pungent = Boolean()  # onion and garlic family
    halal = Text()  # yes | no | cert
    low_salt_adaptable = Boolean()
    diabetic_ok = Boolean()
    purine_class = Text()
    cooked_grams = Integer()
    active = Boolean()
    note = Text()


class DishIngredient(Table, tablename="dish_ingredient"):
    """Grams (× 10) of one ingredient in ONE normal serving of a dish."""

    dish = ForeignKey(Dish, null=False)
    line = Integer()
    ingredient = ForeignKey(Ingredient, null=False)
    net_decigrams = Integer()  # edible raw weight
    gross_decigrams = Integer()  # as bought
    role = Text()  # main | seasoning


@dataclass(frozen=True, eq=False, repr=False)
class IngredientFacts:
    """One food; `per_100g` holds only the nutrients that are known. Compared and
    hashed by identity, as a dish is."""

    id: int
    name: str
    name_en: str
    aliases: tuple[str, ...]
    food_group: str
    allergens: frozenset[str]
    origin: str
    per_100g: Mapping[str, float]

    @property
    def is_seasoning(self) -> bool:
        """Salt, sauces and spices: what a low-salt pan gets half of."""
        return self.food_group == "调味品"

    @property
    def is_sugar(self) -> bool:
        return self.food_group == "糖类"

    @property
    def is_bought(self) -> bool:
        """Water comes from the tap: it is weighed, but on no purchase list."""
        return self.name != "饮用水"

    def is_called(self, word: str) -> bool:
        """Whether a person's word for a food means this one: 虾 means 虾仁 too."""
        return any(word in name for name in (self.name, *self.aliases))


@dataclass(frozen=True)
class RecipeLine:
    """One ingredient of one normal serving, in grams × 10."""

    ingredient: IngredientFacts
    net_decigrams: int
    gross_decigrams: int
    role: str


@dataclass(frozen=True)
class Variant:
    """How a dish is always made different for a need: another dish instead, or the
    cook's own words for it. `need` as in `kitchen.clashes.need_of`."""

    need: str
    substitute_id: int | None
    words: str


@dataclass(frozen=True, eq=False, repr=False)
class DishFacts:
    """A dish with its recipe; `allergens`, `vegetarian` and `halal` are the derived
    ones. Two loads of one dish are equal: compared by id."""

    id: int
    code: str
    name: str
    name_en: str
    search: str
    category: str
    cook_method: str
    texture: str
    bones: str
    spicy: bool
    season: str
    hot_hold_ok: bool
    allergens: frozenset[str]
    vegetarian: str
    pungent: bool
    halal: str
    low_salt_adaptable: bool
    diabetic_ok: bool
    purine_class: str
    cooked_grams: int
    active: bool
    note: str
    recipe: tuple[RecipeLine, ...]
    variants: tuple[Variant, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DishFacts) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def essentials(self) -> tuple[RecipeLine, ...]:
        """The ingredients without which it would be another dish: those that weigh
        at least three tenths of its main ingredients, or stand in its name."""
        main = [line for line in self.recipe if line.role == "main"]
        total = sum(line.net_decigrams for line in main)
        return tuple(
            line
            for line in main
            if line.net_decigrams * 10 >= total * 3 or line.ingredient.name in self.name
        )


def derived_tags(
    recipe: Iterable[RecipeLine], allergens: Iterable[str], vegetarian: str, halal: str
) -> tuple[frozenset[str], str, str]:
    """Allergens, vegetarian and halal tags of a recipe, with what the dish adds."""
    ingredients = [line.ingredient for line in recipe]
    found = frozenset(allergens).union(*(food.allergens for food in ingredients))
    origins = {food.origin for food in ingredients}
    if origins & MEAT or vegetarian == Vegetarian.NO:
        kind = Vegetarian.NO
    elif origins & NOT_VEGAN or vegetarian == Vegetarian.OVO_LACTO:
        kind = Vegetarian.OVO_LACTO
    else:
        kind = Vegetarian.VEGAN
    if origins & NOT_HALAL or halal == "no":
        clean = "no"
    elif origins & HALAL_WITH_CERTIFICATE or halal == "cert":
        clean = "cert"
    else:
        clean = "yes"
    return found, kind.value, clean


def find_dishes(
    dishes: Iterable[DishFacts], query: str, category: str = "", limit: int = 20
) -> list[DishFacts]:
    """Dishes by name, pinyin or initials ("shzt"); those of the category first."""
    found = [
        dish
        for dish in dishes
        if dish.active and (matches(query, dish.search) or dish.code == query.upper())
    ]
    found.sort(key=lambda dish: (dish.category != category, dish.code))
    return found[:limit]


# Readers ---------------------------------------------------------------------


async def dishes() -> dict[int, DishFacts]:
    """Every dish with its recipe, by id, in the order of their codes."""
    return await dishes_by_id([row["id"] for row in await rows("SELECT id FROM dish")])


async def dishes_by_id(ids: Collection[int]) -> dict[int, DishFacts]:
    """These dishes with their recipes, in the order of their codes."""
    wanted = sorted(set(ids))
    found = await rows("SELECT * FROM dish WHERE id IN {} ORDER BY code", wanted)
    lines = await rows(
        "SELECT dish, ingredient, net_decigrams AS net, gross_decigrams AS gross, role"
        " FROM dish_ingredient WHERE dish IN {} ORDER BY dish, line",
        wanted,
    )
    used = sorted({row["ingredient"] for row in lines})
    # Apart: hundreds of lines share some dozens of rows of nutrients.
    known = await rows("SELECT * FROM ingredient WHERE id IN {}", used)
    foods = {row["id"]: _ingredient(row) for row in known}
    recipes: dict[int, list[RecipeLine]] = {}
    for row in lines:
        line = RecipeLine(
            foods[row["ingredient"]], row["net"], row["gross"], row["role"]
        )
        recipes.setdefault(row["dish"], []).append(line)
    variants = await _variants(wanted)
    return {
        row["id"]: _dish(
            row, tuple(recipes.get(row["id"], ())), variants.get(row["id"], ())
        )
        for row in found
    }


async def _variants(dish_ids: list[int]) -> dict[int, tuple[Variant, ...]]:
    """The newest word on each need of these dishes; a withdrawn one is left out."""
    told = await rows(
        "SELECT dish, need, kind, substitute, words FROM dish_variant"
        " WHERE dish IN {} ORDER BY id",
        dish_ids,
    )
    newest = {(row["dish"], row["need"]): row for row in told}
    found: dict[int, tuple[Variant, ...]] = {}
    for (dish_id, need), row in sorted(newest.items()):
        if row["kind"] != "none":
            made = Variant(need, row["substitute"], row["words"])
            found[dish_id] = (*found.get(dish_id, ()), made)
    return found


async def dish_by_id(dish_id: int) -> DishFacts:
    """One dish; refuses `dish_unknown`."""
    found = await dishes_by_id([dish_id])
    if not found:
        raise Refusal("dish_unknown", dish=dish_id)
    return found[dish_id]


async def ingredients() -> list[tuple[IngredientFacts, float]]:
    """Every ingredient with its edible part in percent, by code."""
    found = await rows("SELECT * FROM ingredient ORDER BY code")
    return [(_ingredient(row), row["edible_percent"]) for row in found]


async def ingredients_in_use() -> list[IngredientFacts]:
    """Every ingredient of a dish, by name."""
    found = await rows(
        "SELECT * FROM ingredient WHERE id IN (SELECT ingredient FROM dish_ingredient)"
        " ORDER BY name"
    )
    return [_ingredient(row) for row in found]


async def names_in_english() -> dict[str, str]:
    """Name → English name, of every dish and ingredient that has one."""
    found = await rows(
        "SELECT name, name_en FROM ingredient WHERE name_en <> ''"
        " UNION ALL SELECT name, name_en FROM dish WHERE name_en <> ''"
    )
    return {row["name"]: row["name_en"] for row in found}


def _ingredient(row: Mapping[str, Any]) -> IngredientFacts:
    return IngredientFacts(
        id=row["id"],
        name=row["name"],
        name_en=row["name_en"],
        aliases=_words(row["aliases"]),
        food_group=row["food_group"],
        allergens=frozenset(_words(row["allergens"])),
        origin=row["origin"],
        per_100g={n: row[n] for n in NUTRIENTS if row[n] is not None},
    )


def _dish(
    row: Mapping[str, Any],
    recipe: tuple[RecipeLine, ...],
    variants: tuple[Variant, ...],
) -> DishFacts:
    values = {**row, "recipe": recipe, "variants": variants}
    values.update({name: bool(row[name]) for name in YES_OR_NO})
    values["allergens"], values["vegetarian"], values["halal"] = derived_tags(
        recipe, _words(row["allergens"]), row["vegetarian"], row["halal"]
    )
    return DishFacts(**{name: values[name] for name in DishFacts.__annotations__})


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split(";") if word)


# Verbs -----------------------------------------------------------------------


@dataclass(frozen=True)
class Loaded:
    """How many were new."""

    ingredients: int
    dishes: int


async def load_food(*, by: Actor, now: datetime) -> Loaded:
    """Load the ingredients and dishes the product starts with. What is there already,
    by code, stays as the kitchen has it: doing it twice adds nothing."""
    async with writing():
        ids = await _ingredient_ids()
        new = [r for r in food_files.ingredients(search_keys) if r["code"] not in ids]
        await insert_many(Ingredient, new)
        ids = await _ingredient_ids()
        known = {row["code"] for row in await rows("SELECT code FROM dish")}
        dishes_new = [
            r for r in food_files.dishes(search_keys) if r["code"] not in known
        ]
        keys = await insert_many(Dish, dishes_new)
        dish_ids = {
            str(row["code"]): key for row, key in zip(dishes_new, keys, strict=True)
        }
        await insert_many(DishIngredient, food_files.recipe_lines(dish_ids, ids))
        loaded = Loaded(len(new), len(dishes_new))
        if new or dishes_new:
            await audit.record(
                by=by.name,
                staff_id=by.staff_id,
                at=now,
                action="food.load",
                object_kind="food",
                object_id="start",
                after={"ingredients": len(new), "dishes": len(dishes_new)},
            )
    return loaded


async def _ingredient_ids() -> dict[str, int]:
    found = await rows("SELECT code, id FROM ingredient")
    return {row["code"]: row["id"] for row in found}
