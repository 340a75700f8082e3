"""One load of the day, many papers: no portion is lost between them."""

import datetime as dt
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import routing
from app import paper_poster
from app.morning import MAKERS, Morning, morning_for, papers_of
from app.paper_html import document_for
from app.paper_scene import Office
from app.papers import (
    DriverSheet,
    Labels,
    LoadCard,
    PackingGrid,
    Paper,
    ProductionSheet,
    Roster,
    UnplacedList,
)
from app.print_options import PrintOptions
from app.print_store import PrintStore
from app.printing import render
from app.words.diets import key_word_list
from kitchen import (
    demo,
    food,
    headcounts,
    menus,
    places,
    production,
    registry,
    round_changes,
    round_publishing,
    sealing,
)
from kitchen.database import Engine, rows, update_row, writing
from kitchen.elders import elders_by_id, elders_of, states_on
from kitchen.headcounts import SpareFacts
from kitchen.meal_prices import price_people
from kitchen.names import masked_name
from kitchen.people_tables import Elder
from kitchen.round_inputs import inputs_for
from kitchen.round_plans import latest_plan
from kitchen.rounds import problem_for, proposal_of
from tests.prints.conftest import texts
from tests.prints.samples import STAMP

DAY = dt.date(2026, 11, 24)
NOW = dt.datetime(2026, 11, 23, 23, 0, tzinfo=dt.UTC)
OFFICE = Office(
    ZoneInfo("Asia/Shanghai"), "暖餐助餐服务社", "https://meals.example.org"
)


async def a_morning(people: int, seed: int, *, rounds: bool = True) -> Morning:
    """A demo community with a closed count, spares, and a floor plan of rounds."""
    made = await demo.build(
        people=people, seed=seed, today=DAY, now=NOW, password_hash="x"
    )
    kitchen = made.kitchen_id
    spare = SpareFacts(0, None, "spare", "regular", 4)
    await headcounts.close_headcount(
        kitchen, DAY, "lunch", spares=[spare], by=demo.MAKER, now=NOW
    )
    if rounds:
        inputs = await inputs_for(kitchen, DAY, "lunch")
        problem, groups = await problem_for(kitchen, DAY, "lunch")
        solution = routing.solve(problem, seconds=0, engine="floor")
        proposal = proposal_of(inputs, solution, groups)
        await round_publishing.save_plan(inputs, proposal, by=demo.MAKER, now=NOW)
    return await morning_for(kitchen, DAY, "lunch", OFFICE, PrintOptions())


def of_kind(papers: list[Paper], kind: type[Paper]) -> list[Paper]:
    return [paper for paper in papers if isinstance(paper, kind)]


@pytest.mark.parametrize(("people", "seed"), [(40, 1), (90, 2), (90, 3)])
async def test_every_portion_is_on_its_papers_once(
    database: Engine, people: int, seed: int
) -> None:
    morning = await a_morning(people, seed)
    papers, orders = papers_of(morning), morning.today.orders
    total = sum(order.portions for order in orders)
    by_way = Counter[str]()
    for order in orders:
        by_way[order.way if order.elder_id else "spare"] += order.portions

    (wall,) = of_kind(papers, ProductionSheet)
    (grid,) = of_kind(papers, PackingGrid)
    assert isinstance(wall, ProductionSheet)
    assert isinstance(grid, PackingGrid)
    assert wall.portions == total == sum(grid.totals)

    sheets = [p for p in papers if isinstance(p, DriverSheet)]
    lists = [p for p in papers if isinstance(p, UnplacedList)]
    doors = sum(load.portions for sheet in sheets for load in sheet.door_loads)
    waiting = sum(
        person.portions
        for page in lists
        for person in page.people
        if not person.why.startswith("不能吃")  # on a round, only a dish is open
    )
    assert doors + waiting == by_way["deliver"]
    visited = [v.key for s in sheets for v in s.visits if not v.is_point]
    assert len(visited) == len(set(visited))

    labels = [box for p in papers if isinstance(p, Labels) for box in p.labels]
    assert len(labels) == by_way["deliver"] + by_way["collect"] + 4
    owners = [(b.diner_id, b.spare_id, b.portion) for b in labels]
    assert len(owners) == len(set(owners))

    rosters = [p for p in papers if isinstance(p, Roster)]
    listed = sum(row.portions for page in rosters for row in page.rows)
    assert listed == by_way["dine_in"] + by_way["collect"]


async def test_what_is_loaded_is_what_is_labelled(database: Engine) -> None:
    papers = papers_of(await a_morning(90, 4))
    labelled = {p.subject: len(p.labels) for p in papers if isinstance(p, Labels)}
    for sheet in papers:
        if isinstance(sheet, DriverSheet) and sheet.door_loads:
            loaded = sum(load.portions for load in sheet.door_loads)
            assert labelled[sheet.subject] == loaded
    for paper in papers:
        if isinstance(paper, LoadCard):
            for card in paper.cards:
                assert card.portions == sum(load.portions for load in card.loads)


