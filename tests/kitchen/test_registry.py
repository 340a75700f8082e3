"""The register of people: enrolled, corrected, paused, moved, found, never deleted."""

import asyncio
from datetime import date, timedelta

import pytest

from kitchen import audit, registry
from kitchen.database import Engine
from kitchen.diets import Diet
from kitchen.errors import Refusal
from kitchen.registry import (
    Filters,
    NewAddress,
    NewContact,
    NewElder,
    Scope,
    StateFacts,
    eligibility,
    state_on,
)
from tests.kitchen.cast import CHEN, MORNING, TODAY, enter

TOMORROW = TODAY + timedelta(days=1)


def state(number: int, name: str, first: date, last: date | None = None) -> StateFacts:
    return StateFacts(number, 1, name, first, last, "", MORNING, "陈经理")


# Pure rules


@pytest.mark.parametrize(
    ("born", "here", "since", "reason", "eligible"),
    [
        (date(1966, 11, 24), True, None, "registered_here", True),  # 60 today
        (date(1966, 11, 25), True, None, "younger_than_60", False),
        (date(1950, 1, 1), False, date(2024, 11, 24), "resident_two_years", True),
        (date(1950, 1, 1), False, date(2024, 11, 25), "not_resident_two_years", False),
        (date(1950, 1, 1), False, None, "not_resident_two_years", False),
        (date(2000, 1, 1), False, date(2000, 1, 1), "younger_than_60", False),
    ],
)
def test_eligibility_says_yes_or_no_and_why(
    born: date, here: bool, since: date | None, reason: str, eligible: bool
) -> None:
    found = eligibility(born, here, since, TODAY)
    assert (found.reason, found.eligible) == (reason, eligible)


def test_the_newest_state_that_covers_a_day_decides() -> None:
    states = [
        state(1, "ended", date(2026, 12, 31)),
        state(2, "paused", TODAY, TOMORROW),
        state(3, "active", TOMORROW, TOMORROW),
    ]
    found = [state_on(states, day) for day in (TODAY, TOMORROW, date(2027, 1, 1))]
    assert [f.state if f else "" for f in found] == ["paused", "active", "ended"]


# States


async def test_a_pause_ends_by_itself(database: Engine) -> None:
    cast = await enter()
    await registry.set_state(
        cast.wang, "paused", TODAY, TOMORROW, "住院", by=CHEN, now=MORNING
    )
    assert await registry.states_on(cast.kitchen, TODAY) == {cast.wang: "paused"}
    assert await registry.states_on(cast.kitchen, TOMORROW + timedelta(days=1)) == {}


async def test_resuming_early_keeps_what_is_dated_for_later(database: Engine) -> None:
    cast = await enter()
    leaving = TODAY + timedelta(days=30)
    await registry.set_state(
        cast.wang, "ended", leaving, None, "搬走", by=CHEN, now=MORNING
    )
    await registry.set_state(
        cast.wang,
        "paused",
        TODAY,
        TODAY + timedelta(days=5),
        "住院",
        by=CHEN,
        now=MORNING,
    )
    await registry.resume(cast.wang, TOMORROW, by=CHEN, now=MORNING)
    assert await registry.states_on(cast.kitchen, TOMORROW) == {}
    assert await registry.states_on(cast.kitchen, leaving) == {cast.wang: "ended"}


async def test_who_is_not_paused_cannot_resume(database: Engine) -> None:
    cast = await enter()
    with pytest.raises(Refusal, match="not_paused"):
        await registry.resume(cast.wang, TODAY, by=CHEN, now=MORNING)


@pytest.mark.parametrize(
    ("first", "last", "reason", "code"),
    [
        (TOMORROW, TODAY, "住院", "dates_reversed"),
        (TODAY, TOMORROW, " ", "pause_needs_reason"),
    ],
)
async def test_a_pause_without_sense_is_refused(
    database: Engine, first: date, last: date, reason: str, code: str
) -> None:
    cast = await enter()
    with pytest.raises(Refusal, match=code):
        await registry.set_state(
            cast.wang, "paused", first, last, reason, by=CHEN, now=MORNING
        )


