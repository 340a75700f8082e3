"""The chain of changes shows every kind of tampering."""

import asyncio
import random
import time as clock
from datetime import UTC, date, datetime, timedelta
from enum import Enum

import pytest

from kitchen import audit, sealing
from kitchen import database as doors
from kitchen.database import Conflict, DatabaseMisuse, Engine

MORNING = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
DAY = date(2026, 11, 22)


async def record(number: int, at: datetime | None = None) -> None:
    await audit.record(
        by="陈经理",
        staff_id=3,
        at=at or MORNING + timedelta(minutes=number),
        action="price_changed",
        object_kind="scheme",
        object_id=number,
        before={"price_fen": 500},
        after={"price_fen": 500 + number},
        reason="通知",
    )


async def fill(lines: int = 10) -> None:
    async with doors.writing():
        for number in range(lines):
            await record(number)


async def tamper(*statements: str) -> None:
    """What somebody with the file or the server can do: first drop the triggers."""
    drops = ("no_change",) if doors.is_postgres() else ("no_update", "no_delete")
    table = " ON audit_line" if doors.is_postgres() else ""
    async with doors.writing():
        for name in drops:
            await doors.rows(f"DROP TRIGGER IF EXISTS audit_line_{name}{table}")
        for statement in statements:
            await doors.rows(statement)


async def line_ids() -> list[int]:
    return [row["id"] for row in await doors.rows("SELECT id FROM audit_line")]


async def test_an_untouched_chain_holds(database: Engine) -> None:
    assert await audit.verify() is None
    await fill(10)
    assert await audit.verify() is None
    assert await audit.verify({DAY: await audit.day_seal(DAY)}) is None


async def test_a_line_tells_who_when_what_and_why(database: Engine) -> None:
    await fill(1)
    line = await doors.one("SELECT * FROM audit_line")
    assert line is not None
    told = {k: v for k, v in line.items() if k not in {"id", "mac"}}
    assert told == {
        "at": MORNING,
        "actor": "陈经理",
        "staff_id": 3,
        "device": "",
        "action": "price_changed",
        "object_kind": "scheme",
        "object_id": "0",
        "before": '{"price_fen":500}',
        "after": '{"price_fen":500}',
        "reason": "通知",
        "prev": "",
    }


async def test_a_line_goes_with_its_change(database: Engine) -> None:
    async def change_mind() -> None:
        async with doors.writing():
            await record(1)
            raise KeyError

    await fill(1)
    with pytest.raises(KeyError):
        await change_mind()
    assert len(await line_ids()) == 1
    assert await audit.verify() is None


async def test_what_is_undone_in_part_leaves_no_line(database: Engine) -> None:
    async def change_mind() -> None:
        async with doors.savepoint():
            await record(2)
            raise KeyError

    async with doors.writing():
        await record(1)
        with pytest.raises(KeyError):
            await change_mind()
        await record(3)
    lines = await doors.rows("SELECT object_id FROM audit_line ORDER BY id")
    assert [line["object_id"] for line in lines] == ["1", "3"]
    assert await audit.verify() is None


async def test_recording_belongs_inside_writing(database: Engine) -> None:
    with pytest.raises(DatabaseMisuse):
        await record(1)


async def test_a_time_without_zone_is_refused(database: Engine) -> None:
    with pytest.raises(ValueError, match="aware"):
        await record(1, at=MORNING.replace(tzinfo=None))


async def test_lines_recorded_at_once_form_one_chain(database: Engine) -> None:
    await asyncio.gather(*(fill(2) for _ in range(20)))
    assert len(await line_ids()) == 40
    assert await audit.verify() is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_line SET reason = 'x'",
        "UPDATE audit_line SET mac = mac",
        "DELETE FROM audit_line WHERE id = 1",
        "DELETE FROM audit_line",
    ],
)
async def test_the_database_itself_refuses_changes(
    database: Engine, statement: str
) -> None:
    await fill(3)
    with pytest.raises(Conflict) as refused:
        async with doors.writing():
            await doors.rows(statement)
    assert refused.value.kind == "trigger"
    assert len(await line_ids()) == 3


