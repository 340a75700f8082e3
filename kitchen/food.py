"""Ingredients, dishes and what they contain. Unknown is never zero."""

from piccolo.columns import Boolean, Float, ForeignKey, Integer, Text
from piccolo.table import Table


class Ingredient(Table, tablename="ingredient"):
    """One food per 100 g edible part; an unknown nutrient is NULL."""

    code = Text()
    name = Text()
    name_en = Text()
    search = Text()
    food_group = Text()
    edible_percent = Float()
    energy_kcal = Float(null=True)
    protein_g = Float(null=True)
    fat_g = Float(null=True)
    carb_g = Float(null=True)
    fibre_g = Float(null=True)
    na_mg = Float(null=True)
    k_mg = Float(null=True)
    ca_mg = Float(null=True)
    fe_mg = Float(null=True)
    p_mg = Float(null=True)
    cholesterol_mg = Float(null=True)
    purine_level = Text()
    allergens = Text()  # codes separated by ";"
    origin = Text()
    source = Text()


class Dish(Table, tablename="dish"):
    """What the kitchen can cook. Tags derive from ingredients or are added, never
    removed."""

    code = Text()
    name = Text()
    name_en = Text()
    search = Text()
    category = Text()  # main | half | vegetable | soup | staple
    cook_method = Text()
    texture = Text()
    bones = Text()  # none | bone | fishbone
    hot_hold_ok = Boolean()
    allergens = Text()
    vegetarian = Text()  # no | ovo_lacto | vegan
    halal = Text()  # yes | no | cert
    low_salt_adaptable = Boolean()
    diabetic_ok = Boolean()
    purine_class = Text()
    cooked_grams = Integer()
    active = Boolean()
    note = Text()


class DishIngredient(Table, tablename="dish_ingredient"):
    """Grams (× 10) of one ingredient in ONE normal serving of a dish."""

    dish = ForeignKey(Dish, null=False)
    line = Integer()
    ingredient = ForeignKey(Ingredient, null=False)
    net_decigrams = Integer()  # edible raw weight
    gross_decigrams = Integer()  # as bought
    role = Text()  # main | side | seasoning | oil …