# Addresses


async def test_a_move_ends_the_old_address_and_past_days_keep_it(
    database: Engine,
) -> None:
    cast = await enter()
    before = await registry.addresses_on(cast.kitchen, TODAY)
    new = await registry.move_to(
        cast.wang,
        NewAddress(cast.community, "新华苑", "1号楼", door="101"),
        TOMORROW,
        by=CHEN,
        now=MORNING,
    )
    today = await registry.addresses_on(cast.kitchen, TODAY)
    assert today[cast.wang] == before[cast.wang]
    assert (await registry.homes_on([cast.wang], TOMORROW))[cast.wang] == new
    old = (await registry.addresses_of(cast.wang))[-1]
    assert old.valid_to == TODAY


async def test_who_has_no_point_anywhere_is_on_the_unplaced_list(
    database: Engine,
) -> None:
    cast = await enter()
    assert set(await registry.unplaced_on(cast.kitchen, TODAY)) == {cast.zhao}
    await registry.entitle_delivery(
        cast.zhou, "illness", TODAY, None, by=CHEN, now=MORNING
    )
    unplaced = await registry.unplaced_on(cast.kitchen, TODAY)
    assert unplaced[cast.zhou] is None  # brought, but without any address


# Entitlements, cards, ladder, household


async def test_a_category_ends_on_its_last_day(database: Engine) -> None:
    cast = await enter()
    fact = (await registry.categories_of(cast.wang))[0]
    await registry.end_category(fact.id, TODAY, by=CHEN, now=MORNING)
    on = registry.categories_on
    assert (await on([cast.wang], TODAY))[cast.wang] == {"living_alone"}
    assert (await on([cast.wang], TOMORROW))[cast.wang] == set()


async def test_a_category_taken_back_before_it_began_never_held(
    database: Engine,
) -> None:
    cast = await enter()
    await registry.set_category(
        cast.li, "low_income", TOMORROW, None, "低保证 12 号", by=CHEN, now=MORNING
    )
    fact = (await registry.categories_of(cast.li))[0]
    assert fact.has_evidence
    await registry.end_category(fact.id, TODAY, by=CHEN, now=MORNING)
    assert (await registry.categories_on([cast.li], TOMORROW))[cast.li] == set()
    with pytest.raises(Refusal, match="category_unknown"):
        await registry.end_category(fact.id, TODAY, by=CHEN, now=MORNING)


async def test_a_blocked_card_names_nobody_and_may_be_bound_again(
    database: Engine,
) -> None:
    cast = await enter()
    card = next(c for c in await registry.cards_of(cast.li) if c.kind == "alias")
    with pytest.raises(Refusal, match="card_in_use"):
        await registry.bind_card(cast.zhou, card.number, by=CHEN, now=MORNING)
    await registry.block_card(card.id, "丢了", by=CHEN, now=MORNING)
    assert await registry.search(card.number) == []
    await registry.bind_card(cast.zhou, card.number, by=CHEN, now=MORNING)
    assert [p.id for p in await registry.search(card.number)] == [cast.zhou]


async def test_a_ladder_without_numbers_keeps_the_old_ones(database: Engine) -> None:
    cast = await enter()
    await registry.set_contacts(
        cast.wang,
        [NewContact("family", "王强", "长子", "")],
        by=CHEN,
        now=MORNING,
    )
    ladder = (await registry.contacts_for([cast.wang]))[cast.wang]
    assert [(c.name, c.relation, c.phone_tail) for c in ladder] == [
        ("王强", "长子", "9000")
    ]


