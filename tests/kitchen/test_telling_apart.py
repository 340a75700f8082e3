"""Of people with one name the tile shows in bold what differs, and nothing else."""

from dataclasses import replace
from datetime import date

import pytest

from kitchen import dining, registry
from kitchen.guests import Guest
from tests.kitchen.cast import TODAY, enter

People = list[tuple[str, str, int, str]]  # name, building, born in, ID tail
TABLE: list[tuple[People, list[tuple[str, ...]]]] = [
    # alone with the name: nothing in bold
    ([("张英", "3号楼", 1940, "0011")], [()]),
    ([("张英", "3号楼", 1940, ""), ("张瑛", "3号楼", 1940, "")], [(), ()]),
    # another building is enough
    (
        [("张英", "3号楼", 1940, "1"), ("张英", "5号楼", 1940, "1")],
        [("building",), ("building",)],
    ),
    # one building: then the year of birth, then the ID's tail
    (
        [("张英", "3号楼", 1940, "1"), ("张英", "3号楼", 1944, "1")],
        [("birth",), ("birth",)],
    ),
    (
        [("张英", "3号楼", 1940, "0011"), ("张英", "3号楼", 1940, "0022")],
        [("id_tail",), ("id_tail",)],
    ),
    # no building known of one of them: it cannot tell them apart
    (
        [("张英", "", 1940, "1"), ("张英", "5号楼", 1944, "1")],
        [("birth",), ("birth",)],
    ),
    # three of them, no single thing differs for all
    (
        [
            ("张英", "3号楼", 1940, "1"),
            ("张英", "3号楼", 1944, "1"),
            ("张英", "5号楼", 1940, "1"),
        ],
        [("building", "birth")] * 3,
    ),
    # twins in all we know: the member number
    ([("张英", "", 1940, ""), ("张英", "", 1940, "")], [("number",), ("number",)]),
]


@pytest.fixture
async def anybody(database: object) -> Guest:
    cast = await enter()
    people = (await registry.elders_by_id([cast.li])).values()
    return (await dining.guests(list(people), cast.chaoyang, TODAY, "lunch"))[0]


@pytest.mark.parametrize(("people", "told"), TABLE)
async def test_the_tile_says_what_differs_and_no_more(
    anybody: Guest, people: People, told: list[tuple[str, ...]]
) -> None:
    guests = [
        replace(
            anybody,
            building=building,
            person=replace(
                anybody.person,
                id=number,
                number=f"01{number:05d}",
                name=name,
                birth_date=date(year, 5, 1),
                id_tail=tail,
            ),
        )
        for number, (name, building, year, tail) in enumerate(people, 1)
    ]
    assert list(dining.telling_apart(guests).values()) == told
