"""The day pack as the tablet keeps it, and what may be said to a tablet in return."""

import datetime as dt
from typing import Any

from app.till_pages import all_apart
from app.words.diets import diet_words
from kitchen.dining import DayPack
from kitchen.guests import Guest
from kitchen.names import masked_name, search_keys


def pack_json(
    pack: DayPack, point: int, day: dt.date, meal: str, now: dt.datetime
) -> dict[str, Any]:
    """`keys` as in `names.search_keys`, `tails` the last digits of the cards, `tags`
    the diet in words, `apart` what tells people of one name apart; amounts in fen."""
    apart = all_apart(pack.guests)
    return {
        "token": pack.token,
        "point": point,
        "day": day.isoformat(),
        "meal": meal,
        "list_price_fen": pack.list_price_fen,
        "rules": pack.rules,
        "server_time": now.astimezone(dt.UTC).isoformat(),
        "blocked": list(pack.blocked),
        "people": [_person(guest, pack, day, apart) for guest in pack.guests],
    }


def _person(
    guest: Guest, pack: DayPack, day: dt.date, apart: dict[int, list[str]]
) -> dict[str, Any]:
    person = guest.person
    return {
        "id": person.id,
        "name": person.name,
        "masked": masked_name(person.name),
        "apart": " ".join(apart[person.id]),
        "keys": search_keys(person.name),
        "number": person.number,
        "tails": pack.tails.get(person.id, []),
        "age": person.age_on(day),
        "building": guest.building,
        "tags": diet_words(person.diet),
        "booking": guest.booking,
        "state": guest.state,
        "due_fen": guest.price.self_pay_fen,
        "served": guest.served is not None,
    }
