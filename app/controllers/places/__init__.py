"""Places: areas, dining points with their centres, and the register of buildings."""

from app.controllers.places import areas, buildings, points

handlers = [*points.handlers, *areas.handlers, *buildings.handlers]
