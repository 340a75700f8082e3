"""The composition table replaced by another one – a licensed book, a newer edition –
row by row: each row judged before anything is written, what it changed kept, and the
whole taken back. An empty cell is unknown, never zero.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from piccolo.columns import ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import acts, audit
from kitchen.database import (
    insert,
    insert_many,
    lock_for,
    one,
    rows,
    update_row,
    writing,
)
from kitchen.diets import ALLERGENS
from kitchen.errors import Refusal
from kitchen.food import NUTRIENTS, Ingredient
from kitchen.identity import Fault, plain_text
from kitchen.listings import Cells, Listed, Listing, listing_of
from kitchen.names import search_keys
from kitchen.people_words import ALLERGEN_WORDS, code_of, words_in
from kitchen.sheets import Column, Grid, Row
from kitchen.sheets import Table as SheetTable
from kitchen.staff import Actor

ORIGINS = (
    *("plant", "egg", "dairy", "pork", "beef", "lamb", "poultry", "fish"),
    *("crustacean", "mollusc", "animal", "alcohol", "mixed"),
)
PURINE_LEVELS = ("low", "medium", "high")
TRACE = frozenset({"tr", "微量"})
"""Measured and next to nothing: zero. Everything below is not measured: unknown."""
NOT_MEASURED = frozenset({"—", "-", "–", "…", "...", "un", "n/a", "未测定", "未检测"})
MOST = {"energy_kcal": 905.0} | {
    nutrient: 100.0 if nutrient.endswith("_g") else 50_000.0
    for nutrient in NUTRIENTS
    if nutrient != "energy_kcal"
}
"""Per 100 g: more than pure fat's energy or the food's own weight is a slip."""

COLUMNS = (
    Column("food_id", "编码", ("食物编码", "code"), is_code=True),
    Column("name_zh", "名称", ("食物名称", "食物名"), width=18),
    Column("name_en", "英文名", (), width=18),
    Column("aliases", "别名", (), width=16),
    Column("food_group", "食物类", ("类别", "分类"), width=14),
    Column("edible_pct", "可食部", ("可食", "食部", "edible"), width=8),
    Column("energy_kcal", "能量", ("热量", "energy"), width=8),
    Column("protein_g", "蛋白质", ("protein",), width=8),
    Column("fat_g", "脂肪", ("fat",), width=8),
    Column("carb_g", "碳水化合物", ("cho",), width=8),
    Column("fibre_g", "膳食纤维", ("不溶性膳食纤维",), width=8),
    Column("na_mg", "钠", ("na",), width=8),
    Column("k_mg", "钾", ("k",), width=8),
    Column("ca_mg", "钙", ("ca",), width=8),
    Column("fe_mg", "铁", ("fe",), width=8),
    Column("p_mg", "磷", ("p",), width=8),
    Column("cholesterol_mg", "胆固醇", (), width=8),
    Column("purine_level", "嘌呤", (), width=8),
    Column("allergens", "过敏原", (), width=14),
    Column("origin", "来源类", (), width=10),
    Column("source", "出处", (), width=14),
    Column("source_code", "出处编码", (), width=10),
    # of the table the product starts with, and not kept: said so that nobody wonders
    *(
        Column(name, name)
        for name in ("pinyin", "edible_basis", "water_g", "purine_basis")
    ),
    *(Column(name, name) for name in ("source_name", "note")),
)
EXAMPLE = {
    "food_id": "示例 01001",
    "name_zh": "粳米",
    "name_en": "Rice",
    "food_group": "谷类及制品",
    "edible_pct": "100",
    "energy_kcal": "352",
    "protein_g": "7",
    "na_mg": "2",
    "allergens": "",
    "origin": "plant",
    "source": "书名 版次",
}

STORED = {  # column of the list → column of the table
    "name_zh": "name",
    "name_en": "name_en",
    "aliases": "aliases",
    "food_group": "food_group",
    "edible_pct": "edible_percent",
    **{nutrient: nutrient for nutrient in NUTRIENTS},
    "purine_level": "purine_level",
    "allergens": "allergens",
    "origin": "origin",
    "source": "source",
}
NEEDED = ("name_zh", "food_group", "edible_pct", "origin")


class CompositionRun(Table, tablename="composition_run"):
    """One table that was brought in."""

    file_name = Text()
    digest = Text()
    rows_good = Integer()
    rows_bad = Integer()
    at = Timestamptz()
    by = Text()


class CompositionUndo(Table, tablename="composition_undo"):
    """That table is taken back."""

    run = ForeignKey(CompositionRun, null=False)
    at = Timestamptz()
    by = Text()


class IngredientChange(Table, tablename="ingredient_change"):
    """What one row of a table changed: JSON of the columns; `before` "" = new. By code,
    for an ingredient that is taken back is gone."""

    run = ForeignKey(CompositionRun, null=False)
    code = Text()
    before = Text()
    after = Text()


@dataclass(frozen=True)
class NewFood:
    """A row of a table, read: the stored columns it speaks of, by their names."""

    code: str
    values: Mapping[str, object]
    before: Mapping[str, object] | None  # those columns as stored; None = new


@dataclass(frozen=True)
class RunFacts:
    """One table of the past."""

    id: int
    file_name: str
    rows_good: int
    rows_bad: int
    at: datetime
    by: str
    undone_at: datetime | None
    undone_by: str


Known = Mapping[str, Mapping[str, object]]
"""Code → the stored row."""


# The list -----------------------------------------------------------------------


def listing(grid: Grid, known: Known) -> Listing[NewFood]:
    """What each row would do. A column the file does not have stays as it is; a cell
    it has and leaves empty becomes unknown. Refuses what `table_of` refuses."""

    def read(table: SheetTable, row: Row) -> Listed[NewFood]:
        return _listed(Cells(table, row), known)

    return listing_of(grid, COLUMNS, "food_id", read, lambda food: food.code)


def _listed(cells: Cells, known: Known) -> Listed[NewFood]:
    code = cells.read("food_id", _code) or ""
    stored = known.get(code)
    spoken = [key for key in STORED if key in cells.table.places]
    values: dict[str, object] = {}
    for key in spoken:
        values[STORED[key]] = _value(cells, key)
    if "source_code" in cells.table.places and "source" in values:
        told = f"{values['source']} {cells.text('source_code')}"
        values["source"] = told.strip()
    for key in NEEDED:
        if (key in spoken or stored is None) and not cells.text(key):
            cells.fault(key, Fault("cell_missing", ""))
    title = f"{code} {cells.text('name_zh')}".strip()
    if cells.faults:
        return Listed(cells.row, title, None, "refused", tuple(cells.faults))
    before = None if stored is None else {name: stored[name] for name in values}
    food = NewFood(code, values, before)
    if before is None:
        return Listed(cells.row, title, food, "ok")
    if before == values:
        return Listed(cells.row, title, food, "same", was="table")
    return Listed(cells.row, title, food, "change", was=changes_text(before, values))


def changes_text(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """ "energy_kcal|352|360" a line: what a row changes, for the page to say."""
    return "\n".join(
        f"{name}|{_shown(before[name])}|{_shown(after[name])}"
        for name in after
        if before[name] != after[name]
    )


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value or "")


def _value(cells: Cells, key: str) -> object:
    if key in NUTRIENTS:
        return cells.read_if_any(key, _amount(MOST[key]))
    if key == "edible_pct":
        return cells.read_if_any(key, _amount(100.0, least=1.0)) or 0.0
    reader = {
        "allergens": _allergens,
        "origin": _one_of(ORIGINS),
        "purine_level": _one_of(PURINE_LEVELS),
    }.get(key)
    if reader is None:
        return cells.text(key)
    return cells.read_if_any(key, reader) or ""


def _code(typed: str) -> str | Fault:
    plain = plain_text(typed)
    if re.fullmatch(r"[0-9A-Za-z._-]{1,20}", plain):
        return plain
    return Fault("food_code_unreadable", typed)


def _amount(most: float, least: float = 0.0) -> Callable[[str], float | Fault | None]:
    """Reads "12.5", "Tr" (zero) and the marks of what was not measured (unknown)."""

    def read(typed: str) -> float | Fault | None:
        plain = plain_text(typed).lower()
        if plain in NOT_MEASURED:
            return None
        if plain in TRACE:
            return 0.0
        if (
            re.fullmatch(r"\d{1,6}(\.\d{1,4})?", plain)
            and least <= float(plain) <= most
        ):
            return float(plain)
        facts: dict[str, object] = {"least": f"{least:g}", "most": f"{most:g}"}
        return Fault("amount_unreadable", typed, facts)

    return read


def _allergens(typed: str) -> str | Fault:
    codes = set()
    for word in words_in(typed):
        code = code_of(word, ALLERGEN_WORDS)
        if isinstance(code, Fault):
            return code
        codes.add(str(code))
    return ";".join(code for code in ALLERGENS if code in codes)


def _one_of(options: tuple[str, ...]) -> Callable[[str], str | Fault]:
    def read(typed: str) -> str | Fault:
        plain = plain_text(typed).lower()
        if plain in options:
            return plain
        return Fault("word_unknown", typed, {"choices": "、".join(options)})

    return read


# Readers ------------------------------------------------------------------------


async def preview(grid: Grid) -> Listing[NewFood]:
    """What a table would do; nothing is written."""
    return listing(grid, {row["code"]: row for row in await _stored()})


async def _stored() -> list[dict[str, Any]]:
    found = [dict(row) for row in await rows("SELECT * FROM ingredient ORDER BY code")]
    for row in found:  # one order of allergens, however they were written
        told = set(str(row["allergens"]).split(";"))
        row["allergens"] = ";".join(code for code in ALLERGENS if code in told)
    return found


async def runs_for() -> list[RunFacts]:
    """The tables of the past, newest first."""
    found = await rows(
        "SELECT r.*, u.at AS undone_at, u.by AS undone_by FROM composition_run r"
        " LEFT JOIN composition_undo u ON u.run = r.id ORDER BY r.id DESC"
    )
    names = RunFacts.__annotations__
    return [
        RunFacts(**{**{n: row[n] for n in names}, "undone_by": row["undone_by"] or ""})
        for row in found
    ]


async def changes_of(code: str) -> list[tuple[datetime, str, str, str]]:
    """(when, by whom, before, after) of one ingredient, newest first, taken back ones
    too; before and after as JSON."""
    found = await rows(
        "SELECT r.at AS at, r.by AS by, c.before AS before, c.after AS after"
        " FROM ingredient_change c JOIN composition_run r ON r.id = c.run"
        " WHERE c.code = {} ORDER BY c.id DESC",
        code,
    )
    return [(row["at"], row["by"], row["before"], row["after"]) for row in found]


# Verbs --------------------------------------------------------------------------


async def bring_in(
    grid: Grid, *, file_name: str, digest: str, act: UUID, by: Actor, now: datetime
) -> int:
    """Enter the good rows of a table, all or none; the number entered. `act` sent twice
    changes nothing twice. Refuses `nothing_to_import`."""

    async def enter() -> dict[str, Any]:
        await lock_for("composition")
        read = await preview(grid)
        if not read.good:
            raise Refusal("nothing_to_import")
        run_id = await insert(
            CompositionRun,
            file_name=file_name[:200],
            digest=digest,
            rows_good=len(read.good),
            rows_bad=len(read.with_verdict("refused")),
            at=now,
            by=by.name,
        )
        for food in read.values:
            await _write(food)
        await insert_many(
            IngredientChange, [_kept(run_id, food) for food in read.values]
        )
        after = {"file": file_name[:200], "rows": len(read.good)}
        await _trace("food.composition", run_id, after, by=by, now=now)
        return {"rows": len(read.good)}

    async with writing():
        answer, _ = await acts.once(str(act), by.name, now, {"digest": digest}, enter)
    return int(answer["rows"])


async def _write(food: NewFood) -> None:
    values = dict(food.values)
    if "name" in values:
        values["search"] = search_keys(str(values["name"]))
    if food.before is None:
        blank = dict.fromkeys(STORED.values(), "") | dict.fromkeys(NUTRIENTS)
        await insert(Ingredient, **{**blank, **values, "code": food.code})
        return
    row = await one("SELECT id FROM ingredient WHERE code = {}", food.code)
    if row is not None:
        await update_row(Ingredient, row["id"], values)


def _kept(run_id: int, food: NewFood) -> dict[str, Any]:
    def told(values: Mapping[str, object] | None) -> str:
        return "" if values is None else json.dumps(dict(values), ensure_ascii=False)

    return {
        "run": run_id,
        "code": food.code,
        "before": told(food.before),
        "after": told(food.values),
    }


USED_BY = ("dish_ingredient", "ingredient_price", "lot", "pack_size")


async def take_back(run_id: int, *, by: Actor, now: datetime) -> None:
    """What a table changed is as before; twice is harmless. Refuses `import_unknown`,
    `composition_changed_since` (a later table spoke of the same foods: that one first)
    and `composition_in_use` (a food it brought is in a recipe, a price or a lot)."""
    async with writing():
        await lock_for("composition")
        run = await one(
            "SELECT r.id AS id, u.id AS undone FROM composition_run r"
            " LEFT JOIN composition_undo u ON u.run = r.id WHERE r.id = {}",
            run_id,
        )
        if run is None:
            raise Refusal("import_unknown", run=run_id)
        if run["undone"] is not None:
            return
        await _refuse_changed_since(run_id)
        changes = await rows(
            "SELECT code, before FROM ingredient_change WHERE run = {} ORDER BY id",
            run_id,
        )
        for change in changes:
            await _put_back(change["code"], change["before"])
        await insert(CompositionUndo, run=run_id, at=now, by=by.name)
        after = {"run": run_id, "rows": len(changes)}
        await _trace("food.composition_undo", run_id, after, by=by, now=now)


async def _refuse_changed_since(run_id: int) -> None:
    later = await one(
        "SELECT r.file_name AS file_name FROM ingredient_change c"
        " JOIN ingredient_change l ON l.code = c.code AND l.run > c.run"
        " JOIN composition_run r ON r.id = l.run"
        " WHERE c.run = {} AND l.run NOT IN (SELECT run FROM composition_undo)"
        " ORDER BY l.run DESC LIMIT 1",
        run_id,
    )
    if later is not None:
        raise Refusal("composition_changed_since", file=later["file_name"])


async def _put_back(code: str, before: str) -> None:
    row = await one("SELECT id, name FROM ingredient WHERE code = {}", code)
    if row is None:
        return
    if before:
        values = json.loads(before)
        if "name" in values:
            values["search"] = search_keys(values["name"])
        await update_row(Ingredient, row["id"], values)
        return
    for table in USED_BY:
        used = f"SELECT id FROM {table} WHERE ingredient = {{}} LIMIT 1"  # noqa: S608 - ours
        if await rows(used, row["id"]):
            raise Refusal("composition_in_use", name=row["name"])
    await rows("DELETE FROM ingredient WHERE id = {}", row["id"])


async def _trace(
    action: str, run_id: int, after: dict[str, Any], *, by: Actor, now: datetime
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="food",
        object_id=run_id,
        after=after,
    )
