"""What is cooked on a day: sets A and B of dishes, and whom each dish hurts."""

from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.food import Dish
from kitchen.places import Kitchen
from kitchen.registry import Elder


class MenuDish(Table, tablename="menu_dish"):
    """One dish on one day's menu. `choice` is A or B; `position` the order served."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    choice = Text()
    position = Integer()
    dish = ForeignKey(Dish, null=False)


class MenuPublication(Table, tablename="menu_publication"):
    """The menu of a day was published; `digest` tells a later change."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    digest = Text()
    at = Timestamptz()
    by = Text()


class ClashDecision(Table, tablename="clash_decision"):
    """How one person's clash with one dish of the day is answered, by whom and why.

    kind: omit (不放) | substitute (换) | override (照常, named and reasoned)
    """

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    elder = ForeignKey(Elder, null=False)
    dish = ForeignKey(Dish, null=False)
    kind = Text()
    substitute = ForeignKey(Dish, null=True)
    reason = Text()
    at = Timestamptz()
    by = Text()
