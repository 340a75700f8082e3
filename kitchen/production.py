"""The kitchen's sheet: portions by dish and variant, batches, weights, samples,
the packing grid and the purchase list – pure on diners and menu – and what was
really cooked, sampled and portioned.
"""

from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.food import Dish
from kitchen.places import DiningPoint, Kitchen


class Batch(Table, tablename="batch"):
    """Cooked: dish × kitchen × meal × cook-off time. The clock of use-by starts here."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    dish = ForeignKey(Dish, null=False)
    number = Integer()
    portions = Integer()
    cooked_off_at = Timestamptz()
    core_decidegrees = Integer(null=True)  # °C × 10
    at = Timestamptz()
    by = Text()


class Holding(Table, tablename="holding"):
    """A holding temperature of a batch; ≥ 60 °C extends its use-by."""

    batch = ForeignKey(Batch, null=False)
    decidegrees = Integer()
    measured_at = Timestamptz()
    at = Timestamptz()
    by = Text()


class Sample(Table, tablename="sample"):
    """Retained sample (留样) of one dish."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    dish = ForeignKey(Dish, null=False)
    grams = Integer()
    at = Timestamptz()
    by = Text()


class Packed(Table, tablename="packed"):
    """Portioned for a dining point by diet group (bulk food has no labels)."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    point = ForeignKey(DiningPoint, null=False)
    diet_key = Text()
    portions = Integer()
    at = Timestamptz()
    by = Text()


class ProductionVoid(Table, tablename="production_void"):
    """A mistaken batch, sample or packed row, taken back by its own row."""

    kind = Text()  # batch | sample | packed
    row_id = Integer()
    reason = Text()
    at = Timestamptz()
    by = Text()
