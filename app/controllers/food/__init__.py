"""Food: the dishes the kitchen can cook, and what their ingredients cost."""

from app.controllers.food import compositions, dishes, prices

handlers = [*dishes.handlers, *prices.handlers, *compositions.handlers]
