"""Ways by road: asked once, kept, and honest about what nobody could tell."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.roads import bring_roads
from app.settings import Settings
from app.solving import plan_rounds
from app.words.rounds import travel_words
from kitchen.boards import board
from kitchen.database import writing
from kitchen.distances import GOOD_FOR
from kitchen.headcounts import add_late
from kitchen.places import building_named, place_building
from kitchen.registry import NewAddress, NewElder, enrol
from kitchen.round_plans import Plan, plan_by_id
from kitchen.round_publishing import publish
from tests.app.client import Client
from tests.app.test_solving import child
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast
from tests.kitchen.test_rounds import a_morning
from tests.road_server import RoadServer, road_server

PAIRS = 12  # kitchen, two points and one building known on the map


async def planned(cast: Cast, servers: dict[str, str]) -> Plan:
    plan_id = await plan_rounds(
        cast.kitchen,
        TODAY,
        "lunch",
        by=CHEN,
        now=MORNING,
        seconds=1,
        command=child("raise SystemExit(9)"),
        roads=servers,
    )
    return await plan_by_id(plan_id)


async def asked(
    cast: Cast, server: RoadServer, days: int = 0, seconds: float = 10
) -> None:
    now = MORNING + timedelta(days=days)
    servers = {"ebike": server.url, "van": server.url}
    when = (cast.kitchen, TODAY, "lunch")
    await bring_roads(*when, servers, by=CHEN, now=now, seconds=seconds)


async def test_a_plan_by_road_says_so_and_asks_for_each_pair_once(
    database: object,
) -> None:
    cast = await a_morning()
    with road_server() as server:
        plan = await planned(cast, {"ebike": server.url, "van": server.url})
        assert sum(server.asked) == 2 * PAIRS  # by bike and by van
        facts = plan.facts
        assert (facts.distances, facts.pairs, facts.pairs_straight) == ("osrm", 24, 0)
        seen = await board(cast.kitchen, TODAY, "lunch")
        there = next(trip for trip in seen.rounds if trip.metres)
        # The server's metres are even and twice its seconds; straight lines are not.
        drives = sum(s.seconds for s in there.spans if s.kind == "drive")
        gates = drives - there.metres // 2
        assert there.metres % 2 == 0
        assert gates in (0, 50, 70)  # the wait at one compound, or none
        again = await planned(cast, {"ebike": server.url, "van": server.url})
        assert sum(server.asked) == 2 * PAIRS
        await asked(cast, server, days=GOOD_FOR.days + 1)
        assert sum(server.asked) == 4 * PAIRS
    await publish(again.facts.id, "谁", by=CHEN, now=MORNING)
    back = await planned(cast, {})
    assert (back.facts.distances, back.facts.pairs) == ("straight_line", 0)


@pytest.fixture
def server() -> Iterator[RoadServer]:
    with road_server() as there:
        yield there


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "rounds", "jobs")


@pytest.fixture
def settings(settings: Settings, server: RoadServer) -> Settings:
    return settings.model_copy(update={"roads": server.url})


async def test_a_late_add_comes_by_road_too(
    app: object, server: RoadServer, manager: Client
) -> None:
    cast = await a_morning()
    await planned(cast, {"ebike": server.url, "van": server.url})
    server.asked.clear()
    at = {"by": CHEN, "now": MORNING}
    async with writing():
        new = await building_named(cast.community, "朝阳里", "9号楼", **at)
    await place_building(new, 120_158_000, 30_285_000, **at)
    elder = await enrol(
        NewElder(
            name="吴一",
            sex="male",
            birth_date=TODAY.replace(year=1940),
            address=NewAddress(cast.community, "朝阳里", "9号楼", floor=1, door="101"),
            delivered="illness",
        ),
        kitchen_id=cast.kitchen,
        **at,
    )
    late = {"reason": "刚出院", "source": "telephone", **at}
    await add_late(elder, TODAY, "lunch", way="deliver", point_id=None, **late)
    before = await board(cast.kitchen, TODAY, "lunch")
    assert before.travel.straight == 2 * 8  # there and back, by bike and by van
    await manager.submit(f"/rounds/{TODAY}/lunch/changes")
    seen = await board(cast.kitchen, TODAY, "lunch")
    assert seen.travel.straight == 0
    assert sum(server.asked) == 2 * 8  # of the others nothing is asked again
    assert "吴一" in {stop.drop.name for trip in seen.rounds for stop in trip.stops}


async def test_a_server_that_hangs_or_is_gone_leaves_a_plan_that_says_it_is_a_guess(
    database: object,
) -> None:
    cast = await a_morning()
    with road_server() as server:
        server.mood = "hanging"
        await asked(cast, server, seconds=1)
    seen = await board(cast.kitchen, TODAY, "lunch")
    assert "24 段道路服务没有在时限内答复" in travel_words(seen.travel)
    plan = await planned(cast, {"ebike": server.url, "van": server.url})
    # The server is gone by now: asked again, nobody is there.
    facts = plan.facts
    assert (facts.distances, facts.pairs, facts.pairs_straight) == ("osrm", 24, 24)
    seen = await board(cast.kitchen, TODAY, "lunch")
    assert "24 段里有 24 段按直线估算（24 段道路服务连不上）" in travel_words(
        seen.travel
    )


async def test_what_failed_is_asked_for_again_and_nothing_else(
    database: object,
) -> None:
    cast = await a_morning()
    with road_server() as server:
        server.mood = "half"
        await asked(cast, server)  # one question a mode: the first is answered
        seen = await board(cast.kitchen, TODAY, "lunch")
        assert (seen.travel.pairs, seen.travel.straight) == (24, 12)
        assert "12 段道路服务报错" in travel_words(seen.travel)
        server.mood = "fine"
        server.asked.clear()
        await asked(cast, server)
        assert sum(server.asked) == PAIRS
        seen = await board(cast.kitchen, TODAY, "lunch")
        assert "都查到" in travel_words(seen.travel)
        server.mood, server.answer = "says", {"durations": [[None] * 4] * 4}
        await asked(cast, server, days=GOOD_FOR.days + 1)
    seen = await board(cast.kitchen, TODAY, "lunch")
    assert (seen.travel.straight, seen.travel.roadless) == (24, 24)
    assert "24 段没有路" in travel_words(seen.travel)


def test_servers_are_named_for_all_or_by_mode() -> None:
    for given, roads in [
        ("http://r:5000/table/v1/bike", {"ebike", "van"}),
        ("walk=http://r/table/v1/foot, van=https://r/table/v1/car", {"walk", "van"}),
        ("", set[str]()),
    ]:
        assert set(Settings(roads=given).road_servers) == roads


@pytest.mark.parametrize(
    "given",
    [
        "r:5000/table",  # no scheme
        "file:///etc/passwd",  # no server
        "http:///table",  # no host
        "bus=http://r/table",  # no such mode
        "http://user:secret@r/table",  # a secret would be shown with the settings
    ],
)
def test_an_address_that_cannot_be_is_refused_at_start(given: str) -> None:
    with pytest.raises(ValueError, match=r"http|modes"):
        Settings(roads=given)
