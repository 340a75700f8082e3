"""Variants of a dish: how it is always made different for a need – another dish
instead, or the cook's own words for it. Each word is a row; the newest on a need holds.
"""

from datetime import datetime

from piccolo.columns import ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.clashes import PLAIN_NEEDS, TEXTURE_STEPS
from kitchen.database import insert, lock_for, writing
from kitchen.diets import ALLERGENS
from kitchen.errors import Refusal
from kitchen.food import Dish, Variant, dish_by_id
from kitchen.staff import Actor

NEEDS = (
    *(f"texture:{texture.value}" for texture in TEXTURE_STEPS),
    *PLAIN_NEEDS,
    *(f"allergen:{allergen}" for allergen in ALLERGENS),
)


class DishVariant(Table, tablename="dish_variant"):
    """One word on one need of a dish. kind: substitute | adapt | none (withdrawn)."""

    dish = ForeignKey(Dish, null=False)
    need = Text()
    kind = Text()
    substitute = ForeignKey(Dish, null=True)
    words = Text()
    at = Timestamptz()
    by = Text()


async def set_variant(
    dish_id: int,
    need: str,
    kind: str,
    *,
    substitute_id: int | None = None,
    words: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """From now on this dish is made so for this need; `none` withdraws it. The same
    again changes nothing. Refuses `variant_need`, `variant_kind`, `dish_unknown`,
    `substitute_missing`, `variant_words` (an adaptation has to say something)."""
    if need not in NEEDS:
        raise Refusal("variant_need", need=need)
    if kind not in ("substitute", "adapt", "none"):
        raise Refusal("variant_kind", kind=kind)
    dish = await dish_by_id(dish_id)
    if kind == "substitute":
        if substitute_id is None or substitute_id == dish_id:
            raise Refusal("substitute_missing", dish=dish.name)
        await dish_by_id(substitute_id)
    if kind == "adapt" and not words.strip():
        raise Refusal("variant_words", dish=dish.name)
    made = Variant(
        need,
        substitute_id if kind == "substitute" else None,
        words.strip() if kind == "adapt" else "",
    )
    async with writing():
        await lock_for("dish_variant", (dish_id, need))
        known = (await dish_by_id(dish_id)).variants
        held = next((one for one in known if one.need == need), None)
        if held == (None if kind == "none" else made):
            return
        await insert(
            DishVariant,
            dish=dish_id,
            need=need,
            kind=kind,
            substitute=made.substitute_id,
            words=made.words,
            at=now,
            by=by.name,
        )
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="food.variant",
            object_kind="dish",
            object_id=dish_id,
            before={"variant": str(held) if held else ""},
            after={"need": need, "kind": kind, "substitute": made.substitute_id},
        )