async def test_two_share_a_household_until_one_leaves(database: Engine) -> None:
    cast = await enter()
    await registry.share_household(cast.wang, cast.li, by=CHEN, now=MORNING)
    await registry.share_household(cast.zhou, cast.li, by=CHEN, now=MORNING)
    wang = await registry.elder_by_id(cast.wang)
    names = [mate.name for mate in await registry.household_of(wang)]
    assert names == ["周建国", "李德福"]
    await registry.leave_household(cast.wang, by=CHEN, now=MORNING)
    assert await registry.household_of(await registry.elder_by_id(cast.wang)) == []
    with pytest.raises(Refusal, match="household_of_one"):
        await registry.share_household(cast.wang, cast.wang, by=CHEN, now=MORNING)


# Correcting


async def test_correcting_a_record_keeps_household_and_numbers(
    database: Engine,
) -> None:
    cast = await enter()
    await registry.share_household(cast.wang, cast.li, by=CHEN, now=MORNING)
    wang = await registry.elder_by_id(cast.wang)
    change = NewElder(
        "王秀莹", "female", wang.birth_date, diet=Diet(dislikes=("香菜",))
    )
    await registry.change_elder(
        wang.id, change, version=wang.version, by=CHEN, now=MORNING
    )
    after = await registry.elder_by_id(cast.wang)
    assert (after.name, after.phone_tail, after.id_tail) == ("王秀莹", "8000", "0042")
    assert after.household_id == wang.household_id
    assert [p.id for p in await registry.search("wxy")] == [cast.wang]
    with pytest.raises(Refusal, match="changed_meanwhile"):
        await registry.change_elder(
            wang.id, change, version=wang.version, by=CHEN, now=MORNING
        )


async def test_two_who_correct_at_the_same_moment_do_not_overwrite_each_other(
    database: Engine,
) -> None:
    cast = await enter()
    li = await registry.elder_by_id(cast.li)
    answers = await asyncio.gather(
        *(
            registry.change_elder(
                li.id,
                NewElder("李德福", "male", li.birth_date, id_note=note),
                version=li.version,
                by=CHEN,
                now=MORNING,
            )
            for note in ("甲", "乙", "丙")
        ),
        return_exceptions=True,
    )
    refused = [a.code for a in answers if isinstance(a, Refusal)]
    assert refused == ["changed_meanwhile"] * 2


async def test_one_id_number_enrolled_at_once_is_one_person(database: Engine) -> None:
    cast = await enter()
    person = NewElder(
        "陈桂兰", "female", date(1949, 12, 31), id_number="11010519491231002X"
    )
    answers = await asyncio.gather(
        *(
            registry.enrol(person, kitchen_id=cast.kitchen, by=CHEN, now=MORNING)
            for _ in range(3)
        ),
        return_exceptions=True,
    )
    refused = [a.code for a in answers if isinstance(a, Refusal)]
    assert refused == ["id_number_registered"] * 2
    assert len(await registry.search("陈桂兰")) == 1


async def test_every_change_is_in_the_persons_history(database: Engine) -> None:
    cast = await enter()
    await registry.set_state(
        cast.wang, "paused", TODAY, None, "住院", by=CHEN, now=MORNING
    )
    newest = (await registry.history_of(cast.wang))[0]
    assert (newest.action, newest.by, newest.reason) == (
        "elder.paused",
        "陈经理",
        "住院",
    )
    assert await audit.verify() is None


async def test_a_look_at_a_number_needs_a_reason_and_is_logged(
    database: Engine,
) -> None:
    cast = await enter()
    with pytest.raises(Refusal, match="reason_missing"):
        await registry.reveal(cast.wang, "phone", " ", by=CHEN, now=MORNING)
    number = await registry.reveal(
        cast.wang, "phone", "打电话确认", by=CHEN, now=MORNING
    )
    assert number == "13800138000"
    newest = (await registry.history_of(cast.wang))[0]
    assert (newest.action, newest.reason) == ("reveal.phone", "打电话确认")
    assert "13800138000" not in str(newest)


