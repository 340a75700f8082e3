"""What of a person each role may see, and whose people are within its reach.

The table follows the roles: a full phone or ID number is never on a page; it is
revealed one at a time, with a reason, and logged.
"""

from dataclasses import dataclass

from litestar.exceptions import NotFoundException

from app.forms import Form
from app.picking import not_found, picked
from app.requests import Request
from app.scope import kitchen_of
from kitchen import places, registry
from kitchen.errors import Refusal
from kitchen.places import KitchenFacts
from kitchen.registry import Door, ElderFacts, Scope
from kitchen.staff import Actor


@dataclass(frozen=True)
class Sight:
    """The private parts of a record that a role may look at."""

    phone: bool = False  # its tail
    door: bool = False  # what lies below the building
    id_number: bool = False  # its tail
    categories: bool = False
    contacts: bool = False
    history: bool = False


EVERYTHING = Sight(True, True, True, True, True, True)
SIGHTS = {
    "manager": EVERYTHING,
    "clerk": EVERYTHING,
    "supervisor": Sight(
        phone=True, id_number=True, categories=True, contacts=True, history=True
    ),
    "dispatcher": Sight(phone=True, door=True, contacts=True),
    "point_staff": Sight(phone=True),
    "finance": Sight(id_number=True, categories=True),
}


def sight_of(actor: Actor) -> Sight:
    """What this actor's role may see; an unlisted role sees nothing private."""
    return SIGHTS.get(actor.role, Sight())


def place_words(door: Door | None, sight: Sight) -> str:
    """The address as far as the role may read it."""
    if door is None:
        return ""
    return door.line if sight.door else f"{door.compound}{door.building}"


async def scope_of(request: Request, kitchen: KitchenFacts) -> Scope:
    """Whose people of this kitchen the reader may see."""
    actor = request.actor
    areas = None
    if actor.area_id is not None:
        areas = frozenset(await places.area_and_below(actor.area_id))
    return Scope(kitchen.id, actor.point_id, areas)


async def own_scope(request: Request) -> Scope:
    """The scope in the reader's own kitchen."""
    return await scope_of(request, await kitchen_of(request))


async def person_in_scope(request: Request, elder_id: int) -> ElderFacts:
    """One person of the reader's scope, or a lost page."""
    try:
        person = await registry.elder_by_id(elder_id)
        kitchen = await places.kitchen_by_id(person.kitchen_id)
    except Refusal as refusal:
        raise NotFoundException from refusal
    if not request.actor.sees_kitchen(kitchen.id):
        raise NotFoundException
    if not await registry.sees(await scope_of(request, kitchen), person.id):
        raise NotFoundException
    return person


async def picked_in_scope(
    request: Request, form: Form, name: str, label: str, kitchen_id: int
) -> tuple[ElderFacts | None, list[ElderFacts]]:
    """`picked` among the people the reader may see: others are not found."""
    person, found = await picked(form, name, label, kitchen_id)
    scope = await scope_of(request, await places.kitchen_by_id(kitchen_id))
    found = [other for other in found if await registry.sees(scope, other.id)]
    if person is not None and not await registry.sees(scope, person.id):
        form.refuse_field(name, not_found(label, form.raw(name)))
        return None, []
    return person, found
