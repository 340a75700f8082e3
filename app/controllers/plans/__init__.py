"""Plans: the usual week of a person, what is different, and the year's calendar."""

from app.controllers.plans import calendar, exceptions, weeks

handlers = [*exceptions.handlers, *weeks.handlers, *calendar.handlers]