async def test_a_box_goes_to_the_door_its_diet_asks_for_the_last_stop_first(
    database: Engine,
) -> None:
    """Box, driver's line, load sheet and crate card of a round come from the same rows:
    a box with another allergy than its door's can be on none of them."""
    morning = await a_morning(90, 8)
    papers = papers_of(morning)
    orders = {order.diner_id: order for order in morning.today.orders}
    labels = {p.subject: p.labels for p in papers if isinstance(p, Labels)}
    cards = {p.subject: p.cards for p in papers if isinstance(p, LoadCard)}
    seen = Counter[str]()
    for sheet in papers:
        if not isinstance(sheet, DriverSheet) or not sheet.door_loads:
            continue
        boxes, doors = (
            labels[sheet.subject],
            [v for v in sheet.visits if not v.is_point],
        )
        assert [box.code for box in boxes] == [
            door.code for door in reversed(doors) for _portion in range(door.portions)
        ]
        wanted = {door.code: (door.key, door.diet) for door in doors}
        for box in boxes:
            order = orders[box.diner_id]
            assert wanted[box.code] == (f"elder:{order.elder_id}", box.diet)
            assert set(key_word_list(order.diet.key)) <= {*box.diet, "普通"}
        by_diet = Counter(orders[box.diner_id].diet.key for box in boxes)
        assert {load.key: load.portions for load in sheet.door_loads} == by_diet
        (bags, *_containers) = cards[sheet.subject]
        assert bags.loads == sheet.door_loads
        seen += by_diet
    assert len(seen) > 3, "a morning with diets"
    assert any("allergy" in key for key in seen)


async def test_before_any_rounds_everyone_waits_and_nobody_is_lost(
    database: Engine,
) -> None:
    morning = await a_morning(40, 5, rounds=False)
    (page,) = [p for p in papers_of(morning) if isinstance(p, UnplacedList)]
    driven = [o for o in morning.today.orders if o.way == "deliver" and o.elder_id]
    waiting = [p for p in page.people if not p.why.startswith("不能吃")]
    assert {person.number for person in waiting} == {o.number for o in driven}
    reasons = {person.why.split("；")[0] for person in waiting}
    assert reasons <= {"没有地址", "没有坐标", "还没有排进线路"}


async def test_a_dish_nobody_has_decided_about_is_marked_on_every_paper(
    database: Engine,
) -> None:
    """On the box, on the driver's sheet and on the list, with the dish by name; their
    portion is counted like any other."""
    await a_morning(90, 8)
    peanuts = next(d for d in (await food.dishes()).values() if "peanut" in d.allergens)
    kitchen = (await places.kitchens())[0].id
    row: tuple[str, int] = ("A", 1)
    await menus.set_dish(
        kitchen, DAY, "lunch", *row, peanuts.id, by=demo.MAKER, now=NOW
    )
    morning = await morning_for(kitchen, DAY, "lunch", OFFICE, PrintOptions())
    clashing = {
        one.eater.elder_id: [dish.name for dish in one.dishes]
        for one in morning.today.waiting
        if one.dishes
    }
    orders = {order.elder_id: order for order in morning.today.orders}
    allergic = {e for e, o in orders.items() if "peanut" in o.diet.allergies}
    assert allergic <= {e for e, names in clashing.items() if peanuts.name in names}
    open_people = {elder: orders[elder] for elder in clashing}
    assert {order.way for order in open_people.values()} >= {"deliver", "dine_in"}
    papers = papers_of(morning)
    (page,) = [p for p in papers if isinstance(p, UnplacedList)]
    told = {p.number: p.why.split("；")[-1] for p in page.people if "还没定" in p.why}
    assert told == {
        order.number: f"不能吃{'、'.join(clashing[elder])}，还没定怎么办"
        for elder, order in open_people.items()
    }
    boxes = {
        box.diner_id
        for paper in papers
        if isinstance(paper, Labels)
        for box in paper.labels
        if "忌口未定" in box.diet
    }
    assert boxes == {o.diner_id for o in open_people.values() if o.way != "dine_in"}
    visits = {
        visit.key
        for paper in papers
        if isinstance(paper, DriverSheet)
        for visit in paper.visits
        if "忌口未定" in visit.diet
    }
    brought = {f"elder:{e}" for e, o in open_people.items() if o.way == "deliver"}
    waiting = {f"elder:{order.elder_id}" for order in morning.waiting}
    assert visits == brought - waiting


