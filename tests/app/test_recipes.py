"""The dish editor: lines typed, reckoned as they are typed, saved or kept."""

import pytest
from litestar import Litestar

from kitchen import food
from kitchen.database import Engine
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import CHEN, MORNING, enter


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "food")


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """The rows are tested on both engines with the kitchen's own tests."""
    return sqlite_database


@pytest.fixture
async def dish(app: Litestar) -> food.DishFacts:
    await enter()
    await food.load_food(by=CHEN, now=MORNING)
    return next(iter((await food.dishes()).values()))


LINES = {"food.1": "粳米", "net.1": "100", "food.2": "鸡蛋", "net.2": "44"}


async def test_a_recipe_is_shown_reckoned_and_saved(
    dish: food.DishFacts, manager: Client, sign_in_as: SignInAs
) -> None:
    url = f"/food/dishes/{dish.id}/recipe"
    page = (await manager.get(url)).text
    for line in dish.recipe:
        assert f'value="{line.ingredient.name}"' in page
    tried = await manager.submit(f"{url}/trial", **LINES)
    assert tried.status_code == 200
    assert "没有价格：粳米、鸡蛋" in tried.text or "没有价格：鸡蛋、粳米" in tried.text
    assert len((await food.dish_by_id(dish.id)).recipe) == len(dish.recipe)
    assert (await manager.submit(url, **LINES)).status_code == 303
    saved = (await food.dish_by_id(dish.id)).recipe
    assert [(one.ingredient.name, one.net_decigrams) for one in saved] == [
        ("粳米", 1000),
        ("鸡蛋", 440),
    ]
    assert saved[1].gross_decigrams > 440  # the shell is bought too
    answer = await manager.submit(url, **LINES, name="新米饭")
    new = int(answer.headers["Location"].rpartition("/")[2])
    assert (await food.dish_by_id(new)).name == "新米饭"
    auditor = await sign_in_as("auditor")
    assert (await auditor.get(url)).status_code == 403


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"food.1": "没有的", "net.1": "1"}, "第 1 行：没有“没有的”这种原料"),
        ({"food.1": "粳米", "net.1": "一把"}, "粳米：填的是“一把”"),
        ({"food.1": "粳米", "net.1": ""}, "粳米：还没有填"),
        ({"food.1": "粳米", "net.1": "9", "gross.1": "3"}, "毛重不能比净重少"),
        ({"food.1": ""}, "配方里至少要有一种原料"),
    ],
)
async def test_a_wrong_line_is_told_and_everything_kept(
    dish: food.DishFacts, manager: Client, typed: dict[str, str], said: str
) -> None:
    url = f"/food/dishes/{dish.id}/recipe"
    answer = await manager.submit(url, **typed)
    assert answer.status_code == 422
    assert said in answer.text
    for text in filter(None, typed.values()):
        assert f'value="{text}"' in answer.text
    tried = await manager.submit(f"{url}/trial", **typed)
    assert tried.status_code == 200
    assert len((await food.dish_by_id(dish.id)).recipe) == len(dish.recipe)


async def test_a_tag_whose_ingredient_went_is_a_question_until_somebody_looked(
    dish: food.DishFacts, manager: Client
) -> None:
    found = (await food.dishes()).values()
    peanuts = next(d for d in found if d.name == "宫保鸡丁")
    url = f"/food/dishes/{peanuts.id}"
    page = (await manager.get(url)).text
    assert "花生仁" in page  # which ingredient brings it
    assert "看一看，留还是去" not in page
    await manager.submit(f"{url}/recipe", **LINES)
    assert "看一看，留还是去" in (await manager.get(url)).text
    assert "peanut" in (await food.dish_by_id(peanuts.id)).allergens  # blocks still
    form = TRAITS | {"allergens": "peanut"}
    assert (await manager.submit(f"{url}/traits", **form)).status_code == 303
    page = (await manager.get(url)).text
    assert "看一看，留还是去" not in page  # looked at, and kept
    assert "自己标的" in page
    await manager.submit(f"{url}/traits", **TRAITS)
    assert (await food.dish_by_id(peanuts.id)).allergens == {"egg"}  # never taken away


TRAITS = {
    "category": "main",
    "cook_method": "蒸",
    "texture": "soft",
    "bones": "none",
    "season": "秋冬",
    "vegetarian": "vegan",
    "halal": "yes",
    "purine_class": "low",
    "cooked_grams": "150",
    "diabetic_ok": "on",
    "active": "on",
}


async def test_what_is_said_about_a_dish_is_edited(
    dish: food.DishFacts, manager: Client, sign_in_as: SignInAs
) -> None:
    url = f"/food/dishes/{dish.id}/traits"
    page = (await manager.get(url)).text
    assert f'<option value="{dish.cook_method}" selected>' in page
    answer = await manager.submit(url, **TRAITS)
    assert answer.status_code == 303
    saved = await food.dish_by_id(dish.id)
    assert (saved.cook_method, saved.season, saved.hot_hold_ok) == ("蒸", "秋冬", False)
    assert (saved.cooked_grams, saved.diabetic_ok, saved.name) == (150, True, dish.name)
    wrong = await manager.submit(url, **TRAITS | {"season": "雨季", "note": "蒸透"})
    assert wrong.status_code == 422
    assert 'value="蒸透"' in wrong.text  # nothing typed is lost
    cook = await sign_in_as("auditor")
    assert (await cook.get(url)).status_code == 403
