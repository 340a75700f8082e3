"""The composition table replaced: judged by row, kept, taken back whole."""

import uuid

import pytest

from kitchen import compositions, food, food_files
from kitchen.compositions import bring_in, preview, runs_for, take_back
from kitchen.database import insert, rows, writing
from kitchen.errors import Refusal
from kitchen.food import NUTRIENTS
from kitchen.nutrition import nutrition_of
from kitchen.sheets import Grid, csv_bytes, read_grid
from tests.kitchen.cast import CHEN, MORNING

HEADERS = ["food_id", "name_zh", "food_group", "edible_pct", "origin", "na_mg", "ca_mg"]
START = (food_files.DATA / "food_composition.csv").read_bytes()
RICE = ["01001", "粳米", "谷类及制品", "100", "plant", "3", ""]
NEW = ["99001", "莼菜", "蔬菜类", "100", "plant", "7", "Tr"]


def a_table(*lines: list[str], headers: list[str] | None = None) -> Grid:
    return read_grid(csv_bytes([headers or HEADERS, *lines]))


async def bring(grid: Grid, act: uuid.UUID | None = None) -> int:
    return await bring_in(
        grid,
        file_name="表.csv",
        digest="d",
        act=act or uuid.uuid4(),
        by=CHEN,
        now=MORNING,
    )


async def stored(code: str) -> dict[str, object] | None:
    found = await rows("SELECT * FROM ingredient WHERE code = {}", code)
    return dict(found[0]) if found else None


async def test_the_table_we_start_with_comes_back_as_known(
    database: object,
) -> None:
    await food.load_food(by=CHEN, now=MORNING)
    read = await preview(read_grid(START))
    assert {row.verdict for row in read.rows} == {"same"}
    assert (len(read.rows), read.unknown_headers) == (358, ())


async def test_a_table_changes_adds_and_is_taken_back_whole(database: object) -> None:
    await food.load_food(by=CHEN, now=MORNING)
    before = await stored("01001")
    assert before
    assert before["ca_mg"] is not None
    act = uuid.uuid4()
    for _ in range(2):  # the same act
        assert await bring(a_table(RICE, NEW), act) == 2
    rice, added = await stored("01001"), await stored("99001")
    assert rice
    assert added
    assert (rice["na_mg"], rice["ca_mg"]) == (3.0, None)  # empty is unknown
    assert rice["protein_g"] == before["protein_g"]  # a column the file has not
    assert (added["na_mg"], added["ca_mg"], added["k_mg"]) == (7.0, 0.0, None)
    (run,) = await runs_for()
    await take_back(run.id, by=CHEN, now=MORNING)
    await take_back(run.id, by=CHEN, now=MORNING)
    assert await stored("01001") == before
    assert await stored("99001") is None
    assert (await runs_for())[0].undone_by == CHEN.name
    assert len(await compositions.changes_of("01001")) == 1  # the history stays


async def test_unknown_is_never_zero_in_a_dish_of_it(database: object) -> None:
    await food.load_food(by=CHEN, now=MORNING)
    dish = next(
        dish
        for dish in (await food.dishes()).values()
        if any(line.ingredient.name == "粳米" for line in dish.recipe)
    )
    told = nutrition_of(dish.recipe)
    await bring(a_table(RICE))
    now = nutrition_of((await food.dish_by_id(dish.id)).recipe)
    assert "ca_mg" in now.incomplete - told.incomplete
    assert now.amount("ca_mg") < told.amount("ca_mg")


async def test_a_later_table_is_taken_back_first(database: object) -> None:
    await food.load_food(by=CHEN, now=MORNING)
    await bring(a_table(RICE))
    await bring(a_table([*RICE[:5], "4", "6"]))
    later, first = await runs_for()
    with pytest.raises(Refusal, match="composition_changed_since"):
        await take_back(first.id, by=CHEN, now=MORNING)
    await take_back(later.id, by=CHEN, now=MORNING)
    await take_back(first.id, by=CHEN, now=MORNING)
    with pytest.raises(Refusal, match="import_unknown"):
        await take_back(99, by=CHEN, now=MORNING)


async def test_a_food_in_use_keeps_its_table(database: object) -> None:
    await food.load_food(by=CHEN, now=MORNING)
    await bring(a_table(NEW))
    added = await stored("99001")
    dish = next(iter(await food.dishes()))
    assert added
    async with writing():
        await insert(
            food.DishIngredient,
            dish=dish,
            line=99,
            ingredient=added["id"],
            net_decigrams=10,
            gross_decigrams=10,
            role="main",
        )
    (run,) = await runs_for()
    with pytest.raises(Refusal, match="composition_in_use"):
        await take_back(run.id, by=CHEN, now=MORNING)
    assert (await runs_for())[0].undone_at is None


@pytest.mark.parametrize(
    ("place", "typed", "code"),
    [
        (0, "", "cell_missing"),
        (0, "米/1", "food_code_unreadable"),
        (1, "", "cell_missing"),
        (2, "", "cell_missing"),
        (3, "0", "amount_unreadable"),
        (3, "101", "amount_unreadable"),
        (3, "", "cell_missing"),
        (4, "mineral", "word_unknown"),
        (5, "-1", "amount_unreadable"),
        (5, "约 3", "amount_unreadable"),
        (5, "60000", "amount_unreadable"),
        (5, "1e3", "amount_unreadable"),
        (5, "nan", "amount_unreadable"),
    ],
)
async def test_a_wrong_cell_is_told(
    database: object, place: int, typed: str, code: str
) -> None:
    line = [*NEW]
    line[place] = typed
    read = await preview(a_table(RICE, line, RICE))
    assert [row.verdict for row in read.rows] == ["ok", "refused", "refused"]
    assert code in {fault.code for _, fault in read.rows[1].faults}
    assert read.rows[2].faults[0][1].code == "listed_twice"


@pytest.mark.parametrize("mark", ["—", "…", "-", "未测定"])
def test_what_was_not_measured_is_unknown(mark: str) -> None:
    line = [*NEW[:5], mark, "微量"]
    (row,) = compositions.listing(a_table(line), {}).rows
    assert row.value is not None
    assert row.value.values["na_mg"] is None
    assert row.value.values["ca_mg"] == 0.0


def test_an_allergen_that_goes_is_told() -> None:
    headers = ["food_id", "allergens"]
    known = {"1": {"code": "1", "allergens": "fish;soy"}}
    table = a_table(["1", "大豆、花生"], headers=headers)
    (row,) = compositions.listing(table, known).rows
    assert row.was == "allergens|fish;soy|peanut;soy"


def test_every_nutrient_has_its_column_and_limit() -> None:
    keys = {column.key for column in compositions.COLUMNS}
    assert set(NUTRIENTS) <= keys & set(compositions.MOST)
