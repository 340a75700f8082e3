"""Standing variants: another dish or the cook's own words, for everybody they suit."""

from dataclasses import replace
from typing import Any

import pytest

from kitchen import dish_variants, food
from kitchen.blocks import servings
from kitchen.clashes import Step
from kitchen.diets import Diet, Texture, Vegetarian
from kitchen.errors import Refusal
from kitchen.food import Variant
from tests.kitchen.cast import CHEN, MORNING, enter
from tests.kitchen.plates import dish, dishes, order

BY_ID = {one.id: one for one in dishes().values()}
DOER: Any = {"by": CHEN, "now": MORNING}
PEANUT = Diet(allergies=("peanut",))


def served(diet: Diet, *variants: Variant) -> Any:
    """How a person gets 宫保鸡丁 that has these variants."""
    chicken = replace(dish("宫保鸡丁"), variants=variants)
    ((_order, serving),) = servings([order(1, diet=diet)], {"A": [chicken]}, {}, BY_ID)
    return serving


def test_a_dish_that_always_stands_in_needs_no_decision() -> None:
    instead = Variant("allergen:peanut", dish("番茄龙利鱼").id, "")
    serving = served(PEANUT, instead)
    assert serving.dish.name == "番茄龙利鱼"
    assert serving.source.name == "宫保鸡丁"
    assert (serving.is_open, serving.is_decided) == (False, False)
    assert served(Diet(), instead).dish.name == "宫保鸡丁"


@pytest.mark.parametrize(
    "diet",
    [
        Diet(allergies=("peanut", "fish")),  # it would hurt in another way
        Diet(allergies=("fish",), vegetarian=Vegetarian.VEGAN),  # not what it is for
    ],
)
def test_a_stand_in_that_hurts_leaves_the_decision_to_somebody(diet: Diet) -> None:
    serving = served(diet, Variant("allergen:peanut", dish("番茄龙利鱼").id, ""))
    assert serving.is_open
    assert serving.source is None


def test_the_cooks_own_words_come_with_the_usual_step() -> None:
    words = Variant("texture:pureed", None, "先去花生再打")
    steps = served(Diet(texture=Texture.PUREED), words).steps
    assert set(steps) == {Step("puree"), Step("variant", "先去花生再打")}
    assert served(PEANUT, Variant("allergen:peanut", None, "去花生")).is_open


async def test_the_newest_word_on_a_need_holds(database: object) -> None:
    await enter()
    await food.load_food(**DOER)
    ids = {each.name: each.id for each in (await food.dishes()).values()}
    chicken, fish = ids["宫保鸡丁"], ids["番茄龙利鱼"]

    async def told() -> list[tuple[str, int | None, str]]:
        found = (await food.dish_by_id(chicken)).variants
        return [(v.need, v.substitute_id, v.words) for v in found]

    for _twice in range(2):
        await dish_variants.set_variant(
            chicken, "vegan", "substitute", substitute_id=fish, **DOER
        )
    await dish_variants.set_variant(chicken, "bones", "adapt", words="去骨", **DOER)
    assert await told() == [("bones", None, "去骨"), ("vegan", fish, "")]
    await dish_variants.set_variant(chicken, "vegan", "none", **DOER)
    assert await told() == [("bones", None, "去骨")]


@pytest.mark.parametrize(
    ("need", "kind", "facts", "code"),
    [
        ("dislike", "adapt", {"words": "去掉"}, "variant_need"),
        ("vegan", "omit", {}, "variant_kind"),
        ("vegan", "adapt", {"words": "  "}, "variant_words"),
        ("vegan", "substitute", {}, "substitute_missing"),
        ("vegan", "substitute", {"substitute_id": 99_999}, "dish_unknown"),
    ],
)
async def test_a_variant_that_makes_no_sense_is_refused(
    database: object, need: str, kind: str, facts: dict[str, Any], code: str
) -> None:
    await food.load_food(**DOER)
    some = next(iter(await food.dishes()))
    with pytest.raises(Refusal, match=code):
        await dish_variants.set_variant(some, need, kind, **facts, **DOER)
