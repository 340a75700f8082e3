"""What is stuck on boxes: one run of labels for each place they are packed for."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from app import papers
from app.i18n import translate as _
from app.paper_scene import Scene, box_words
from kitchen.blocks import Order
from kitchen.headcounts import SpareFacts
from kitchen.places import PointFacts
from kitchen.prints import round_subject
from kitchen.round_sheets import SheetView


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
    house = scene.house(order)
    place = _house(scene, house.compound, house.building) if house else _("没有地址")
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
