"""The papers of one round: what its driver holds, what stands on its crates, and a slip
for each of its doors to say what they thought.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from app import papers
from app.i18n import N_
from app.i18n import translate as _
from app.paper_scene import Scene, loads, minutes_words
from app.words.rounds import PROFILES, begins_words, crate_words
from app.words.safety import degrees
from kitchen.feedback_slips import Slip, code_of
from kitchen.prints import round_subject
from kitchen.round_passes import RoundPass
from kitchen.round_sheets import SheetStop, SheetView

RELATION_WORDS = {
    "family": N_("家属"),
    "neighbour": N_("邻居"),
    "clerk": N_("社区"),
}
RUNGS = "ABCDEFGHJK"
"""Letters of the contacts behind one door; I could be read as 1."""


def sheet(
    view: SheetView,
    where: Mapping[tuple[str, int], tuple[int, int]],
    hot_decidegrees: int,
    scene: Scene,
) -> papers.DriverSheet:
    """`where`: stop → (lon, lat) × 10⁶ of the places that have one; the kitchen is
    ("kitchen", 0). `hot_decidegrees`: below it no food leaves."""
    doors = Counter[str]()
    for line in view.loading:
        if line.point_id is None and line.crate is None:
            doors[line.diet_key] += line.portions
    options = scene.options
    return papers.DriverSheet(
        **scene.head,
        subject=round_subject(view.number),
        holder=view.driver_name,
        plan_digest=view.digest,
        plan_version=view.plan_version,
        draft=not view.published,
        number=view.number,
        driver=view.driver_name,
        vehicle=_(PROFILES[view.profile]) if view.profile else "",
        leave_at=scene.clock(view.depart_at),
        last_before=minutes_words(view.serve_to_minutes),
        doors=view.doors,
        portions=view.portions,
        kilometres=_("{km} 公里", km=f"{view.metres / 1000:.1f}"),
        collect_fen=view.collect_fen,
        door_loads=loads(doors),
        hot=degrees(hot_decidegrees),
        begins=_begins(view, scene),
        visits=tuple(_visit(stop, scene) for stop in view.stops),
        not_today=tuple(
            f"{absent.place} {scene.name_on_list(None, absent.name)}".strip()
            for absent in view.not_today
        ),
        sketch=_sketch(view, where),
        qr_text=_round_link(view, scene.base_url),
        strict=options.strict_names,
        small=options.small_sheets,
        fields=options.sheet_fields,
    )


def _begins(view: SheetView, scene: Scene) -> str:
    """Where the round takes its boxes over; "" at the kitchen."""
    if view.begins is None:
        return ""
    return begins_words(view.begins, scene.clock(view.begins.at))


def _visit(stop: SheetStop, scene: Scene) -> papers.Visit:
    is_point = stop.kind == "point"
    diet = stop.diet.key if stop.diet else "regular"
    return papers.Visit(
        key=f"point:{stop.point_id}" if is_point else f"elder:{stop.elder_id}",
        position=stop.position,
        code=stop.code,
        time=scene.clock(stop.planned_at),
        place=stop.place,
        name=stop.name if is_point else scene.name_on_list(stop.elder_id, stop.name),
        portions=stop.portions,
        access=_access(stop),
        diet=()
        if is_point
        else scene.box_words(stop.elder_id, diet, stop.size, stop.choice),
        note=stop.note,
        phone_tail=scene.tail(stop.phone_tail),
        collect_fen=stop.collect_fen,
        mark=_mark(stop.change),
        new_stairwell=stop.new_stairwell,
        slow=stop.slow_door,
        is_point=is_point,
        containers=loads(dict(stop.containers)),
        crates=tuple(crate_words(crate) for crate in stop.crates),
        contacts=tuple(
            papers.Contact(
                f"{stop.position}{rung}",
                contact.initials,
                contact.relation or _(RELATION_WORDS[contact.kind]),
                contact.signed,
            )
            for rung, contact in zip(RUNGS, stop.contacts, strict=False)
        ),
    )


def _access(stop: SheetStop) -> str:
    if stop.floor is None:
        return ""
    if stop.lift:
        return _("电梯 {floor} 楼", floor=stop.floor)
    return _("步梯 {floor} 楼", floor=stop.floor)


def _mark(change: str) -> str:
    if not change:
        return ""
    return "new" if change == "added" else "changed"


def _sketch(
    view: SheetView, where: Mapping[tuple[str, int], tuple[int, int]]
) -> papers.Sketch | None:
    kitchen = where.get(("kitchen", 0))
    if kitchen is None:
        return None
    places, missing = [papers.MapPlace(_("厨"), *kitchen)], []
    for stop in view.stops:
        key = ("point", stop.point_id or 0)
        if stop.kind == "door":
            key = ("diner", stop.diner_id or 0)
        if key in where:
            places.append(papers.MapPlace(str(stop.position), *where[key]))
        else:
            missing.append(stop.code)
    return papers.Sketch(view.number, tuple(places), tuple(missing))


def _round_link(view: SheetView, base_url: str) -> str:
    """Where the round's code leads: the driver's own page of that round on that day,
    with the beginning of what this paper says. No address outside the LAN, no code."""
    if not base_url or view.driver_id is None:
        return ""
    trip = RoundPass(view.kitchen_id, view.day, view.meal, view.number, view.driver_id)
    return f"{base_url}/trip/{trip.text}?s={view.digest[:8]}"


# Cards on crates


def round_cards(view: SheetView, scene: Scene) -> papers.LoadCard:
    """The round's bags, and the containers of each point it brings food to."""
    doors = {
        x.diet_key: x.portions
        for x in view.loading
        if x.point_id is None and x.crate is None
    }
    name, cards = _("第 {number} 趟", number=view.number), []
    if doors:
        heading = _begins(view, scene) or name
        cards.append(_card(str(view.number), heading, doors, scene))
    for stop in view.stops:
        if stop.containers:
            heading = _("就餐点 · 第 {number} 趟带去", number=view.number)
            cards.append(_card(stop.name, heading, dict(stop.containers), scene))
    leave_at = scene.clock(view.food_left_at)
    cards = [
        replace(card, driver=view.driver_name, leave_at=leave_at) for card in cards
    ]
    if doors:
        cards[0] = replace(cards[0], qr_text=_round_link(view, scene.base_url))
    return papers.LoadCard(
        **scene.head,
        subject=round_subject(view.number),
        holder=name,
        cards=tuple(cards),
    )


def point_cards(
    fetched: Mapping[str, Mapping[str, int]], scene: Scene
) -> papers.LoadCard:
    """Containers that no round takes along: point's name → portions by diet."""
    cards = [
        _card(name, _("就餐点 · 自己来取"), counts, scene)
        for name, counts in fetched.items()
    ]
    return papers.LoadCard(
        **scene.head, subject="points", holder=_("就餐点"), cards=tuple(cards)
    )


def _card(
    big: str, heading: str, counts: Mapping[str, int], scene: Scene
) -> papers.Card:
    return papers.Card(
        big=big,
        heading=heading,
        driver="",
        leave_at="",
        loads=loads(counts),
        portions=sum(counts.values()),
        eat_before=scene.times.eat_before,
    )


def feedback_slips(
    view: SheetView, kitchen_id: int, scene: Scene
) -> papers.FeedbackSlips:
    """A slip for each door of the round."""
    day, meal = scene.head["day"], scene.head["meal"]
    return papers.FeedbackSlips(
        **scene.head,
        subject=round_subject(view.number),
        holder=view.driver_name,
        codes=tuple(
            code_of(kitchen_id, Slip(day, meal, view.number, n))
            for n in range(1, view.doors + 1)
        ),
    )
