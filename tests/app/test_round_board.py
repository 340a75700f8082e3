"""The board's offers, prices and steps as a dispatcher's browser asks for them."""

import asyncio
import json
import re
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, permutations

import pytest

from app.asgi import create_app
from app.board_pages import running_job
from app.jobs import JobFacts
from app.jobs import job_by_id as found_job
from app.proposing import JOB, Wish, propose
from app.settings import Settings
from app.timeline import axis_of, bars_of
from app.words.proposals import found_words, price_words
from kitchen import round_changes, round_publishing
from kitchen.boards import board
from kitchen.coordinates import gcj02_from_wgs84
from kitchen.drivers import DriverFields, change_driver, drivers_for
from kitchen.errors import Refusal
from kitchen.places import services_for, set_service
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_plans import Plan, latest_plan
from kitchen.round_prices import best_places, totals_of
from kitchen.round_proposals import compared, open_proposal
from kitchen.round_scopes import task_for
from kitchen.round_steps import shape_of
from kitchen.rounds import timetable
from kitchen.standing_rounds import standing_of
from kitchen.stops import Key
from kitchen.timetables import Fault, Span
from tests.app.client import Client, Clock, SignInAs
from tests.app.conftest import children_alive
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast
from tests.kitchen.test_round_board import a_street

BOARD = f"/rounds/{TODAY}/lunch"
BY = {"by": CHEN, "now": MORNING}


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "rounds", "drivers", "jobs", "headcounts")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"solver_seconds": 2})


@pytest.fixture
async def street(app: object) -> Cast:
    cast, _inputs, _plan = await a_street()
    return cast


async def job_by_id(job_id: int) -> JobFacts:
    job = await found_job(job_id)
    assert job is not None
    return job


async def now(cast: Cast) -> Plan:
    plan = await latest_plan(cast.kitchen, TODAY, "lunch")
    assert plan is not None
    return plan


