"""Whom a dish hurts, and what has to be different for them. Pure.

A clash is a reason why a person cannot eat a dish as it is cooked for everybody.
Some reasons the kitchen answers by itself (mince it, a low-salt pan); the others wait
for a decision with a name; until then the person is *open*.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from kitchen.diets import ALLERGENS, SOFTNESS, Diet, Texture, Vegetarian
from kitchen.food import MEAT, NOT_HALAL, NOT_VEGAN, DishFacts, RecipeLine

LOW_SALT_NA_MG = 180
"""Sodium of a serving above which low-salt eaters get their own pan: the limit of a
75-year-old (1,800 mg a day, DRIs 2023) × the lunch share of 40 % ÷ four dishes."""

NEVER = frozenset({"allergen", "allergy_word", "recipe_unknown"})
"""Reasons of allergy: served only by an override with a reason and a name."""
HARD = NEVER | {"halal", "vegetarian", "vegan", "salt_raw"}
"""Reasons that leave a person open until someone decides."""
WISHES = frozenset({"dislike", "sugar"})
"""Reasons to cook something else if it can be had; nobody is open for them."""

# Everyday words for the classes of GB 7718 and for origins of the composition table.
WORD_ALLERGENS = {
    "花生": {"peanut"},
    "蛋": {"egg"},
    "鸡蛋": {"egg"},
    "奶": {"milk"},
    "牛奶": {"milk"},
    "乳制品": {"milk"},
    "鱼": {"fish"},
    "虾": {"crustacean"},
    "蟹": {"crustacean"},
    "虾蟹": {"crustacean"},
    "海鲜": {"fish", "crustacean"},
    "大豆": {"soy"},
    "黄豆": {"soy"},
    "豆制品": {"soy"},
    "小麦": {"gluten"},
    "麸质": {"gluten"},
    "面食": {"gluten"},
    "坚果": {"tree_nut"},
}
WORD_ORIGINS = {
    "海鲜": {"fish", "crustacean", "mollusc"},
    "贝类": {"mollusc"},
    "鱼": {"fish"},
    "虾": {"crustacean"},
    "猪肉": {"pork"},
    "牛肉": {"beef"},
    "羊肉": {"lamb"},
    "鸡肉": {"poultry"},
    "鸭肉": {"poultry"},
    "肉": {"pork", "beef", "lamb", "poultry"},
    "酒": {"alcohol"},
}
TEXTURE_STEPS = {
    Texture.SOFT: "soften",
    Texture.SEMI_LIQUID: "mince",
    Texture.PUREED: "puree",
}
UNWANTED_ORIGINS = {"halal": NOT_HALAL, "vegetarian": MEAT, "vegan": NOT_VEGAN}
FINISHES = frozenset({*TEXTURE_STEPS.values(), "debone", "variant"})
"""Done after cooking, to a part of what was in the pan."""
OWN_PAN = frozenset({"low_salt", "no_sugar", "omit", "clean_pan", "certified_meat"})


@dataclass(frozen=True, order=True)
class Reason:
    """Why a person cannot eat a dish as it is; `word` names what it is about."""

    kind: str
    word: str = ""


@dataclass(frozen=True, order=True)
class Step:
    """One thing the cook does differently; `word` names what it is done to."""

    kind: str
    word: str = ""


@dataclass(frozen=True)
class Decision:
    """How someone answered one person's clash: omit | substitute | override.

    `covers` are the reasons known when it was decided: an allergy that came later
    is not overridden by it.
    """

    kind: str
    substitute_id: int | None
    reason: str
    covers: frozenset[Reason]
    by: str
    at: datetime


@cache
def diet_of_key(key: str) -> Diet:
    """The diet a packing group stands for: the inverse of `Diet.key`."""
    parts = [] if key == "regular" else key.split("+")
    textures = [part for part in parts if part in set(Texture)]
    kinds = [part for part in parts if part in set(Vegetarian)]
    return Diet(
        texture=Texture(textures[0]) if textures else Texture.REGULAR,
        low_salt="low_salt" in parts,
        sugar_control="sugar_control" in parts,
        halal="halal" in parts,
        vegetarian=Vegetarian(kinds[0]) if kinds else Vegetarian.NO,
        allergies=tuple(
            part.removeprefix("allergy:") for part in parts if part[:8] == "allergy:"
        ),
    )


# Reasons ----------------------------------------------------------------------


def clash(diet: Diet, dish: DishFacts) -> tuple[Reason, ...]:
    """Every reason why someone with this diet cannot eat this dish as it is."""
    return tuple(sorted({*_allergies(diet, dish), *_diets(diet, dish)}))


def _allergies(diet: Diet, dish: DishFacts) -> Iterator[Reason]:
    for allergy in diet.allergies:
        if allergy in ALLERGENS:
            if allergy in dish.allergens:
                yield Reason("allergen", allergy)
        elif _tags_of(allergy) & dish.allergens or is_about(allergy, dish):
            yield Reason("allergy_word", allergy)
    if diet.allergies and not dish.recipe:
        yield Reason("recipe_unknown")


def _diets(diet: Diet, dish: DishFacts) -> Iterator[Reason]:
    if diet.halal and dish.halal != "yes":
        yield Reason("halal" if dish.halal == "no" else "halal_meat")
    if diet.vegetarian is Vegetarian.VEGAN and dish.vegetarian != "vegan":
        yield Reason("vegan")
    if diet.vegetarian is Vegetarian.OVO_LACTO and dish.vegetarian == "no":
        yield Reason("vegetarian")
    wanted = SOFTNESS[diet.texture]
    if wanted > SOFTNESS[dish.texture]:
        yield Reason("texture", diet.texture.value)
    if wanted and dish.bones != "none":
        yield Reason("bones", dish.bones)
    if diet.low_salt and _is_salty(dish):
        yield Reason("salt" if dish.low_salt_adaptable else "salt_raw")
    if diet.sugar_control and not dish.diabetic_ok:
        yield Reason("sugar")
    for word in diet.dislikes:
        if is_about(word, dish):
            yield Reason("dislike", word)


def _tags_of(word: str) -> set[str]:
    """The allergen tags a person's word means; an unknown word is its own tag."""
    return WORD_ALLERGENS.get(word, {word})


