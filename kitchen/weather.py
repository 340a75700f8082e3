"""恶劣天气: a kitchen's day on which ways take longer, doors may be reached later, and
everybody who would walk to a table is asked for: brought the meal, escorted to the
table, or called. Nobody is left over; the day does not close before.

Source of the rule: the practice of delivery in any weather and of escorts for those who
walk badly; in a typhoon the field rings elders up and tells them to stay in.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.closed_days import refuse_closed_day
from kitchen.database import insert, insert_many, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.headcounts import closed, eaters_for, move_late
from kitchen.places import Kitchen, points_for
from kitchen.plans import Eater, add_exception
from kitchen.registry import (
    Elder,
    addresses_on,
    categories_on,
    doors_for,
    elders_by_id,
)
from kitchen.staff import Actor

FATES = ("delivered", "escorted", "called")
SLOWEST_PERCENT = 300
LATEST_MINUTES = 180
USUAL = (130, 30)
"""What is offered the first time: ways a third longer, half an hour more (ours; each
kitchen's last figures are offered afterwards)."""


class WeatherMode(Table, tablename="weather_mode"):
    """Bad weather on a day of a kitchen, until it is taken back."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    slower_percent = Integer()  # of the usual time on the way: 130 = a third longer
    later_minutes = Integer()  # doors may be reached so much later
    reason = Text()
    at = Timestamptz()
    by = Text()
    ended_at = Timestamptz(null=True)
    ended_by = Text()


class WeatherWord(Table, tablename="weather_word"):
    """What was arranged for one person at a table; the newest counts."""

    weather = ForeignKey(WeatherMode, null=False)
    elder = ForeignKey(Elder, null=False)
    meal = Text()
    fate = Text()  # delivered | escorted | called
    who = Text()  # who escorts, or what was said on the telephone
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class Weather:
    """Bad weather in force."""

    id: int
    slower_percent: int
    later_minutes: int
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Word:
    """The newest word about one person."""

    elder_id: int
    fate: str
    who: str
    at: datetime
    by: str


@dataclass(frozen=True, kw_only=True)
class TableGuest:
    """Somebody who eats at a table today. fate: "" (nothing arranged yet) | delivered |
    escorted | called | came"""

    elder_id: int
    name: str
    number: str
    phone_tail: str
    point_id: int | None
    point: str
    place: str
    frail: bool
    fate: str
    who: str = ""
    by: str = ""

    @property
    def is_open(self) -> bool:
        return not self.fate


# Pure rules -------------------------------------------------------------------


def fate_of(eater: Eater, word: Word | None, came: bool = False) -> str | None:
    """What became of somebody; "" while open, None for those whom this is not about.
    A person moved to a round is delivered as long as they are on it: whoever is moved
    back to the table is open again. `came`: they were served at the table."""
    if eater.way == "dine_in":
        if came:
            return "came"
        return word.fate if word and word.fate != "delivered" else ""
    return "delivered" if word and word.fate == "delivered" else None


# Readers ----------------------------------------------------------------------


async def weather_on(kitchen_id: int, day: date) -> Weather | None:
    """The bad weather of a day, None when it is a day like any other."""
    found = await one(
        "SELECT id, slower_percent, later_minutes, reason, at, by FROM weather_mode"
        " WHERE kitchen = {} AND day = {} AND ended_at IS NULL",
        *(kitchen_id, day),
    )
    return Weather(**found) if found else None


async def last_figures(kitchen_id: int) -> tuple[int, int]:
    """Percent and minutes as this kitchen had them last."""
    found = await one(
        "SELECT slower_percent, later_minutes FROM weather_mode WHERE kitchen = {}"
        " ORDER BY id DESC LIMIT 1",
        kitchen_id,
    )
    return (found["slower_percent"], found["later_minutes"]) if found else USUAL


async def guests_for(kitchen_id: int, day: date, meal: str) -> list[TableGuest]:
    """Everybody who eats at a table or was moved from one to a round because of the
    weather; open ones first, of these the frail. Empty on other days."""
    weather = await weather_on(kitchen_id, day)
    if weather is None:
        return []
    words = await _words(kitchen_id, day, meal)
    served = await _served(kitchen_id, day, meal)
    fates: dict[int, str] = {}
    eaters = await eaters_for(kitchen_id, day, meal)
    for eater in eaters:
        came = eater.elder_id in served
        fate = fate_of(eater, words.get(eater.elder_id), came)
        if fate is not None:
            fates[eater.elder_id] = fate
    mine = [eater for eater in eaters if eater.elder_id in fates]
    found = await _described(kitchen_id, day, mine, fates, words)
    return sorted(found, key=lambda g: (not g.is_open, not g.frail, g.point, g.name))


async def open_guests(kitchen_id: int, day: date, meal: str) -> list[TableGuest]:
    """Those for whom nothing is arranged yet."""
    return [guest for guest in await guests_for(kitchen_id, day, meal) if guest.is_open]


async def refuse_left_over(kitchen_id: int, day: date, meal: str) -> None:
    """Refuses `weather_open` with the names while somebody is left over."""
    left = await open_guests(kitchen_id, day, meal)
    if left:
        names = "、".join(guest.name for guest in left[:8])
        raise Refusal("weather_open", count=len(left), names=names)


async def _served(kitchen_id: int, day: date, meal: str) -> set[int]:
    found = await rows(
        "SELECT elder FROM meal WHERE kitchen = {} AND day = {} AND meal = {}"
        " AND elder IS NOT NULL AND id NOT IN (SELECT served FROM meal_void)",
        *(kitchen_id, day, meal),
    )
    return {row["elder"] for row in found}


async def _words(kitchen_id: int, day: date, meal: str) -> dict[int, Word]:
    found = await rows(
        "SELECT w.elder AS elder_id, w.fate AS fate, w.who AS who, w.at AS at,"
        " w.by AS by FROM weather_word w JOIN weather_mode m ON m.id = w.weather"
        " WHERE m.kitchen = {} AND m.day = {} AND w.meal = {} ORDER BY w.id",
        *(kitchen_id, day, meal),
    )
    return {row["elder_id"]: Word(**row) for row in found}


async def _described(
    kitchen_id: int,
    day: date,
    eaters: Iterable[Eater],
    fates: Mapping[int, str],
    words: Mapping[int, Word],
) -> list[TableGuest]:
    eaters = list(eaters)
    people = await elders_by_id(eater.elder_id for eater in eaters)
    homes = await addresses_on(kitchen_id, day)
    doors = await doors_for(homes[e] for e in people if e in homes)
    categories = await categories_on(people, day)
    points = {point.id: point.name for point in await points_for(kitchen_id)}
    found = []
    for eater in eaters:
        person, word = people[eater.elder_id], words.get(eater.elder_id)
        point_id = eater.point_id or person.point_id
        door = doors.get(homes.get(person.id, 0))
        found.append(
            TableGuest(
                elder_id=person.id,
                name=person.name,
                number=person.number,
                phone_tail=person.phone_tail,
                point_id=point_id,
                point=points.get(point_id or 0, ""),
                place=door.line if door else "",
                frail=person.self_care != "able"
                or person.slow_door
                or "disabled" in categories.get(person.id, ()),
                fate=fates[person.id],
                who=word.who if word and fates[person.id] else "",
                by=word.by if word and fates[person.id] else "",
            )
        )
    return found


# Verbs ------------------------------------------------------------------------


async def begin(
    kitchen_id: int,
    day: date,
    slower_percent: int,
    later_minutes: int,
    reason: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Bad weather on this day, or other figures for it; the same again changes nothing.
    Refuses `reason_missing`, `weather_out_of_range`."""
    if not reason.strip():
        raise Refusal("reason_missing")
    if not (
        100 <= slower_percent <= SLOWEST_PERCENT
        and 0 <= later_minutes <= LATEST_MINUTES
    ):
        raise Refusal("weather_out_of_range")
    figures = {"slower_percent": slower_percent, "later_minutes": later_minutes}
    async with writing():
        await lock_for("weather_mode", f"{kitchen_id}|{day}")
        known = await weather_on(kitchen_id, day)
        if known and (known.slower_percent, known.later_minutes, known.reason) == (
            *(slower_percent, later_minutes),
            reason.strip(),
        ):
            return
        if known:
            await _end(known.id, by, now)
        values = {"kitchen": kitchen_id, "day": day, "reason": reason.strip()}
        end = {"ended_at": None, "ended_by": ""}
        await insert(WeatherMode, **values, **figures, **end, at=now, by=by.name)
        told = {"day": day, **figures}
        await _record("weather.begin", kitchen_id, by, now, told, reason.strip())


async def end(kitchen_id: int, day: date, *, by: Actor, now: datetime) -> None:
    """The weather is good enough; whoever was moved stays moved. Twice is harmless."""
    async with writing():
        await lock_for("weather_mode", f"{kitchen_id}|{day}")
        known = await weather_on(kitchen_id, day)
        if known is None:
            return
        await _end(known.id, by, now)
        await _record("weather.end", kitchen_id, by, now, {"day": day})


async def settle(
    kitchen_id: int,
    day: date,
    meal: str,
    elder_ids: Collection[int],
    fate: str,
    who: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Arrange for some people at tables. fate: `delivered` moves the meal to their door
    (in the closed count by a reasoned row, before by a change of the plan for the day),
    `escorted` names who walks with them, `called` says who was rung up or what was
    agreed. Refuses `weather_off`, `nobody_chosen`, `weather_unknown_guest`,
    `escort_without_name`, `weather_no_address` and what the count refuses."""
    if fate not in FATES:
        raise ValueError(f"no fate {fate!r}")
    if not elder_ids:
        raise Refusal("nobody_chosen")
    if fate != "delivered" and not who.strip():
        raise Refusal("escort_without_name")
    weather = await weather_on(kitchen_id, day)
    if weather is None:
        raise Refusal("weather_off")
    guests = {g.elder_id: g for g in await guests_for(kitchen_id, day, meal)}
    if set(elder_ids) - set(guests):
        raise Refusal("weather_unknown_guest")
    if fate == "delivered":
        await _bring(kitchen_id, day, meal, elder_ids, weather, by, now)
    async with writing():
        await refuse_closed_day(kitchen_id, day, meal)
        values = {"weather": weather.id, "meal": meal, "fate": fate}
        values |= {"who": who.strip(), "at": now, "by": by.name}
        chosen = sorted(set(elder_ids))
        await insert_many(WeatherWord, [{**values, "elder": e} for e in chosen])
        told = {"day": day, "meal": meal, "fate": fate, "elders": chosen}
        await _record("weather.settle", kitchen_id, by, now, told, who.strip())


async def _bring(
    kitchen_id: int,
    day: date,
    meal: str,
    elder_ids: Collection[int],
    weather: Weather,
    by: Actor,
    now: datetime,
) -> None:
    """Each by the verb that changes anybody's way of eating; who is on a round already
    stays there, so that half a list can be sent again."""
    homes = await addresses_on(kitchen_id, day)
    eaters = [
        eater
        for eater in await eaters_for(kitchen_id, day, meal)
        if eater.elder_id in set(elder_ids) and eater.way != "deliver"
    ]
    homeless = [eater.name for eater in eaters if eater.elder_id not in homes]
    if homeless:
        raise Refusal("weather_no_address", names="、".join(homeless))
    counted = await closed(kitchen_id, day, meal) is not None
    why: dict[str, Any] = {"reason": weather.reason, "source": "office"}
    for eater in eaters:
        if counted:
            await move_late(eater.diner_id, "deliver", None, **why, by=by, now=now)
        else:
            await add_exception(
                elder_id=eater.elder_id,
                meal=meal,
                kind="change",
                way="deliver",
                from_day=day,
                to_day=day,
                **why,
                by=by,
                now=now,
            )


async def _end(weather_id: int, by: Actor, now: datetime) -> None:
    await rows(
        "UPDATE weather_mode SET ended_at = {}, ended_by = {} WHERE id = {}",
        *(now, by.name, weather_id),
    )


async def _record(
    action: str,
    kitchen_id: int,
    by: Actor,
    now: datetime,
    after: Mapping[str, object],
    reason: str = "",
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="kitchen",
        object_id=kitchen_id,
        after=after,
        reason=reason,
    )
