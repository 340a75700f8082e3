"""Food: the dishes the kitchen can cook, what is in them, and what that costs."""

from app.controllers.food import compositions, dishes, prices, recipes, scaling, traits

handlers = [
    *dishes.handlers,
    *recipes.handlers,
    *traits.handlers,
    *prices.handlers,
    *compositions.handlers,
    *scaling.handlers,
]