async def test_the_poster_says_what_there_is_all_week_and_what_everybody_pays(
    database: Engine,
) -> None:
    """Dishes as the menu's rows have them; self-pay and subsidy as each member of the
    community is charged, and the list price for whoever is not entitled."""
    morning = await a_morning(60, 6, rounds=False)
    [poster] = papers_of(morning, ["menu"])
    [drawn] = await render([document_for(poster, STAMP)])
    said = "".join(texts(drawn.pdf))
    monday = DAY - dt.timedelta(days=DAY.weekday())
    dishes = await rows(
        "SELECT DISTINCT d.name AS name FROM menu_dish m JOIN dish d ON d.id = m.dish"
        " WHERE m.meal = 'lunch' AND m.day >= {} AND m.day <= {}",
        monday,
        monday + dt.timedelta(days=4),
    )
    assert len(dishes) > 10
    assert [dish["name"] for dish in dishes if dish["name"] not in said] == []
    everyone = [row["id"] for row in await rows("SELECT id FROM elder")]
    people = await elders_by_id(everyone)
    [kitchen] = {person.kitchen_id for person in people.values()}
    prices = (await price_people(people, kitchen, DAY, "lunch")).values()
    assert len(prices) == 60
    for price in prices:
        left = price.list_price_fen - price.self_pay_fen
        assert f"{price.self_pay_fen / 100:.2f}{left / 100:.2f}" in said
    full = f"{morning.today.service.list_price_fen / 100:.2f}"
    assert f"其他人{full}0.00" in said
    assert f"餐标{full}元" in said
    for day in range(5):
        assert f"{monday + dt.timedelta(days=day):%-m月%-d日}" in said


async def test_the_poster_wishes_this_weeks_birthdays_well_and_names_nobody_whole(
    database: Engine,
) -> None:
    """On the day of each; who has died or is away is not there, a large kitchen's many
    are counted."""
    morning = await a_morning(60, 6, rounds=False)
    kitchen = morning.today.kitchen.id
    everyone = await elders_of(kitchen)
    away = await states_on(kitchen, DAY + dt.timedelta(days=6))
    here = [person for person in everyone if person.id not in away]
    born = {
        here[0].id: "1940-11-24",
        here[1].id: "1951-11-29",
        here[2].id: "1939-11-30",
    }
    died = next(person for person in here[3:] if person.name != here[0].name)
    born[died.id] = "1933-11-25"
    async with writing():
        for person in everyone:
            birth = dt.date.fromisoformat(born.get(person.id, "1944-06-01"))
            await update_row(Elder, person.id, {"birth_date": birth})
    state = ("deceased", DAY - dt.timedelta(days=1), None, "家属来电")
    await registry.set_state(died.id, *state, by=demo.MAKER, now=NOW)

    morning = await morning_for(kitchen, DAY, "lunch", OFFICE, PrintOptions())
    [poster] = papers_of(morning, ["menu"])
    [drawn] = await render([document_for(poster, STAMP)])
    said = "".join(texts(drawn.pdf))
    wish = (
        f"周二{masked_name(here[0].name)}；周日{masked_name(here[1].name)}·祝生日快乐"
    )
    assert f"本周寿星{wish}" in said
    assert here[0].name not in said
    assert paper_poster.birthday_words({DAY: ["王秀英"] * 11}) == "11 位老人"
    assert "birthdays" in poster.lines()  # a paper held goes stale


async def test_the_wall_names_nobody(database: Engine) -> None:
    morning = await a_morning(90, 6)
    names = [order.name for order in morning.today.orders if order.name]
    for paper in papers_of(morning, ("production", "packing", "purchase")):
        drivers = {view.driver_name for view in morning.views}
        said = repr(paper)
        assert not [name for name in names if name in said and name not in drivers]


async def test_an_empty_round_prints_nothing(database: Engine) -> None:
    morning = await a_morning(40, 7)
    kitchen = morning.today.kitchen.id
    before = {p.subject for p in papers_of(morning) if isinstance(p, DriverSheet)}
    plan = await latest_plan(kitchen, DAY, "lunch")
    assert plan is not None
    await round_changes.add_round(plan.facts.id, by=demo.MAKER, now=NOW)
    plan = await latest_plan(kitchen, DAY, "lunch")
    assert plan is not None
    empty = f"round:{plan.rounds[-1].number}"
    again = await morning_for(kitchen, DAY, "lunch", OFFICE, PrintOptions())
    after = papers_of(again)
    assert {p.subject for p in after if isinstance(p, DriverSheet)} == before
    assert empty not in {p.subject for p in after}


