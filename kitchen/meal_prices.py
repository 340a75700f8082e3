"""What people pay for a meal: the facts of the day put to the scheme in force.

A scheme that asks for no more is given no more: what was paid before, the purse and the
areas are loaded only where a rule asks.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from kitchen.calendar import day_kind
from kitchen.database import in_bulk, rows
from kitchen.diets import Diet
from kitchen.errors import Refusal
from kitchen.places import areas, kitchen_by_id, services_for
from kitchen.pricing import Price, full_price, split_price
from kitchen.purses import purses_on
from kitchen.registry import (
    PEOPLE,
    ElderFacts,
    categories_on,
    elders_by_id,
    eligibility,
)
from kitchen.subsidies import VersionFacts, version_before, version_on
from kitchen.tariffs import DISCOUNT, MealFacts, Places, Rules


@dataclass(frozen=True)
class Usage:
    """What one person's earlier meals cost and who paid for them, this month."""

    spent_today_fen: int = 0
    today: Mapping[str, int] = field(default_factory=dict)
    month: Mapping[str, int] = field(default_factory=dict)


async def price_on(
    elder_ids: Iterable[int],
    kitchen_id: int,
    day: date,
    meal: str,
    way: str = "",
    point_id: int | None = None,
) -> dict[int, Price]:
    """What each of those people pays on a day, and who pays the rest.

    Refuses `meal_not_served` when the kitchen has no such meal.
    """
    people = await elders_by_id(elder_ids)
    return await price_people(people, kitchen_id, day, meal, way, point_id)


async def price_people(
    people: Mapping[int, ElderFacts],
    kitchen_id: int,
    day: date,
    meal: str,
    way: str = "",
    point_id: int | None = None,
    versions: Sequence[VersionFacts] | None = None,
) -> dict[int, Price]:
    """`price_on` for people, and perhaps `versions_in_force`, already loaded."""
    if versions is None:
        versions = await versions_in_force(kitchen_id, day)
    rules = [version.rules for version in versions]
    about = (kitchen_id, day, meal, way, point_id)

    async def read(wanted: Iterable[int]) -> dict[int, Price]:
        mine = {elder: people[elder] for elder in wanted}
        facts = await price_facts(mine, *about, rules)
        return await in_bulk(len(facts), lambda: _prices(versions, people, facts))

    if any(one.asks_usage or one.asks_purse for one in rules):
        return await read(people)
    of_them = ("price", *about, *(version.id for version in versions))
    return await PEOPLE.of(of_them, people, read)


async def versions_in_force(kitchen_id: int, day: date) -> list[VersionFacts]:
    """The version of the day, and while its transition lasts the one before it."""
    version = await version_on(kitchen_id, day)
    if version is None:
        return []
    if version.transition_to is None or day > version.transition_to:
        return [version]
    former = await version_before(version, kitchen_id)
    return [version] if former is None else [version, former]


def _prices(
    versions: Sequence[VersionFacts],
    people: Mapping[int, ElderFacts],
    facts: Mapping[int, MealFacts],
) -> dict[int, Price]:
    """Whose facts are alike pays alike: thousands of people have a few hundred."""
    before = versions[0].valid_from if versions else date.min
    alike: dict[tuple[bool, MealFacts], Price] = {}
    prices = {}
    for elder_id, one in facts.items():
        person = people[elder_id]
        key = person.enrolled_on < before, one
        if key not in alike:
            alike[key] = _price(versions, person, one)
        prices[elder_id] = alike[key]
    return prices


def _price(
    versions: Sequence[VersionFacts], person: ElderFacts, facts: MealFacts
) -> Price:
    """By the version of the day; in its transition whoever was enrolled before keeps
    the former price where that is better."""
    if not versions:
        return full_price(facts.list_price_fen)
    prices = [
        split_price(version.rules, facts, version.title, version.id)
        for version in versions
        if version is versions[0] or person.enrolled_on < versions[0].valid_from
    ]
    return min(prices, key=lambda price: price.due_fen)


async def price_facts(
    people: Mapping[int, ElderFacts],
    kitchen_id: int,
    day: date,
    meal: str,
    way: str = "",
    point_id: int | None = None,
    rules: Sequence[Rules] = (),
) -> dict[int, MealFacts]:
    """What a scheme may ask about each of those people on a day. Refuses
    `meal_not_served`."""
    services = await services_for(kitchen_id, day)
    if meal not in services:
        raise Refusal("meal_not_served", meal=meal)
    asks_places = any(one.asks_places for one in rules)
    at = await _place_of(point_id) if asks_places and point_id else None
    usage = await usage_of(people, day) if any(one.asks_usage for one in rules) else {}
    asks_purse = any(one.asks_purse for one in rules)
    purses = await purses_on(people, kitchen_id, day) if asks_purse else {}

    def at_meal(elder_id: int, residence: Places) -> dict[str, Any]:
        used = usage.get(elder_id, Usage())
        return {
            "meal": meal,
            "list_price_fen": services[meal].list_price_fen,
            "way": way or "dine_in",
            "point": residence if at is None else at,
            "spent_today_fen": used.spent_today_fen,
            "paid_today": used.today,
            "paid_month": used.month,
            "purse_fen": purses.get(elder_id, 0),
        }

    return await person_facts(people, kitchen_id, day, at_meal)


