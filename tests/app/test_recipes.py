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
