"""Picking a person or a dish in a form without scripts: type anything that names
them; when more than one person fits, the form comes back with the choice.
"""

import re
from collections.abc import Mapping, Sequence

from app.forms import Form
from app.i18n import translate as _
from app.typed import parse_id
from kitchen import food, registry
from kitchen.food import DishFacts
from kitchen.registry import ElderFacts


def not_found(label: str, typed: str) -> str:
    """Nobody fits what was typed, and what would have."""
    return _(
        "{label}：没有找到“{typed}”，可以填姓名、首字母、就餐号或电话尾号",
        label=label,
        typed=typed,
    )


async def picked(
    form: Form, name: str, label: str, kitchen_id: int
) -> tuple[ElderFacts | None, list[ElderFacts]]:
    """The one person meant, and the candidates to choose from when there are more.

    The field may hold a chosen id (`#12`) or free text: name, initials, card or
    member number, ID or phone tail, building.
    """
    typed = form.text(name, label, longest=60)
    if not typed:
        return None, []
    chosen = parse_id(typed[1:]) if typed.startswith("#") else None
    if chosen is not None:
        person = (await registry.elders_by_id([chosen])).get(chosen)
        if person is not None and person.kitchen_id == kitchen_id:
            return person, []
    found = await registry.search(typed, kitchen_id=kitchen_id, limit=9)
    if len(found) == 1:
        return found[0], []
    sentence = (
        _("{label}：“{typed}”有几位，请选一位", label=label, typed=typed)
        if found
        else not_found(label, typed)
    )
    form.refuse_field(name, sentence)
    return None, found


def people_choices(people: Sequence[ElderFacts]) -> list[tuple[str, str]]:
    """Values and words to choose from: what tells people of one name apart."""
    return [
        (f"#{person.id}", f"{person.name} · {person.number} · {person.birth_date.year}")
        for person in people
    ]


def dish_typed(
    catalogue: Mapping[int, DishFacts], typed: str, category: str
) -> DishFacts | None:
    """The dish somebody typed: its name first, else the best match of initials, the
    category of the row before others."""
    if not typed:
        return None
    named = [d for d in catalogue.values() if typed in (d.name, d.name_en)]
    found = named or food.find_dishes(catalogue.values(), typed, category)
    return found[0] if found else None


async def dishes_picked(form: Form, name: str, label: str) -> list[int]:
    """The dishes named in one field, set apart by commas; each must be in the register,
    for what is in it decides who may eat it."""
    catalogue = await food.dishes()
    found: list[int] = []
    for typed in re.split(r"[、,，;；\n]", form.text(name, label, longest=200)):
        typed = typed.strip()
        dish = dish_typed(catalogue, typed, "")
        if typed and (dish is None or not dish.active):
            sentence = _(
                "{label}：菜品库里没有“{typed}”，先在“菜品”里登记它的原料",
                label=label,
                typed=typed[:20],
            )
            form.refuse_field(name, sentence)
        elif dish is not None and dish.id not in found:
            found.append(dish.id)
    return found
