"""The rounds' views, cut to what the reader's role may read: who keeps books or looks
over them sees the building, not the door. A driver's own rounds come with theirs.
"""

from dataclasses import fields, replace
from typing import Any, TypeVar

from app.people_sight import Sight, sight_of
from kitchen.boards import Board, BoardRound, BoardStop
from kitchen.delivery_days import DeliveryDay, RoundState, StopState
from kitchen.doors import CaseFacts, Unfinished
from kitchen.staff import Actor
from kitchen.stops import Drop

T = TypeVar("T")

VIEWS = (Board, BoardRound, BoardStop, DeliveryDay, RoundState, StopState)


def cut_for(actor: Actor, view: T) -> T:
    """The same view without doors, notes and numbers the role may not read."""
    sight = sight_of(actor)
    if sight.door or actor.role == "driver":
        return view
    found: T = _cut(view, sight)
    return found


def _cut(value: Any, sight: Sight) -> Any:
    match value:
        case tuple():
            return tuple(_cut(item, sight) for item in value)
        case Drop():
            return value if value.is_point else _without_door(value, sight)
        case CaseFacts():
            return replace(
                value,
                place="",
                phone_tail=value.phone_tail if sight.phone else "",
                ladder=value.ladder if sight.contacts else (),
            )
        case Unfinished():
            return value if value.code == "unreported" else replace(value, place="")
        case _ if isinstance(value, VIEWS):
            parts = {one.name: getattr(value, one.name) for one in fields(value)}
            return replace(
                value, **{name: _cut(part, sight) for name, part in parts.items()}
            )
    return value


def _without_door(drop: Drop, sight: Sight) -> Drop:
    return replace(
        drop,
        place=f"{drop.compound}{drop.building}",
        unit="",
        door="",
        note="",
        phone_tail=drop.phone_tail if sight.phone else "",
    )
