"""Picking a person in a form without scripts: type anything that names them; when
more than one fits, the form comes back with the choice.
"""

from collections.abc import Sequence

from app.forms import Form
from app.i18n import translate as _
from app.typed import parse_id
from kitchen import registry
from kitchen.registry import ElderFacts


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
        else _("{label}：没有找到“{typed}”", label=label, typed=typed)
    )
    form.refuse_field(name, sentence)
    return None, found


def people_choices(people: Sequence[ElderFacts]) -> list[tuple[str, str]]:
    """Values and words to choose from: what tells people of one name apart."""
    return [
        (f"#{person.id}", f"{person.name} · {person.number} · {person.birth_date.year}")
        for person in people
    ]