async def test_the_database_refuses_a_forked_chain(database: Engine) -> None:
    await fill(3)
    with pytest.raises(Conflict) as refused:
        await tamper(copy_line(source=2, target=9))
    assert refused.value.columns == ("prev",)


def copy_line(source: int, target: int, prev: str = "prev") -> str:
    return (
        f"INSERT INTO audit_line SELECT {target}, at, actor, staff_id, device, action, "
        f"object_kind, object_id, before, after, reason, {prev}, mac "
        f"FROM audit_line WHERE id = {source}"
    )


EDITS = {
    "at": "at = '2026-11-23 01:00:00+00:00'",
    "actor": "actor = '别人'",
    "staff_id": "staff_id = 4",
    "staff_id emptied": "staff_id = NULL",
    "device": "device = 'x'",
    "action": "action = 'x'",
    "object_kind": "object_kind = 'x'",
    "object_id": "object_id = 'x'",
    "before": "before = '[]'",
    "after": "after = '{\"price_fen\":1}'",
    "reason": "reason = ''",
    "prev": "prev = 'x'",
    "mac": f"mac = '{'0' * 64}'",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
async def test_an_edited_line_is_named(database: Engine, edit: str) -> None:
    await fill(10)
    await tamper(f"UPDATE audit_line SET {edit} WHERE id = 5")
    broken = await audit.verify()
    assert broken == audit.Broken(5, "this line was altered")


GAPS = {
    "the first deleted": (["DELETE FROM audit_line WHERE id = 1"], 2),
    "one deleted": (["DELETE FROM audit_line WHERE id = 5"], 6),
    "several deleted": (["DELETE FROM audit_line WHERE id IN (3, 4, 5)"], 6),
    "moved to the end": (["UPDATE audit_line SET id = 99 WHERE id = 5"], 6),
    "inserted": (
        [copy_line(5, 99, "'x'"), "UPDATE audit_line SET id = 11 WHERE id = 99"],
        11,
    ),
    "swapped": (
        [
            "UPDATE audit_line SET id = 99 WHERE id = 4",
            "UPDATE audit_line SET id = 4 WHERE id = 5",
            "UPDATE audit_line SET id = 5 WHERE id = 99",
        ],
        4,
    ),
    "two lines' fields swapped": (
        [
            "UPDATE audit_line SET object_id = 'y' WHERE id = 4",
            "UPDATE audit_line SET object_id = '3' WHERE id = 6",
            "UPDATE audit_line SET object_id = '5' WHERE id = 4",
        ],
        4,
    ),
}


@pytest.mark.parametrize(("statements", "named"), GAPS.values(), ids=GAPS)
async def test_missing_and_moved_lines_are_named(
    database: Engine, statements: list[str], named: int
) -> None:
    await fill(10)
    await tamper(*statements)
    broken = await audit.verify()
    assert broken is not None
    assert broken.line_id == named


@pytest.mark.parametrize("kept", [0, 1, 9])
async def test_a_cut_tail_is_seen_against_the_day_seal(
    database: Engine, kept: int
) -> None:
    await fill(10)
    seal = await audit.day_seal(DAY)
    await tamper(f"DELETE FROM audit_line WHERE id > {kept}")
    assert await audit.verify() is None  # the chain alone cannot tell
    broken = await audit.verify({DAY: seal})
    assert broken is not None
    assert "2026-11-22" in broken.what


async def test_a_chain_made_anew_with_another_key_is_seen(database: Engine) -> None:
    await fill(5)
    seal = await audit.day_seal(DAY)
    await tamper("DELETE FROM audit_line")
    real = sealing.keyring()
    sealing.use(sealing.Keyring.new())
    await fill(5)
    sealing.use(real)
    broken = await audit.verify({DAY: seal})
    assert broken is not None
    assert broken.what == "this line was altered"


async def test_two_hundred_random_tamperings_are_all_found(
    sqlite_database: Engine,
) -> None:
    chance = random.Random(20261122)
    await fill(30)
    seal = {DAY: await audit.day_seal(DAY)}

    class Undo(Exception):
        pass

    async def try_one() -> None:
        """Each tampering is undone by leaving the transaction."""
        async with doors.writing():
            for statement in random_tampering(chance):
                await doors.rows(statement)
            assert await audit.verify(seal) is not None
            raise Undo

    await tamper()
    for _ in range(200):
        with pytest.raises(Undo):
            await try_one()
    assert await audit.verify(seal) is None


def random_tampering(chance: random.Random) -> list[str]:
    line, other = chance.sample(range(1, 31), 2)
    return chance.choice(
        [
            [f"UPDATE audit_line SET {chance.choice(list(EDITS.values()))} "
             f"WHERE id = {line}"],
            [f"DELETE FROM audit_line WHERE id = {line}"],
            [f"DELETE FROM audit_line WHERE id >= {line}"],
            [copy_line(line, 99, f"'{line}'")],
            [
                f"UPDATE audit_line SET id = 99 WHERE id = {line}",
                f"UPDATE audit_line SET id = {line} WHERE id = {other}",
                f"UPDATE audit_line SET id = {other} WHERE id = 99",
            ],
        ]
    )  # fmt: skip


# Day seals


async def test_a_day_seal_is_twelve_characters_to_write_down(database: Engine) -> None:
    await fill(3)
    seal = await audit.day_seal(DAY)
    assert len(seal) == 12
    assert set(seal) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


async def test_a_day_ends_at_local_midnight(database: Engine) -> None:
    midnight = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # in Shanghai
    async with doors.writing():
        await record(1, at=midnight - timedelta(seconds=1))
    sealed = await audit.day_seal(DAY)
    async with doors.writing():
        await record(2, at=midnight)
    assert await audit.day_seal(DAY) == sealed
    assert await audit.day_seal(DAY + timedelta(days=1)) != sealed
    assert await audit.day_seal(DAY - timedelta(days=1)) == ""


# Sensitive values


def test_sensitive_values_are_sealed_and_only_changes_are_told() -> None:
    old = {"name": "王", "phone": "13800001111", "floor": 3, "note": None}
    new = {"name": "王", "phone": "13900002222", "floor": 4, "note": None}
    before, after = audit.sealed_diff("person", "k7", old, new, {"phone", "note"})
    assert before.keys() == after.keys() == {"phone", "floor"}
    assert (before["floor"], after["floor"]) == (3, 4)
    assert "1380" not in str(before)
    told = sealing.unseal("person", "phone", "k7", str(after["phone"]))
    assert told == "13900002222"


def test_a_new_or_a_removed_field_is_told_on_one_side() -> None:
    before, after = audit.sealed_diff("person", "k7", {"a": 1}, {"b": 2}, set())
    assert (before, after) == ({"a": 1}, {"b": 2})


class Meal(Enum):
    LUNCH = "lunch"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"b": 1, "a": 2}, '{"a":2,"b":1}'),  # sorted
        ({"name": "王"}, '{"name":"王"}'),  # readable
        ({"day": DAY}, '{"day":"2026-11-22"}'),
        ({"at": MORNING}, '{"at":"2026-11-22T01:00:00+00:00"}'),
        ({"meal": Meal.LUNCH}, '{"meal":"lunch"}'),
        ({"tags": {"b", "a"}}, '{"tags":["a","b"]}'),
        ({"none": None, "yes": True}, '{"none":null,"yes":true}'),
    ],
)
def test_equal_values_have_one_text(values: dict[str, object], text: str) -> None:
    assert audit.canonical(values) == text


def test_a_number_json_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        audit.canonical({"x": float("nan")})


async def test_a_long_chain_is_verified_quickly(
    sqlite_database: Engine,
) -> None:
    await fill(3000)
    start = clock.process_time()
    assert await audit.verify() is None
    assert clock.process_time() - start < 1.0