# Finding


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("王秀英", ["王秀英"]),
        ("wxy", ["王秀英"]),
        ("lidefu", ["李德福"]),
        ("8000", ["王秀英"]),  # end of the phone
        ("0042", ["王秀英"]),  # end of the ID number
        ("330102194511030042", ["王秀英"]),
        ("13800138000", ["王秀英"]),
        ("8800111277", ["李德福"]),  # a card
        ("朝阳里7", ["王秀英"]),  # a building
        ("秀", ["王秀英", "赵秀兰"]),
        ("", []),
        ("   ", []),
        ("%", []),
        ("'; DROP TABLE elder; --", []),
        ("没这个人", []),
    ],
)
async def test_people_are_found_by_anything_that_names_them(
    database: Engine, typed: str, names: list[str]
) -> None:
    await enter()
    assert [person.name for person in await registry.search(typed)] == names


async def test_a_scope_hides_everybody_else(database: Engine) -> None:
    cast = await enter()
    own = Scope(cast.kitchen, cast.chaoyang)
    assert await registry.ids_within(own) == [cast.li]
    assert await registry.search_within(own, "周建国") == []
    assert not await registry.sees(own, cast.zhou)
    inside = Scope(cast.kitchen, area_ids=frozenset({cast.community}))
    assert len(await registry.ids_within(inside)) == 4
    outside = Scope(cast.kitchen, area_ids=frozenset({cast.street}))
    assert await registry.ids_within(outside) == []
    assert await registry.ids_within(Scope(cast.kitchen + 1)) == []


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (Filters(), ["周建国", "李德福", "王秀英", "赵秀兰"]),
        (Filters(text="秀"), ["王秀英", "赵秀兰"]),
        (Filters(way="deliver"), ["王秀英", "赵秀兰"]),
        (Filters(point_id=0), ["王秀英", "赵秀兰"]),
        (Filters(diet="allergy"), ["李德福"]),
        (Filters(diet="soft"), ["王秀英"]),
        (Filters(diet="low_salt"), ["王秀英"]),
        (Filters(diet="vegetarian"), []),
        (Filters(category="living_alone"), ["王秀英"]),
        (Filters(unplaced=True), ["赵秀兰"]),
        (Filters(state="paused"), ["周建国"]),
        (Filters(state="active", way="dine_in"), ["李德福"]),
    ],
)
async def test_a_list_is_narrowed_by_every_filter(
    database: Engine, filters: Filters, names: list[str]
) -> None:
    cast = await enter()
    await registry.set_state(
        cast.zhou, "paused", TODAY, None, "探亲", by=CHEN, now=MORNING
    )
    found = await registry.people_list(Scope(cast.kitchen), filters, TODAY)
    assert [person.name for person in found.people] == names
    assert found.total == len(names)
    assert found.counts == {"active": 3, "paused": 1}


async def test_a_list_comes_in_pages(database: Engine) -> None:
    cast = await enter()
    found = await registry.people_list(
        Scope(cast.kitchen), Filters(), TODAY, limit=3, offset=3
    )
    assert ([p.name for p in found.people], found.total) == (["赵秀兰"], 4)


async def test_who_is_enrolled_before_eight_is_enrolled_today(database: object) -> None:
    """07:00 in Shanghai is 23:00 of the day before in UTC."""
    cast = await enter()
    early = MORNING - timedelta(hours=1, minutes=5)
    person = NewElder(
        name="吴玉兰",
        sex="female",
        birth_date=date(1944, 5, 6),
        categories=("living_alone",),
        address=NewAddress(cast.community, "朝阳里", "8号楼"),
    )
    elder = await registry.enrol(person, kitchen_id=cast.kitchen, by=CHEN, now=early)
    assert (await registry.elder_by_id(elder)).enrolled_on == TODAY
    [category] = await registry.categories_of(elder)
    assert category.valid_from == TODAY


async def test_two_desks_never_give_one_member_number_twice(
    database: object,
) -> None:
    cast = await enter()
    person = NewElder(name="吴玉兰", sex="female", birth_date=date(1944, 5, 6))
    made = await asyncio.gather(
        *(
            registry.enrol(person, kitchen_id=cast.kitchen, by=CHEN, now=MORNING)
            for _ in range(5)
        )
    )
    assert len(set(made)) == 5
