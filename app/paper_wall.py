"""What hangs in the kitchen and the packing room: made from the kitchen's day and what
leaves it, without opening anybody's door.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app import paper_kitchen
from app.paper_scene import Frame, Office, frame_of
from app.papers import Paper
from kitchen.blocks import Order
from kitchen.dispatches import Leaving
from kitchen.kitchen_day import KitchenDay


@dataclass(frozen=True, kw_only=True, eq=False)
class Wall:
    """One meal as the kitchen's own papers see it."""

    today: KitchenDay
    leaving: Leaving
    scene: Frame

    @property
    def waiting(self) -> list[Order]:
        """People who get their meal brought and are on no round."""
        return [
            order
            for order in self.today.orders
            if order.way == "deliver"
            and order.elder_id is not None
            and order.diner_id not in self.scene.codes
        ] + [order for order in self.today.unplaced if order.way != "deliver"]


def wall_of(today: KitchenDay, leaving: Leaving, office: Office) -> Wall:
    return Wall(today=today, leaving=leaving, scene=frame_of(today, leaving, office))


def _production(wall: Wall) -> Iterable[Paper]:
    if wall.today.sheet.dishes:
        waiting = sum(order.portions for order in wall.waiting)
        yield paper_kitchen.production(wall.today, wall.scene, waiting)


def _packing(wall: Wall) -> Iterable[Paper]:
    if wall.today.grid.rows:
        carriers = wall.leaving.carriers
        yield paper_kitchen.packing(wall.today, wall.scene, carriers)


def _purchase(wall: Wall) -> Iterable[Paper]:
    if purchases := wall.today.purchases:
        portions = wall.today.sheet.portions
        yield paper_kitchen.purchase(purchases, portions, wall.scene)


WALL_MAKERS: dict[str, Callable[[Wall], Iterable[Paper]]] = {
    "production": _production,
    "packing": _packing,
    "purchase": _purchase,
}
