"""The papers of the rounds: a round as the kitchen knows it → what its driver holds,
what is stuck on its bags and boxes, and who is on no round.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app import papers
from app.i18n import N_
from app.i18n import translate as _
from app.print_options import PrintOptions
from app.words.diets import key_word_list
from app.words.rounds import PROFILES, begins_words, crate_words
from app.words.weather import FATE_WORDS
from kitchen.blocks import Order
from kitchen.feedback_slips import Slip, code_of
from kitchen.headcounts import SpareFacts
from kitchen.names import masked_name, surname_with_title
from kitchen.places import PointFacts
from kitchen.prints import round_subject
from kitchen.registry import Door, ElderFacts
from kitchen.round_passes import RoundPass
from kitchen.round_sheets import SheetStop, SheetView
from kitchen.weather import TableGuest

SIZE_WORDS = {"small": N_("小份"), "large": N_("大份")}
RELATION_WORDS = {
    "family": N_("家属"),
    "neighbour": N_("邻居"),
    "clerk": N_("社区"),
}
RUNGS = "ABCDEFGHJK"
"""Letters of the contacts behind one door; I could be read as 1."""


@dataclass(frozen=True)
class Times:
    """When the food leaves the pots and until when it may be eaten, wall clock.
    `earlier` says that it has to be eaten before the time first printed."""

    made_at: str
    eat_before: str
    earlier: bool = False


@dataclass(frozen=True, eq=False)
class Scene:
    """What the papers of one meal share: head lines, people, doors, options."""

    head: Mapping[str, Any]
    zone: ZoneInfo
    options: PrintOptions
    people: Mapping[int, ElderFacts]
    doors: Mapping[int, Door]  # by address
    homes: Mapping[int, int]  # elder → address
    codes: Mapping[tuple[str, int], str]  # ("diner" | "point", id) → "3-04"
    times: Times
    base_url: str = ""
    undecided: Mapping[int, str] = field(default_factory=dict)  # elder → words

    def clock(self, at: datetime | None) -> str:
        return at.astimezone(self.zone).strftime("%H:%M") if at else "—"

    def name_on_list(self, elder_id: int | None, name: str) -> str:
        """Full, or surname and title where the kitchen is strict."""
        if not self.options.strict_names:
            return name
        person = self.people.get(elder_id or 0)
        titles = (_("奶奶"), _("爷爷"), _("老人"))
        return surname_with_title(name, person.sex if person else None, titles)

    def tail(self, phone_tail: str) -> str:
        return "" if self.options.strict_names else phone_tail

    def home(self, order: Order) -> Door | None:
        """Where the meal is brought, or where the person lives."""
        lives = self.homes.get(order.elder_id or 0, 0)
        return self.doors.get(order.address_id or lives)

    def box_words(
        self, elder_id: int | None, key: str, size: str, choice: str
    ) -> tuple[str, ...]:
        """What is special about somebody's box, and that a dish in it may not be for
        them as long as nobody has decided."""
        words = box_words(key, size, choice)
        return (*words, _("忌口未定")) if elder_id in self.undecided else words

    def name_on_box(self, name: str) -> str:
        return name if self.options.labels.full_name else masked_name(name)


def minutes_words(minutes: int) -> str:
    """630 → 10:30."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def group_words(key: str) -> str:
    """A packing group: 普通, 软食 低盐."""
    return " ".join(key_word_list(key))


def load(key: str, portions: int) -> papers.Load:
    return papers.Load(key, group_words(key), portions, special=key != "regular")


def loads(counts: Mapping[str, int]) -> tuple[papers.Load, ...]:
    """Plain food first, then the larger groups."""
    order = sorted(counts, key=lambda key: (key != "regular", -counts[key], key))
    return tuple(load(key, counts[key]) for key in order if counts[key])


def box_words(key: str, size: str, choice: str) -> tuple[str, ...]:
    """What is special about one box; nothing for a plain normal set A."""
    words = [] if key == "regular" else key_word_list(key)
    if size in SIZE_WORDS:
        words.append(_(SIZE_WORDS[size]))
    if choice not in ("", "A"):
        words.append(_("{choice} 餐", choice=choice))
    return tuple(words)


# The driver's sheet