async def crooked(cast: Cast) -> Plan:
    """Rounds that anybody could better: the first half of each driven backwards."""
    plan = await now(cast)
    big = max(plan.rounds, key=lambda row: len(plan.stops_of(row.id)))
    keys = plan.stops_of(big.id)
    for stop in keys[: len(keys) // 2]:
        await round_changes.move_stop(
            next(s.id for s in (await now(cast)).stops if s.key == stop.key),
            big.id,
            99,
            **BY,
        )
    return await now(cast)


async def test_the_solver_searches_beside_the_rounds_and_offers(
    street: Cast, manager: Client
) -> None:
    plan = await crooked(street)
    before = shape_of(plan)
    await manager.submit(f"{BOARD}/solving", scope="unlocked")
    job = await running_job(street.kitchen, TODAY, "lunch")
    assert job is not None
    text = (await manager.get(BOARD)).text  # a page opened again finds the search
    assert f"/solving/{job.id}/events" in text
    await manager.submit(f"{BOARD}/solving", scope="unlocked")  # twice is one search
    events = await manager.get(f"{BOARD}/solving/{job.id}/events")
    assert events.headers["content-type"].startswith("text/event-stream")
    told = [line[6:] for line in events.text.splitlines() if line.startswith("data: {")]
    assert told
    assert {"percent", "note"} == set(json.loads(told[0]))
    assert "event: over" in events.text
    assert shape_of(await now(street)) == before
    found = await open_proposal(street.kitchen, TODAY, "lunch")
    assert found is not None
    text = (await manager.get(BOARD)).text
    assert f"/rounds/offers/{found.id}/acceptance" in text
    page = (await manager.get(f"/rounds/offers/{found.id}")).text
    assert "方案对比" in page
    await manager.submit(f"/rounds/offers/{found.id}/acceptance")
    offered = tuple(order for order in found.shape.orders if order.keys)
    assert shape_of(await now(street)).orders == offered
    assert "撤销：接受方案" in (await manager.get(BOARD)).text


async def test_what_was_found_so_far_is_told_while_the_search_goes_on(
    street: Cast,
) -> None:
    """In minutes, late doors and elders who change driver, not in a solver's scores.

    So few doors have settled long before a minute is over."""
    plan = await crooked(street)
    told: list[str] = []

    async def tell(_percent: int, note: str) -> None:
        told.append(note)

    found = await propose(
        street.kitchen, TODAY, "lunch", Wish("unlocked", None, 60.0), tell=tell, **BY
    )
    assert found is not None
    assert "已用" in told[0]
    said = [re.search(r"少 (\d+) 分 · 晚到 0→0 · (\d+) 户换送餐员", n) for n in told]
    minutes = [int(one[1]) for one in said if one]
    assert minutes, told
    assert minutes == sorted(minutes), "what is found only gets better"
    assert shape_of(await now(street)) == shape_of(plan)


async def test_an_offer_that_nobody_wants_is_put_away(
    street: Cast, manager: Client
) -> None:
    plan = await crooked(street)
    await propose(street.kitchen, TODAY, "lunch", Wish("unlocked", None, 1.0), **BY)
    offer = await open_proposal(street.kitchen, TODAY, "lunch")
    assert offer is not None
    assert f"/rounds/offers/{offer.id}/refusal" in (await manager.get(BOARD)).text
    answer = await manager.submit(f"/rounds/offers/{offer.id}/refusal")
    assert answer.status_code == 303
    page = (await manager.get(BOARD)).text
    assert f"/rounds/offers/{offer.id}" not in page
    assert "没有采用，线路没有动" in page
    assert shape_of(await now(street)) == shape_of(plan)


async def test_rounds_that_leave_fewer_out_than_any_answer_are_called_good(
    street: Cast,
) -> None:
    """Everybody on one round, late: the solver would leave some at home, which is
    worse. Nothing is offered, and nobody is told that it gave no answer."""
    plan = await now(street)
    *_points, big, other, last = plan.rounds
    for row in (other, last):
        for stop in (await now(street)).stops_of(row.id):
            await round_changes.move_stop(stop.id, big.id, 1, **BY)
    service = (await services_for(street.kitchen, TODAY))["lunch"]
    short = replace(service, serve_to_minutes=service.depart_minutes + 12)
    await set_service(street.kitchen, short, **BY)
    inputs = await inputs_for(street.kitchen, TODAY, "lunch")
    late = timetable(inputs, (await now(street)).orders).rounds[big.number].late
    assert late
    found = await propose(
        street.kitchen, TODAY, "lunch", Wish("round", big.number, 1.0), **BY
    )
    assert found is None or found.waiting_after == found.waiting_before


async def test_last_weeks_rounds_are_there_as_soon_as_the_count_is_closed(
    street: Cast, sign_in_as: SignInAs, clock: Clock
) -> None:
    plan = await now(street)
    await round_publishing.publish(plan.facts.id, "陈经理", **BY)
    clock.forward(days=7)
    manager = await sign_in_as("manager", kitchen_id=street.kitchen)
    day = TODAY + timedelta(days=7)
    assert (await manager.submit(f"/headcounts/{day}/lunch/closure")).status_code == 303
    begun = await latest_plan(street.kitchen, day, "lunch")
    assert begun is not None
    assert (begun.facts.engine, begun.facts.version) == ("habit", 1)
    drivers = [(row.number, row.driver_id) for row in plan.rounds]
    again = [(row.number, row.driver_id) for row in begun.rounds]
    assert {*again} <= {*drivers}  # whoever was added late eats that once only
    assert any(begun.stops_of(row.id) for row in begun.rounds)
    text = (await manager.get(f"/rounds/{day}/lunch")).text
    assert text.count('data-round="') == len(again)
    assert "第 1 版草稿" in text


async def test_a_new_elder_gets_the_best_places_with_their_price(
    street: Cast, manager: Client
) -> None:
    plan = await now(street)
    stop = next(s for s in plan.stops if s.round_id and s.key[0] == "diner")
    await round_changes.unassign(stop.id, **BY)
    plan = await now(street)
    waiting = next(s for s in plan.stops_of(None) if s.key == stop.key)
    page = (await manager.get(f"/rounds/stops/{waiting.id}")).text
    assert "推荐放在" in page
    places = page.split('class="places"')[1].split("</ol>")[0]
    inputs = await inputs_for(street.kitchen, TODAY, "lunch")
    best = best_places(inputs, plan.orders, stop.key)
    told = re.findall(r"第 (\d+) 趟第 (\d+) 站 <b>(.*?)</b>", places)
    assert told == [
        (str(one.number), str(one.position), price_words(one.change)) for one in best
    ]
    first = best[0]
    row = next(r for r in plan.rounds if r.number == first.number)
    await manager.submit(
        f"/rounds/stops/{waiting.id}/place", round=row.id, position=first.position
    )
    after = shape_of(await now(street))
    order = next(o for o in after.orders if o.number == first.number)
    assert order.keys[first.position - 1] == stop.key
    before = totals_of(inputs, plan.orders)
    assert totals_of(inputs, after.orders) - before == first.change


async def test_a_waiting_door_is_told_what_would_let_it_in(
    street: Cast, manager: Client
) -> None:
    for driver in await drivers_for(street.kitchen):
        fields = {
            f.name: getattr(driver, f.name) for f in dataclass_fields(DriverFields)
        }
        fewer = DriverFields(**{**fields, "capacity": 2, "max_rounds": 1})
        await change_driver(driver.id, fewer, **BY)
    plan = await now(street)
    big = max(plan.rounds, key=lambda row: len(plan.stops_of(row.id)))
    stop = next(s for s in plan.stops_of(big.id) if s.key[0] == "diner")
    await round_changes.unassign(stop.id, **BY)
    waiting = next(s for s in (await now(street)).stops_of(None) if s.key == stop.key)
    page = (await manager.get(f"/rounds/stops/{waiting.id}")).text
    helps = page.split("怎样就排得上")[1].split("</ul>")[0]
    assert re.search(r"多带 \d+ 份", helps), helps


async def test_a_stopped_search_keeps_the_best(street: Cast, manager: Client) -> None:
    await crooked(street)
    for _ in range(1_200):
        if await open_proposal(street.kitchen, TODAY, "lunch"):
            break
        # Once; again only if so loaded a machine gave the solver no time to answer.
        await manager.submit(f"{BOARD}/solving", scope="unlocked")
        await asyncio.sleep(0.1)
    await manager.submit(f"{BOARD}/solving/stop")
    assert await running_job(street.kitchen, TODAY, "lunch") is None
    assert await open_proposal(street.kitchen, TODAY, "lunch") is not None
    assert "全部接受" in (await manager.get(BOARD)).text


async def test_a_server_that_ends_takes_its_search_along(
    street: Cast, manager: Client, settings: Settings, no_child_left: None
) -> None:
    """At once, as it begins, while it runs, and while it is just being stopped."""
    wanted = {
        "kitchen_id": street.kitchen,
        "day": TODAY.isoformat(),
        "meal": "lunch",
        "seconds": 60,
        "staff_id": CHEN.staff_id,
        "name": CHEN.name,
        "role": CHEN.role,
        "at": MORNING.isoformat(),
    }
    quiet = children_alive()
    for moment in ("at once", "begun", "running", "stopping"):
        app = create_app(settings, areas=("signin",), own_database=False)
        async with app.lifespan():
            job = await app.state.jobs.start(JOB, "", wanted, None)
            for _ in range(3_000):
                begun = (await job_by_id(job)).state == "running"
                living = children_alive() != quiet
                if {"at once": True, "begun": begun}.get(moment, living):
                    break
                await asyncio.sleep(0.01)
            if moment == "stopping":
                await app.state.jobs.stop(job)
                await asyncio.sleep(0)  # the search hears of it and ends its child
        assert children_alive() == quiet, moment


async def test_one_round_is_accepted_and_the_rest_left(
    street: Cast, manager: Client
) -> None:
    await crooked(street)
    found = await propose(
        street.kitchen, TODAY, "lunch", Wish("unlocked", None, 2.0), **BY
    )
    assert found is not None
    assert found.rounds
    offer = await open_proposal(street.kitchen, TODAY, "lunch")
    assert offer is not None
    number = found.rounds[0]
    await manager.submit(f"/rounds/offers/{offer.id}/acceptance", number=str(number))
    after = shape_of(await now(street))
    wanted = next(o for o in offer.shape.orders if o.number == number)
    assert next(o for o in after.orders if o.number == number).keys == wanted.keys


def worths(
    inputs: Inputs, plan: Plan, number: int
) -> dict[tuple[Key, ...], tuple[int, ...]]:
    """Every order of a round's stops, and what the day would be worth with it."""
    base, found = shape_of(plan), {}
    for keys in permutations(next(o.keys for o in base.orders if o.number == number)):
        orders = [
            replace(o, keys=keys) if o.number == number else o for o in base.orders
        ]
        found[keys] = compared(inputs, base, replace(base, orders=tuple(orders))).worth
    return found


async def test_only_one_rounds_order_is_searched(street: Cast, manager: Client) -> None:
    """A round in the worst of all its orders is offered in the best of them."""
    *_points, big, other, _last = (await now(street)).rounds
    for stop in (await now(street)).stops_of(other.id):
        await round_changes.move_stop(stop.id, big.id, 1, **BY)
    inputs = await inputs_for(street.kitchen, TODAY, "lunch")
    worth = worths(inputs, await now(street), big.number)
    for key in max(worth, key=lambda keys: (worth[keys], keys)):
        stops = (await now(street)).stops_of(big.id)
        stop = next(one for one in stops if one.key == key)
        await round_changes.move_stop(stop.id, big.id, 99, **BY)
    plan = await now(street)
    order = next(o for o in plan.orders if o.number == big.number)
    task = task_for(inputs, plan, "round", order.number)
    moving = {drop.key for drop in task.inputs.drops}
    moving -= {key for kept in task.locked for key in kept.keys}
    assert moving == set(order.keys)
    assert [driver.id for driver in task.inputs.drivers] == [order.driver_id]
    found = await propose(
        street.kitchen, TODAY, "lunch", Wish("round", order.number, 2.0), **BY
    )
    assert found is not None
    assert found.rounds == (order.number,)
    assert found.worth == min(worth.values()) < worth[order.keys]
    assert found.changed_drivers == 0
    offer = await open_proposal(street.kitchen, TODAY, "lunch")
    assert offer is not None
    offered = {one.number: one for one in offer.shape.orders}
    for one in plan.orders:
        there = offered[one.number]
        assert (there.driver_id, set(there.keys)) == (one.driver_id, set(one.keys))
        assert (there.keys == one.keys) is (one.number != order.number)
    with pytest.raises(Refusal, match="round_unknown"):
        await propose(street.kitchen, TODAY, "lunch", Wish("round", 99, 1.0), **BY)


async def test_a_locked_round_and_a_locked_stop_are_not_moved_by_the_search(
    street: Cast,
) -> None:
    plan = await crooked(street)
    big = max(plan.rounds, key=lambda row: len(plan.stops_of(row.id)))
    await round_changes.lock_round(big.id, True, **BY)
    inputs = await inputs_for(street.kitchen, TODAY, "lunch")
    everything = task_for(inputs, await now(street), "all")
    assert (everything.locked, everything.pinned) == ((), None)  # locks put aside
    assert not everything.inputs.usual  # … and habits
    await propose(street.kitchen, TODAY, "lunch", Wish("unlocked", None, 1.0), **BY)
    offer = await open_proposal(street.kitchen, TODAY, "lunch")
    if offer is None:
        return  # nothing better beside the lock
    kept = next(o for o in plan.orders if o.number == big.number)
    mine = next(o for o in offer.shape.orders if o.number == big.number)
    assert (mine.keys, mine.driver_id) == (kept.keys, kept.driver_id)


async def test_a_dead_solver_leaves_the_rounds_and_says_so(street: Cast) -> None:
    before = shape_of(await now(street))
    with pytest.raises(Refusal, match="solver_silent"):
        await propose(
            street.kitchen,
            TODAY,
            "lunch",
            Wish("unlocked", None, 0.2),
            command=("/bin/false",),
            **BY,
        )
    assert shape_of(await now(street)) == before


async def test_the_words_of_an_offer_are_minutes_late_doors_and_faces(
    street: Cast,
) -> None:
    from app.round_desk import desk_for

    desk = await desk_for(street.kitchen, TODAY, "lunch")
    assert desk.plan is not None
    base = shape_of(desk.plan)
    words = found_words(compared(desk.inputs, base, base))
    assert words == "少 0 分 · 晚到 0→0 · 0 户换送餐员"


async def test_a_price_is_told_before_the_drop_and_holds(
    street: Cast, manager: Client
) -> None:
    plan = await now(street)
    stop = next(s for s in plan.stops if s.round_id and s.key[0] == "diner")
    target = next(r for r in plan.rounds if r.id != stop.round_id)
    answer = await manager.get(f"/rounds/stops/{stop.id}/prices?round={target.id}")
    found = answer.json()
    assert [p["position"] for p in found["places"]] == list(
        range(1, len(plan.stops_of(target.id)) + 2)
    )
    assert found["best"] in {p["position"] for p in found["places"]}
    off = (await manager.get(f"/rounds/stops/{stop.id}/prices?round=")).json()
    assert (off["number"], len(off["places"])) == (None, 1)
    page = (await manager.get(f"/rounds/stops/{stop.id}")).text
    for word in ("为什么在这里", "换到别的趟", "移到未编"):
        assert word in page
    back = (await manager.get(f"/rounds/trips/{target.id}/reversal")).json()
    assert set(back) == {"position", "words", "breaks"}


async def test_an_old_board_is_told_that_it_is_old(
    street: Cast, manager: Client
) -> None:
    plan = await now(street)
    await round_publishing.publish(plan.facts.id, "陈经理", **BY)
    stop = next(s for s in plan.stops if s.round_id)
    await round_changes.unassign(stop.id, **BY)
    answer = await manager.get(f"/rounds/stops/{stop.id}/prices?round=")
    assert answer.status_code == 409


async def test_htmx_gets_the_board_after_a_move_and_undo_brings_it_back(
    street: Cast, manager: Client
) -> None:
    plan = await now(street)
    stop = next(s for s in plan.stops if s.round_id and s.key[0] == "diner")
    target = next(r for r in plan.rounds if r.id != stop.round_id)
    answer = await manager.submit(
        f"/rounds/stops/{stop.id}/place", htmx=True, round=target.id, position="1"
    )
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "撤销：移动一站" in answer.text
    step = answer.text.split('name="step" value="')[1].split('"')[0]
    await manager.submit(f"/rounds/plans/{plan.facts.id}/undo", step=step)
    assert shape_of(await now(street)) == shape_of(plan)


async def test_rows_drawn_before_are_shown_in_each_language_and_with_each_change(
    street: Cast, manager: Client
) -> None:
    """A round's rows are kept as they were drawn: only for the very same ones."""

    def rows_of(page: str) -> dict[str, str]:
        rounds = re.findall(
            r'<ol class="stops" data-list="(\d+)">(.*?)</ol>', page, re.S
        )
        return dict(rounds)

    first = rows_of((await manager.get(BOARD)).text)
    assert rows_of((await manager.get(BOARD)).text) == first
    manager.cookies.set("nuancan_language", "en", domain="nuancan.local")
    english = rows_of((await manager.get(BOARD)).text)
    assert any("stairs" in rows for rows in english.values())
    assert not any("stairs" in rows for rows in first.values())
    manager.cookies.delete("nuancan_language")
    plan = await now(street)
    stop = next(stop for stop in plan.stops if stop.round_id)
    await round_changes.lock_stop(stop.id, True, **BY)
    after = rows_of((await manager.get(BOARD)).text)
    changed = [trip for trip in first if after.get(trip) != first[trip]]
    assert len(changed) == 1
    assert "data-locked" in after[changed[0]]


async def test_a_missing_driver_is_one_act(street: Cast, manager: Client) -> None:
    plan = await now(street)
    gone = next(o.driver_id for o in plan.orders if o.keys)
    empty = await manager.submit(f"{BOARD}/absences", driver=gone, reason="")
    assert empty.status_code == 422
    answer = await manager.submit(f"{BOARD}/absences", driver=gone, reason="车坏了")
    assert answer.status_code == 303
    text = (await manager.get(BOARD)).text
    assert "今天没来：车坏了" in text
    assert gone not in {o.driver_id for o in (await now(street)).orders if o.keys}
    await manager.submit(f"{BOARD}/absences/end", driver=gone)
    assert "今天没来：车坏了" not in (await manager.get(BOARD)).text


async def test_the_timeline_has_a_lane_for_every_driver(
    street: Cast, manager: Client
) -> None:
    plan = await now(street)
    text = (await manager.get(BOARD)).text
    drivers = {o.driver_id for o in plan.orders if o.keys}
    assert text.count('class="lane-name"') == len(drivers)
    for said in ('"bar-window"', '"bar-drive"', '"bar-service"', "路上", "饭最久"):
        assert text.count(said) >= len(drivers), said
    # every second from leaving to coming back has its bar
    view = await board(street.kitchen, TODAY, "lunch")
    for trip in view.rounds:
        edges = [(span.starts_at, span.ends_at) for span in trip.spans]
        assert not edges or (edges[0][0], edges[-1][1]) == (
            trip.depart_at,
            trip.back_at,
        )
        assert all(a[1] == b[0] for a, b in pairwise(edges))
    # past the meal's end and past the hot limit there are bars of their own
    assert view.serves is not None
    end, limit = view.serves[1], timedelta(minutes=view.hot_limit_minutes)
    trip = next(trip for trip in view.rounds if trip.stops)
    bad = replace(trip.stops[-1], faults=(Fault("delay", 300), Fault("age", 600)))
    last = end + timedelta(minutes=5)
    out = last - limit - timedelta(minutes=10)
    late = replace(trip, stops=(bad,), last_at=last, depart_at=out, back_at=last)
    tomorrow = replace(view, rounds=(late,))
    axis = axis_of(tomorrow)
    assert axis is not None
    [lane] = bars_of(tomorrow, axis)
    assert {"late", "cold"} <= {bar.kind for bar in lane.bars}
    assert lane.late == 1
    # a wait on the way is a bar and a figure too
    assert trip.back_at is not None
    pause = Span("wait", trip.back_at, trip.back_at + timedelta(minutes=4))
    idle = replace(view, rounds=(replace(trip, spans=(*trip.spans, pause)),))
    [lane] = bars_of(idle, axis)
    assert {bar.kind for bar in lane.bars} == {"drive", "service", "wait"}
    assert lane.wait_seconds == 240 + sum(
        span.seconds for span in trip.spans if span.kind == "wait"
    )


async def test_tiles_are_let_in_on_the_board_alone(
    street: Cast, manager: Client
) -> None:
    answer = await manager.get(BOARD)
    assert "tiles" not in answer.headers["content-security-policy"]
    state = manager.app.state
    state.settings = state.settings.model_copy(
        update={
            "tiles": "https://tiles.example/{z}/{x}/{y}.png",
            "tiles_datum": "gcj02",
        }
    )
    moved = await manager.get(BOARD)
    policy = moved.headers["content-security-policy"]
    assert "img-src 'self' https://tiles.example data:" in policy
    assert (
        "tiles.example"
        not in (await manager.get("/drivers")).headers["content-security-policy"]
    )
    spots = [part.split('"')[0] for part in moved.text.split('data-at="')[1:]]
    plain = [part.split('"')[0] for part in answer.text.split('data-at="')[1:]]
    assert len(spots) == len(plain)
    assert any(plain)
    for there, here in zip(spots, plain, strict=True):
        if not here:  # nobody knows where
            assert not there
            continue
        lat, lon = (float(part) for part in here.split(","))
        shifted = gcj02_from_wgs84(lon, lat)
        assert [float(part) for part in there.split(",")] == pytest.approx(
            shifted[::-1], abs=2e-6
        )
        assert there != here


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "https://x/{z}/{x}.png",
        "https://a b/{z}/{x}/{y}",
        "tiles",
    ],
)
def test_an_address_that_is_no_tiles_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="tiles"):
        Settings(tiles=address)


