"""The count of a meal: seen and closed, changed late, stopped with a call list."""

from app.controllers.headcounts import count, late, stops

handlers = [*count.handlers, *late.handlers, *stops.handlers]
