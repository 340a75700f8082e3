"""The rounds: the board, changes by hand, and what the solver offers beside it."""

from app.controllers.rounds import board, hands, offers, standing

handlers = [*board.handlers, *hands.handlers, *offers.handlers, *standing.handlers]