async def test_who_only_reads_gets_no_hands(street: Cast, sign_in_as: SignInAs) -> None:
    reader = await sign_in_as("auditor", kitchen_id=street.kitchen)
    text = (await reader.get(BOARD)).text
    assert "data-movable" not in text
    assert "撤销" not in text
    stop = (await now(street)).stops[0].id
    assert (await reader.get(f"/rounds/stops/{stop}/prices?round=")).status_code == 403


async def test_another_kitchens_offer_is_a_lost_page(
    street: Cast, sign_in_as: SignInAs
) -> None:
    await crooked(street)
    await propose(street.kitchen, TODAY, "lunch", Wish("unlocked", None, 1.0), **BY)
    offer = await open_proposal(street.kitchen, TODAY, "lunch")
    assert offer is not None
    stranger = await sign_in_as("dispatcher", kitchen_id=street.kitchen + 1)
    assert (await stranger.get(f"/rounds/offers/{offer.id}")).status_code == 404
    for act in ("acceptance", "refusal"):
        answer = await stranger.submit(f"/rounds/offers/{offer.id}/{act}")
        assert answer.status_code == 404


async def test_the_usual_rounds_are_typed_in_one_table_and_taken_from_a_day(
    street: Cast, manager: Client
) -> None:
    driver = (await drivers_for(street.kitchen))[0]
    url = "/rounds/standing/lunch"
    wang = f"elder-{street.wang}"
    typed = {f"round-{wang}": "1", f"place-{wang}": "1", "driver-1": str(driver.id)}
    kept = await manager.submit(url, weekday="2", **{**typed, f"round-{wang}": "一"})
    assert kept.status_code == 422
    assert 'value="一"' in kept.text  # what was typed is still there
    answer = await manager.submit(url, weekday="2", also="3", **typed)
    assert answer.status_code == 303
    for day in (2, 3):
        standing = await standing_of(street.kitchen, "lunch", day)
        assert standing is not None
        assert standing.rounds[0].visits == (("elder", street.wang),)
    page = (await manager.get(f"{url}?weekday=3")).text
    assert f'name="round-{wang}" inputmode="numeric" maxlength="2" value="1"' in page
    plan = await now(street)
    await manager.submit(f"/rounds/plans/{plan.facts.id}/standing")
    standing = await standing_of(street.kitchen, "lunch", TODAY.isoweekday())
    assert standing is not None
    assert {key for trip in standing.rounds for key in trip.visits} >= {
        ("point", street.chaoyang),
        ("elder", street.wang),
    }
