"""Ten kitchens for the menu planner: 300 elders each, two weeks of lunches, the 138
starting dishes, made-up prices. Made anew from their seed, without a database."""

import random
from dataclasses import replace
from datetime import date, timedelta

from kitchen.blocks import Order
from kitchen.demo_menus import FEN_PER_KG
from kitchen.diets import ALLERGENS, Diet, Texture, Vegetarian
from kitchen.food import DishFacts
from kitchen.menu_questions import Question, Stock
from kitchen.menu_rules import usual_rules
from kitchen.menus import DayMenu
from kitchen.plans import Eater

PEOPLE = 300
FIRST = date(2026, 11, 30)
WORDS = ("香菜", "羊肉", "猪肝", "芹菜", "苦瓜", "茄子")


def question(
    seed: int, dishes: tuple[DishFacts, ...], people: int = PEOPLE
) -> Question:
    """Case `seed`: who is booked on which day, their diets, prices, budget, equipment
    and stock all differ."""
    chance = random.Random(seed)
    crowd = [order(number, chance) for number in range(1, people + 1)]
    days = [FIRST + timedelta(days=n) for n in range(14)]
    days = [day for day in days if day.weekday() < 5]
    rules = replace(
        usual_rules("lunch"),
        budget_fen=chance.choice((800, 850, 900, 1000)),
        pots=chance.choice((3, 4, 5)),
        steamers=chance.choice((1, 2)),
        dish_days=chance.choice((5, 7, 10)),
    )
    foods = {line.ingredient for dish in dishes for line in dish.recipe}
    prices = {
        food.id: FEN_PER_KG[food.food_group] * chance.randint(70, 130) // 100
        for food in sorted(foods, key=lambda food: food.id)
    }
    return Question(
        days=tuple(days),
        meal="lunch",
        dishes=dishes,
        orders={day: [one for one in crowd if chance.random() < 0.9] for day in days},
        menus={day: DayMenu(1, day, "lunch") for day in days},
        rules=rules,
        prices=prices,
        pot_portions=chance.choice((60, 80, 100)),
        stock=(Stock(chance.choice(("冬瓜", "白萝卜", "南豆腐")), days[3]),),
    )


def order(number: int, chance: random.Random) -> Order:
    """One of the crowd: a third gets it brought."""
    return Eater(
        elder_id=number,
        diner_id=number,
        number=f"{number:06}",
        name=f"老人{number}",
        way="deliver" if chance.random() < 0.32 else "dine_in",
        point_id=None,
        address_id=None,
        portions=1,
        size=chance.choices(("small", "normal", "large"), (20, 70, 10))[0],
        choice="A",
        diet=diet(chance),
    )


def diet(chance: random.Random) -> Diet:
    roll = chance.random
    return Diet(
        texture=chance.choices(tuple(Texture), (82, 14, 3, 1))[0],
        low_salt=roll() < 0.16,
        sugar_control=roll() < 0.1,
        halal=roll() < 0.02,
        vegetarian=Vegetarian.OVO_LACTO if roll() < 0.015 else Vegetarian.NO,
        allergies=(chance.choice([a for a in ALLERGENS if a not in ("gluten", "soy")]),)
        if roll() < 0.03
        else (),
        dislikes=(chance.choice(WORDS),) if roll() < 0.12 else (),
    )
