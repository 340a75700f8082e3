"""Menus: the week planned by keyboard, copied, cycled, answered, published."""

from app.controllers.menus import answers, cycles, edits, proposals, rules, week

handlers = [
    *week.handlers,
    *edits.handlers,
    *cycles.handlers,
    *answers.handlers,
    *rules.handlers,
    *proposals.handlers,
]