def before_any_meal(_elder_id: int, _residence: Places) -> dict[str, Any]:
    return {"meal": "", "list_price_fen": 0}


async def person_facts(
    people: Mapping[int, ElderFacts],
    kitchen_id: int,
    day: date,
    at_meal: Callable[[int, Places], dict[str, Any]] = before_any_meal,
) -> dict[int, MealFacts]:
    """What a rule may ask about the people themselves on a day. `at_meal`: what it may
    ask about the meal of one of them, who lives in those areas."""
    kitchen = await kitchen_by_id(kitchen_id)
    paths = await _paths()
    categories = await categories_on(people, day)
    workday = day_kind(day).is_working_day

    def facts(elder_id: int, person: ElderFacts) -> MealFacts:
        hukou = paths.get(person.hukou_area_id or 0, ())
        residence = paths.get(person.residence_area_id or 0, hukou)
        registered = any(area == kitchen.area_id for _level, area in hukou)
        return MealFacts(
            day=day,
            age=person.age_on(day),
            eligible=eligibility(
                person.birth_date, registered, person.residence_since, day
            ).eligible,
            registered_here=registered,
            categories=frozenset(categories[elder_id]),
            self_care=person.self_care,
            workday=workday,
            diets=_diets(person.diet),
            hukou=hukou,
            residence=residence,
            **at_meal(elder_id, residence),
        )

    return await in_bulk(
        len(people), lambda: {key: facts(key, one) for key, one in people.items()}
    )


@lru_cache(maxsize=4096)  # thousands of people have a few dozen diets
def _diets(diet: Diet) -> frozenset[str]:
    said = {
        "low_salt": diet.low_salt,
        "sugar_control": diet.sugar_control,
        "halal": diet.halal,
    }
    return frozenset(name for name, holds in said.items() if holds)


async def _paths() -> dict[int, Places]:
    """Each area with all above it, from the top."""
    by_id = {area.id: area for area in await areas()}

    def path(area_id: int | None) -> Places:
        if area_id is None:
            return ()
        area = by_id[area_id]
        return (*path(area.parent_id), (area.level, area.id))

    return {area_id: path(area_id) for area_id in by_id}


async def _place_of(point_id: int) -> Places | None:
    found = await rows("SELECT area FROM dining_point WHERE id = {}", point_id)
    return (await _paths()).get(found[0]["area"]) if found else None


async def usage_of(elder_ids: Iterable[int], day: date) -> dict[int, Usage]:
    """What was recorded for those people in the month of that day and not voided;
    payers of a delivery fee or the operator's subsidy as `delivery:…`, `operator:…`."""
    wanted = sorted(elder_ids)
    if not wanted:
        return {}
    first = day.replace(day=1)
    found = await rows(
        "SELECT m.elder AS elder, m.day AS day, m.list_price_fen AS list_price_fen,"
        " m.lines AS lines, m.extras AS extras FROM meal m"
        " LEFT JOIN meal_void v ON v.served = m.id WHERE m.elder IN {}"
        " AND m.day >= {} AND m.day < {} AND v.id IS NULL",
        wanted,
        first,
        (first + timedelta(days=32)).replace(day=1),
    )
    month: dict[int, Counter[str]] = {elder: Counter() for elder in wanted}
    today: dict[int, Counter[str]] = {elder: Counter() for elder in wanted}
    spent: Counter[int] = Counter()
    for row in found:
        paid = paid_in(row["lines"], row["extras"])
        month[row["elder"]] += paid
        if row["day"] == day:
            today[row["elder"]] += paid
            spent[row["elder"]] += row["list_price_fen"] - paid[DISCOUNT]
    return {elder: Usage(spent[elder], today[elder], month[elder]) for elder in wanted}


def paid_in(lines: str, extras: str) -> Counter[str]:
    """Payer → fen of one meal as stored, extras under their kind."""
    paid = Counter[str]()
    for payer, fen, _why in json.loads(lines):
        paid[payer] += fen
    for kind, payer, fen, _why in json.loads(extras):
        paid[f"{kind}:{payer}"] += fen
    return paid
