"""The dining point: its till, its counter, its roster."""

from app.controllers.dining import counter, roster, till

handlers = [*till.handlers, *counter.handlers, *roster.handlers]
