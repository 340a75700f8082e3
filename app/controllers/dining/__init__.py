"""The dining point: its till, its counter, its roster."""

from app.controllers.dining import (
    bookings,
    counter,
    offline,
    reports,
    roster,
    screen,
    tablets,
    till,
)

handlers = [
    *till.handlers,
    *bookings.handlers,
    *offline.handlers,
    *reports.handlers,
    *counter.handlers,
    *roster.handlers,
    *screen.handlers,
    *tablets.handlers,
]