def is_about(word: str, dish: DishFacts) -> bool:
    """Whether a person's word for a food is in the dish: by name or by origin."""
    named = len(word) > 1 and word in dish.name  # 鱼 is not in 鱼香肉丝
    return named or bool(lines_about(word, dish))


def lines_about(word: str, dish: DishFacts) -> list[RecipeLine]:
    """The ingredients a word or an allergen code means."""
    origins = WORD_ORIGINS.get(word, {word})
    return [
        line
        for line in dish.recipe
        if line.ingredient.is_called(word)
        or line.ingredient.origin in origins
        or line.ingredient.allergens & _tags_of(word)
    ]


def _is_salty(dish: DishFacts) -> bool:
    """Too much sodium for a low-salt eater; unknown sodium counts as too much."""
    na_mg = 0.0
    for line in dish.recipe:
        known = line.ingredient.per_100g.get("na_mg")
        if known is None:
            return True
        na_mg += known * line.net_decigrams / 1000
    return na_mg > LOW_SALT_NA_MG or not dish.recipe


def offending(reason: Reason, dish: DishFacts) -> list[RecipeLine]:
    """The ingredients that would have to be left out; none when leaving out does
    not help (the salt is in the raw food, the recipe is unknown)."""
    if reason.kind in ("allergen", "allergy_word", "dislike"):
        return lines_about(reason.word, dish)
    if reason.kind == "sugar":
        return [line for line in dish.recipe if line.ingredient.is_sugar]
    unwanted = UNWANTED_ORIGINS.get(reason.kind, frozenset())
    return [line for line in dish.recipe if line.ingredient.origin in unwanted]


def need_of(reason: Reason) -> str:
    """What a dish's variant is for: "vegan", "salt", "texture:pureed",
    "allergen:peanut"; "" where no variant can be (a dislike, an unknown recipe)."""
    if reason.kind in ("texture", "allergen"):
        return f"{reason.kind}:{reason.word}"
    same = {"salt_raw": "salt", "halal_meat": "halal"}
    need = same.get(reason.kind, reason.kind)
    return need if need in PLAIN_NEEDS else ""


PLAIN_NEEDS = ("halal", "vegetarian", "vegan", "salt", "sugar", "bones")


# Answers ----------------------------------------------------------------------


def answer(
    reasons: Sequence[Reason], dish: DishFacts, decision: Decision | None
) -> tuple[tuple[Step, ...], bool]:
    """What the cook does about these reasons, and whether the person is open."""
    steps = set[Step]()
    is_open = False
    for reason in reasons:
        decided = _decided(reason, dish, decision)
        if decided:
            steps |= decided
        elif reason.kind in HARD:
            is_open = True
        else:
            steps.add(_own_answer(reason, dish))
            steps |= _own_words(reason, dish)
    return tuple(sorted(steps)), is_open


def _decided(reason: Reason, dish: DishFacts, decision: Decision | None) -> set[Step]:
    """What was decided about this reason; nothing when the decision is not about it
    or would not help."""
    if decision is None or reason.kind not in HARD | WISHES:
        return set()
    if decision.kind == "override":
        known = reason in decision.covers
        return {Step("as_is", decision.reason)} if known else set()
    if decision.kind != "omit":
        return set()
    steps = {Step("omit", line.ingredient.name) for line in offending(reason, dish)}
    careful = reason.kind in NEVER | {"halal"}
    return steps | {Step("clean_pan")} if steps and careful else steps


def _own_words(reason: Reason, dish: DishFacts) -> set[Step]:
    """What this kitchen always does about it, beside the usual."""
    need = need_of(reason)
    own = (one.words for one in dish.variants if one.need == need)
    return {Step("variant", words) for words in own if words}


def _own_answer(reason: Reason, dish: DishFacts) -> Step:
    """What the kitchen does without being asked."""
    if reason.kind == "texture":
        return Step(TEXTURE_STEPS[Texture(reason.word)])
    if reason.kind == "sugar":
        sweet = any(line.ingredient.is_sugar for line in dish.recipe)
        return Step("no_sugar") if sweet else Step("prefer", "sugar")
    if reason.kind == "dislike":
        found = offending(reason, dish)
        if not found or set(found) & set(dish.essentials):
            return Step("prefer", reason.word)
        return Step("omit", found[0].ingredient.name)
    return Step(
        {"bones": "debone", "salt": "low_salt"}.get(reason.kind, "certified_meat")
    )
