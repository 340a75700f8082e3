"""How many will come: by day, by point with its error, and lists of past years."""

from app.controllers.forecasts import days, lists, points

handlers = [*days.handlers, *points.handlers, *lists.handlers]