def sheet(
    view: SheetView, scene: Scene, where: Mapping[tuple[str, int], tuple[int, int]]
) -> papers.DriverSheet:
    """`where`: stop → (lon, lat) × 10⁶ of the places that have one; the kitchen is
    ("kitchen", 0)."""
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


# Labels, one run for each place they are packed for


def round_labels(view: SheetView, scene: Scene) -> papers.Labels:
    """The boxes of one round in packing order: the last stop goes in first."""
    boxes = [
        box
        for stop in reversed(view.stops)
        if stop.kind == "door"
        for box in _boxes(
            papers.BoxLabel(
                code=stop.code,
                name=scene.name_on_box(stop.name),
                place=_house(scene, stop.compound, stop.building),
                diet=scene.box_words(
                    stop.elder_id,
                    stop.diet.key if stop.diet else "regular",
                    stop.size,
                    stop.choice,
                ),
                made_at=scene.times.made_at,
                eat_before=scene.times.eat_before,
                portions=stop.portions,
                diner_id=stop.diner_id,
            )
        )
    ]
    holder = _("第 {number} 趟", number=view.number)
    return _labels(scene, round_subject(view.number), holder, boxes)


def point_labels(
    point: PointFacts, place: int, orders: Iterable[Order], scene: Scene
) -> papers.Labels:
    """The boxes that people collect at a point; `place` is the point's number there,
    first of the code."""
    boxes = [
        box
        for number, order in enumerate(orders, 1)
        for box in _boxes(
            _box(
                order,
                scene,
                _("取{place}-{number}", place=place, number=f"{number:02d}"),
            )
        )
    ]
    boxes = [replace(box, place=point.name) for box in boxes]
    return _labels(scene, f"point:{point.id}", point.name, boxes)


def unplaced_labels(orders: Iterable[Order], scene: Scene) -> papers.Labels:
    """Boxes of people who are on no round: cooked, labelled, waiting for a way."""
    boxes = [
        replace(box, kind="unplaced")
        for order in orders
        for box in _boxes(_box(order, scene, _("未排")))
    ]
    return _labels(scene, "unplaced", _("未排上"), boxes)


def spare_labels(spares: Iterable[SpareFacts], scene: Scene) -> papers.Labels:
    """Spare boxes on the kitchen's own account; a point's spares are bulk."""
    boxes: list[papers.BoxLabel] = []
    for spare in spares:
        for portion in range(1, spare.portions + 1):
            box = papers.BoxLabel(
                code=_("备 {number}", number=len(boxes) + 1),
                name="",
                place=_("备用，不属于任何人"),
                diet=box_words(spare.diet_key, "normal", ""),
                made_at=scene.times.made_at,
                eat_before=scene.times.eat_before,
                portion=portion,
                kind="spare",
                spare_id=spare.id,
            )
            boxes.append(box)
    return _labels(scene, "spares", _("备用"), boxes)


def _labels(
    scene: Scene, subject: str, holder: str, boxes: Sequence[papers.BoxLabel]
) -> papers.Labels:
    return papers.Labels(
        **scene.head,
        subject=subject,
        holder=holder,
        labels=tuple(boxes),
        layout=scene.options.labels,
        earlier=scene.times.eat_before if scene.times.earlier else "",
    )


def _box(order: Order, scene: Scene, code: str) -> papers.BoxLabel:
    door = scene.home(order)
    place = _house(scene, door.compound, door.building) if door else _("没有地址")
    return papers.BoxLabel(
        code=code,
        name=scene.name_on_box(order.name),
        place=place,
        diet=scene.box_words(order.elder_id, order.diet.key, order.size, order.choice),
        made_at=scene.times.made_at,
        eat_before=scene.times.eat_before,
        portions=order.portions,
        diner_id=order.diner_id or None,
    )


def _boxes(box: papers.BoxLabel) -> list[papers.BoxLabel]:
    """One label for each portion."""
    return [replace(box, portion=n) for n in range(1, box.portions + 1)]


def _house(scene: Scene, compound: str, building: str) -> str:
    """The building, never the door: the code says which door it is."""
    if not scene.options.labels.show_place:
        return ""
    return f"{compound} {building}".strip()


# Who must not be forgotten


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
