"""What each role may read of a person on the rounds' pages and in the count."""

import re

import pytest

from kitchen.database import Engine
from tests.app.client import SignInAs
from tests.kitchen.cast import TODAY
from tests.security import test_scope
from tests.security.test_scope import House

house = test_scope.house
WHEN = f"{TODAY}/lunch"


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """What is shown is decided above the database."""
    return sqlite_database


def words_of(page: str) -> str:
    """What a reader sees: tokens in the tags may hold any digits."""
    return re.sub(r"<[^>]*>", " ", page)


@pytest.mark.parametrize(
    ("role", "door", "kin"),
    [
        ("manager", True, True),
        ("dispatcher", True, True),
        ("supervisor", False, True),
        ("auditor", False, False),
    ],
)
async def test_a_door_is_read_by_those_who_go_or_send_there(
    house: House, sign_in_as: SignInAs, role: str, door: bool, kin: bool
) -> None:
    reader = await sign_in_as(role, kitchen_id=house.theirs.kitchen)
    board = await reader.get(f"/api/rounds/{WHEN}")
    stops = [stop for trip in board.json()["rounds"] for stop in trip["stops"]]
    wang = next(stop for stop in stops if stop["name"] == "王秀英")
    assert wang["place"].startswith("朝阳里7号楼")
    assert ("302" in wang["place"]) is door
    trip = next(trip["id"] for trip in board.json()["rounds"] if wang in trip["stops"])
    for path in (
        f"/rounds/{WHEN}",
        f"/deliveries/{WHEN}",
        f"/deliveries/rounds/{trip}",
    ):
        assert "302" not in words_of((await reader.get(path)).text) or door, path
    stop = words_of((await reader.get(f"/rounds/stops/{wang['id']}")).text)
    assert ("302" in stop, "王强" in stop) == (door, kin)


@pytest.mark.parametrize("role", ["cook", "auditor"])
async def test_the_count_gives_figures_to_those_who_need_no_names(
    house: House, sign_in_as: SignInAs, role: str
) -> None:
    reader = await sign_in_as(role, kitchen_id=house.theirs.kitchen)
    count = await reader.get(f"/api/headcounts/{WHEN}")
    assert count.json()["portions"] == 5
    assert {eater["name"] for eater in count.json()["eaters"]} == {""}
