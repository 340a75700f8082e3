"""People: the list, one record with everything about a person, and its changes."""

from app.controllers.registry import (
    enrolment,
    entitlements,
    people,
    reveals,
    states,
)

handlers = [
    *people.handlers,
    *enrolment.handlers,
    *states.handlers,
    *entitlements.handlers,
    *reveals.handlers,
]
