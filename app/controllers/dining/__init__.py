"""The dining point: its till, its counter, its roster."""

from app.controllers.dining import bookings, counter, roster, till

handlers = [*till.handlers, *bookings.handlers, *counter.handlers, *roster.handlers]
