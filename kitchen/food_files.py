"""The food figures in `kitchen/data`, as rows for the tables. Pure but for reading
the files; source and licence of the figures are named in `kitchen/data/README.md`.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

DATA = Path(__file__).with_name("data")

CATEGORY = {
    "主荤": "main",
    "半荤": "half",
    "素菜": "vegetable",
    "汤": "soup",
    "主食": "staple",
}
TEXTURE = {
    "普食": "regular",
    "软食": "soft",
    "半流质": "semi_liquid",
    "糊状": "pureed",
}
VEGETARIAN = {"no": "no", "lacto_ovo": "ovo_lacto", "vegan": "vegan"}
FIGURES = (
    *("energy_kcal", "protein_g", "fat_g", "carb_g", "fibre_g", "na_mg"),
    *("k_mg", "ca_mg", "fe_mg", "p_mg", "cholesterol_mg"),
)

Row = dict[str, object]


def read(name: str) -> Iterator[dict[str, str]]:
    """The rows of one file of `kitchen/data`, by its header."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def ingredients(search_keys: Callable[[str], str]) -> list[Row]:
    """Rows of `ingredient`; an empty cell stays unknown."""
    return [
        {
            "code": row["food_id"],
            "name": row["name_zh"],
            "name_en": row["name_en"],
            "aliases": row["aliases"],
            "search": search_keys(row["name_zh"]),
            "food_group": row["food_group"],
            "edible_percent": float(row["edible_pct"]),
            **{figure: _known(row[figure]) for figure in FIGURES},
            "purine_level": row["purine_level"],
            "allergens": row["allergens"],
            "origin": row["origin"],
            "source": f"{row['source']} {row['source_code']}".strip(),
        }
        for row in read("food_composition.csv")
    ]


def dishes(search_keys: Callable[[str], str]) -> list[Row]:
    """Rows of `dish`."""
    return [
        {
            "code": row["dish_code"],
            "name": row["name_zh"],
            "name_en": row["name_en"],
            "search": search_keys(row["name_zh"]),
            "category": CATEGORY[row["category"]],
            "cook_method": row["cook_method"],
            "texture": TEXTURE[row["texture"]],
            "bones": row["bones"],
            "spicy": row["spicy"] == "1",
            "season": row["season"],
            "hot_hold_ok": row["hot_hold_ok"] == "yes",
            "allergens": row["allergens"],
            "vegetarian": VEGETARIAN[row["vegetarian"]],
            "pungent": row["pungent"] == "yes",
            "halal": row["halal"],
            "low_salt_adaptable": row["low_salt_adaptable"] == "yes",
            "diabetic_ok": row["diabetic_ok"] == "yes",
            "purine_class": row["purine_class"],
            "cooked_grams": int(row["cooked_g_est"]),
            "active": True,
            "note": row["note"],
        }
        for row in read("dishes.csv")
    ]


def recipe_lines(
    dish_ids: Mapping[str, int], ingredient_ids: Mapping[str, int]
) -> list[Row]:
    """Rows of `dish_ingredient` for the given dishes, grams as tenths."""
    return [
        {
            "dish": dish_ids[row["dish_code"]],
            "line": int(row["line"]),
            "ingredient": ingredient_ids[row["food_id"]],
            "net_decigrams": round(float(row["net_g"]) * 10),
            "gross_decigrams": round(float(row["gross_g"]) * 10),
            "role": row["role"],
        }
        for row in read("dish_ingredients.csv")
        if row["dish_code"] in dish_ids
    ]


def _known(cell: str) -> float | None:
    return float(cell) if cell else None
