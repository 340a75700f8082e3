"""Who must not be forgotten: who is on no round or waits for a word on a dish, whom to
escort and whom to ring up in bad weather.
"""

from collections.abc import Iterable, Mapping

from app import papers
from app.i18n import translate as _
from app.paper_scene import Scene, box_words
from app.words.weather import FATE_WORDS
from kitchen.blocks import Order
from kitchen.registry import Door
from kitchen.weather import TableGuest


def unplaced_list(
    waiting: Iterable[Order],
    undecided: Iterable[Order],
    why: Mapping[int, str],
    scene: Scene,
) -> papers.UnplacedList:
    """Who is on no round, then who must not eat a dish of the day while nobody has said
    what there is instead. `why`: diner → the reason in words, where a plan has one."""
    people = [_unsolved(order, scene, why) for order in waiting]
    people += [_unsolved(order, scene, None) for order in undecided]
    return papers.UnplacedList(**scene.head, holder=_("调度"), people=tuple(people))


def _unsolved(
    order: Order, scene: Scene, why: Mapping[int, str] | None
) -> papers.Unplaced:
    door = scene.home(order)
    person = scene.people.get(order.elder_id or 0)
    reasons = [scene.undecided.get(order.elder_id or 0, "")]
    if why is not None:
        reasons.insert(0, why.get(order.diner_id or 0) or _why_unplaced(door))
    return papers.Unplaced(
        number=order.number,
        name=scene.name_on_list(order.elder_id, order.name),
        place=door.line if door else "",
        phone_tail=scene.tail(person.phone_tail if person else ""),
        diet=box_words(order.diet.key, order.size, order.choice),
        portions=order.portions,
        why=_("；").join(reason for reason in reasons if reason),
    )


def _why_unplaced(door: Door | None) -> str:
    if door is None:
        return _("没有地址")
    if door.placed_by == "none":
        return _("没有坐标")
    return _("还没有排进线路")


def weather_list(
    reason: str, guests: Iterable[TableGuest], scene: Scene
) -> papers.WeatherList:
    """Whom to escort; whom to ring up: who is open still, then who was called."""
    told = [
        (
            guest.fate,
            papers.WeatherGuest(
                number=guest.number,
                name=scene.name_on_list(guest.elder_id, guest.name),
                place=guest.place,
                phone_tail=scene.tail(guest.phone_tail),
                point=guest.point,
                fate=_(FATE_WORDS[guest.fate]) if guest.fate else "",
                who=guest.who,
            ),
        )
        for guest in guests
    ]
    return papers.WeatherList(
        **scene.head,
        holder=_("调度"),
        reason=reason,
        escorts=tuple(guest for fate, guest in told if fate == "escorted"),
        calls=tuple(guest for fate, guest in told if fate in ("", "called")),
    )