async def test_the_same_day_gives_the_same_papers(database: Engine) -> None:
    morning = await a_morning(40, 7)
    kitchen = morning.today.kitchen.id
    again = await morning_for(kitchen, DAY, "lunch", OFFICE, PrintOptions())
    first = [paper.digest for paper in papers_of(morning)]
    assert first == [paper.digest for paper in papers_of(again)]


async def test_labels_say_the_sooner_time_until_everything_is_cooked(
    database: Engine,
) -> None:
    morning = await a_morning(40, 8)
    kitchen, dishes = morning.today.kitchen.id, morning.today.sheet.dishes
    planned = morning.scene.times
    assert not planned.earlier
    early = dt.datetime(2026, 11, 24, 1, 30, tzinfo=dt.UTC)  # 09:30 on the wall
    await production.record_batch(
        kitchen,
        DAY,
        "lunch",
        dishes[0].dish.id,
        20,
        early,
        850,
        by=demo.MAKER,
        now=early + dt.timedelta(minutes=5),
    )
    again = await morning_for(kitchen, DAY, "lunch", OFFICE, PrintOptions())
    assert again.scene.times.made_at == "09:30"
    assert again.scene.times.eat_before == "11:30"
    assert again.scene.times.earlier
    before = {p.subject: p.digest for p in papers_of(morning, ("labels",))}
    after = {p.subject: p.digest for p in papers_of(again, ("labels",))}
    assert before.keys() == after.keys()
    assert all(before[subject] != after[subject] for subject in before)


async def test_a_draft_says_so_and_is_another_paper(database: Engine) -> None:
    morning = await a_morning(40, 9)
    drafts = [p for p in papers_of(morning, ("sheet",)) if isinstance(p, DriverSheet)]
    assert all(p.draft and p.digest.endswith(":draft") for p in drafts)
    plan = await latest_plan(morning.today.kitchen.id, DAY, "lunch")
    assert plan is not None
    await round_publishing.publish(plan.facts.id, "演示", by=demo.MAKER, now=NOW)
    kitchen = morning.today.kitchen.id
    again = await morning_for(kitchen, DAY, "lunch", OFFICE, PrintOptions())
    sheets = [p for p in papers_of(again, ("sheet",)) if isinstance(p, DriverSheet)]
    assert not any(p.draft for p in sheets)
    assert sheets[0].qr_text.startswith("https://meals.example.org/")


# The kept pages


def test_kept_pages_are_sealed_and_come_back(tmp_path: Path) -> None:
    store = PrintStore(tmp_path / "prints")
    assert store.get("run-1") is None
    store.put("run-1", b"%PDF names and doors")
    assert store.get("run-1") == b"%PDF names and doors"
    (file,) = (tmp_path / "prints").iterdir()
    assert b"names" not in file.read_bytes()
    (tmp_path / "prints" / "run-2.pdf.sealed").write_bytes(file.read_bytes())
    assert store.get("run-2") is None  # another print's pages are refused
    sealing.use(sealing.Keyring.new())
    assert store.get("run-1") is None  # and so are those of another key


def test_old_pages_are_forgotten(tmp_path: Path) -> None:
    store = PrintStore(tmp_path)
    store.put("run-1", b"pages")
    now = dt.datetime.now(dt.UTC)
    assert store.forget(now) == 0
    assert store.forget(now + dt.timedelta(days=63)) == 1
    assert store.get("run-1") is None


@pytest.mark.parametrize("name", ["../keys", "run 1", "", "run/1"])
def test_a_name_that_could_leave_the_folder_is_refused(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(ValueError, match="not a name"):
        PrintStore(tmp_path).get(name)


@pytest.mark.parametrize("rounds", [True, False])
async def test_the_outline_of_a_morning_names_the_same_papers(
    database: Engine, rounds: bool
) -> None:
    morning = await a_morning(90, 5, rounds=rounds)
    kitchen = morning.today.kitchen.id
    outline = await morning_for(
        kitchen, DAY, "lunch", OFFICE, PrintOptions(), outline=True
    )
    names = [(p.kind, p.subject, p.holder) for p in papers_of(morning)]
    assert [(p.kind, p.subject, p.holder) for p in papers_of(outline)] == names
    assert len(names) > 5


@pytest.mark.parametrize("strict", [False, True])
async def test_a_paper_made_alone_says_what_it_says_among_all(
    database: Engine, strict: bool
) -> None:
    options = PrintOptions(strict_names=strict)
    kitchen = (await a_morning(90, 5)).today.kitchen.id
    whole = await morning_for(kitchen, DAY, "lunch", OFFICE, options)
    for kind in MAKERS:
        alone = await morning_for(kitchen, DAY, "lunch", OFFICE, options, kinds=[kind])
        digests = [paper.digest for paper in papers_of(alone, [kind])]
        assert digests == [paper.digest for paper in papers_of(whole, [kind])], kind
