"""Bringing many people in from one spreadsheet, and taking them back.

Preview says what each row would do and writes nothing; applying enters the good rows
in one transaction and leaves the others to be corrected in a file that goes back; the
whole of an import can be undone until one of its people has eaten.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kitchen import acts, audit
from kitchen.database import insert, insert_many, rows, writing
from kitchen.errors import Refusal
from kitchen.people_columns import COLUMNS, EXAMPLE
from kitchen.people_doubles import Registered, with_duplicates
from kitchen.people_sheet import PersonRow, Problem, Surroundings, Week, read_person
from kitchen.places import (
    area_and_below,
    areas,
    buildings_for,
    kitchen_by_id,
    points_for,
)
from kitchen.plans import MealPlan
from kitchen.registry import ImportRun, enrol_one
from kitchen.sheets import Grid, Sheet, Table, table_of, template, xlsx
from kitchen.staff import Actor

# What an import writes about a person; the rest is what others did with them.
BROUGHT = (
    "card",
    "category",
    "contact",
    "address",
    "delivery_entitlement",
    "elder_state",
    "meal_plan",
)
# Traces of meals and of work done for a person: an import with these stays.
USED_BY = (
    "diner",
    "meal",
    "meal_slot",
    "plan_exception",
    "closure_call",
    "clash_decision",
    "driver_ban",
    "driver_pairing",
    "weather_word",
    "door_case",
    "refused_attempt",
    "till_report",
    "incident",
    "callback_pick",
    "member_change",
    "purse_grant",
    "recovery_case",
    "subsidy_bar",
)


@dataclass(frozen=True)
class Preview:
    """What a file would do."""

    people: tuple[PersonRow, ...]
    unknown_headers: tuple[str, ...]
    new_buildings: tuple[str, ...]

    def with_verdict(self, *verdicts: str) -> list[PersonRow]:
        return [person for person in self.people if person.verdict in verdicts]

    @property
    def good(self) -> list[PersonRow]:
        return self.with_verdict("ok", "warning")

    @property
    def refused(self) -> list[PersonRow]:
        return self.with_verdict("refused")


@dataclass(frozen=True)
class Applied:
    """What an import did. `left_rows` are the numbers of the rows refused or skipped;
    doubles are in neither. `was_repeated`: the same act had been sent before."""

    run_id: int
    enrolled: int
    left_rows: tuple[int, ...]
    was_repeated: bool = False


@dataclass(frozen=True)
class RunFacts:
    """One import of the past."""

    id: int
    file_name: str
    enrolled: int
    left_out: int
    at: datetime
    by: str
    undone_at: datetime | None
    undone_by: str


# Readers ----------------------------------------------------------------------


async def preview(grid: Grid, kitchen_id: int, *, by: Actor, today: date) -> Preview:
    """What the rows of a file would do; nothing is written.

    Refuses `kitchen_not_yours`, and what `table_of` refuses.
    """
    table = table_of(grid, COLUMNS, "name")
    known = await surroundings(kitchen_id, by=by)
    people = [read_person(table, row, known, today=today) for row in table.rows]
    return await _judged(table, people, known)


async def _judged(
    table: Table, people: Sequence[PersonRow], known: Surroundings
) -> Preview:
    judged = with_duplicates(people, await _registered(), await _cards())
    return Preview(
        people=tuple(judged),
        unknown_headers=table.unknown_headers,
        new_buildings=_new_buildings(judged, known),
    )


async def surroundings(kitchen_id: int, *, by: Actor) -> Surroundings:
    """What is known before a file is read, narrowed to what this person may do."""
    if not by.sees_kitchen(kitchen_id):
        raise Refusal("kitchen_not_yours", kitchen=kitchen_id)
    kitchen = await kitchen_by_id(kitchen_id)
    own = by.area_id
    return Surroundings(
        area_id=own or kitchen.area_id,
        areas=tuple(await areas()),
        points=tuple(await points_for(kitchen_id)),
        buildings=tuple(await buildings_for()),
        area_code=kitchen.phone.partition("-")[0] if "-" in kitchen.phone else "",
        allowed_area_ids=frozenset(await area_and_below(own)) if own else None,
    )


async def runs_for(kitchen_id: int) -> list[RunFacts]:
    """The imports of a kitchen, newest first."""
    found = await rows(
        "SELECT * FROM import_run WHERE kitchen = {} ORDER BY id DESC", kitchen_id
    )
    return [
        RunFacts(
            row["id"],
            row["file_name"],
            row["rows_good"],
            row["rows_bad"],
            row["at"],
            row["by"],
            row["undone_at"],
            row["undone_by"],
        )
        for row in found
    ]


async def _registered() -> list[Registered]:
    found = await rows(
        "SELECT e.name AS name, e.number AS number, e.birth_date AS birth_date,"
        " e.id_index AS id_index, e.phone_index AS phone_index,"
        " b.compound AS compound, b.name AS building FROM elder e"
        " LEFT JOIN address a ON a.elder = e.id AND a.valid_to IS NULL"
        " LEFT JOIN building b ON b.id = a.building ORDER BY e.id"
    )
    return [
        Registered(
            row["name"],
            row["number"],
            row["birth_date"],
            row["id_index"],
            row["phone_index"],
            (row["compound"] or "", row["building"] or ""),
        )
        for row in found
    ]


async def _cards() -> dict[str, str]:
    found = await rows(
        "SELECT c.number AS number, e.name AS name FROM card c"
        " JOIN elder e ON e.id = c.elder WHERE c.blocked_at IS NULL"
    )
    return {row["number"]: row["name"] for row in found}


def _new_buildings(people: Iterable[PersonRow], known: Surroundings) -> tuple[str, ...]:
    """Buildings the register will gain; they wait unplaced for someone to place."""
    registered = {(b.area_id, b.compound, b.name) for b in known.buildings}
    new = {
        f"{address.compound}{address.building}"
        for row in people
        if row.verdict in ("ok", "warning") and row.person and row.person.address
        for address in [row.person.address]
        if (address.area_id, address.compound, address.building) not in registered
    }
    return tuple(sorted(new))


# Files out --------------------------------------------------------------------


def people_template(name: str, points: Sequence[str], *notes: Sheet) -> bytes:
    """The workbook to fill in, with the kitchen's own points as a drop-down."""
    columns = [
        replace(column, choices=tuple(points)) if column.key == "point" else column
        for column in COLUMNS
    ]
    return template(name, columns, EXAMPLE, *notes)


def rest_of(grid: Grid, left_rows: Collection[int]) -> Grid:
    """The file without the rows that were entered; empty when none is left."""
    if not left_rows:
        return Grid(())
    read = {row.number for row in table_of(grid, COLUMNS, "name").rows}
    left = set(left_rows)
    return Grid(tuple(r for r in grid.rows if r[0] not in read or r[0] in left))


def rows_back(
    name: str,
    grid: Grid,
    people: Sequence[PersonRow],
    problem_header: str,
    explain: Callable[[Problem], str],
) -> bytes:
    """The given rows as a workbook like the one that came, each with what is wrong
    with it in a last column; corrected, it can be imported as it is."""
    table = table_of(grid, COLUMNS, "name")
    kept = [i for i, h in enumerate(table.headers) if h != problem_header]
    body = [
        [
            *(row.row.cells[i] if i < len(row.row.cells) else "" for i in kept),
            "；".join(explain(problem) for problem in row.told),
        ]
        for row in people
    ]
    headers = [*(table.headers[i] for i in kept), problem_header]
    widths = [*(12 for _ in kept), 60]
    return xlsx([Sheet(name, headers, body, widths=widths)])


# Verbs ------------------------------------------------------------------------


async def apply(
    grid: Grid,
    kitchen_id: int,
    *,
    file_name: str,
    digest: str,
    skip: Collection[int] = (),
    act: UUID,
    today: date,
    by: Actor,
    now: datetime,
) -> Applied:
    """Enter the good rows of a file, but those whose row numbers are in `skip`.

    One transaction: everybody or nobody. `act` sent twice enters nobody twice.
    Doubles are judged again inside it, so two clerks with one file do no harm.
    Refuses `nobody_to_import`, when every row is refused, skipped or a double.
    """
    table = table_of(grid, COLUMNS, "name")
    known = await surroundings(kitchen_id, by=by)
    people = [read_person(table, row, known, today=today) for row in table.rows]
    body = {"kitchen": kitchen_id, "digest": digest, "skip": sorted(skip)}

    async def enter() -> dict[str, Any]:
        judged = await _judged(table, people, known)
        chosen = [row for row in judged.good if row.row.number not in skip]
        if not chosen:
            raise Refusal("nobody_to_import", refused=len(judged.refused))
        left = [row.row.number for row in judged.refused]
        left += [n for row in judged.good if (n := row.row.number) in skip]
        run_id = int(
            await insert(
                ImportRun,
                kitchen=kitchen_id,
                file_name=file_name[:200],
                digest=digest,
                rows_good=len(chosen),
                rows_bad=len(judged.people) - len(chosen),
                at=now,
                by=by.name,
                undone_at=None,
                undone_by="",
            )
        )
        await _enrol_all(chosen, kitchen_id, run_id, today, by=by, now=now)
        await _trace(
            "import.apply",
            run_id,
            {"file": file_name[:200], "enrolled": len(chosen), "left_out": len(left)},
            by=by,
            now=now,
        )
        return {"run_id": run_id, "enrolled": len(chosen), "left_rows": sorted(left)}

    async with writing():
        answer, repeated = await acts.once(str(act), by.name, now, body, enter)
    left_rows = tuple(answer["left_rows"])
    return Applied(answer["run_id"], answer["enrolled"], left_rows, repeated)


async def _enrol_all(
    people: Sequence[PersonRow],
    kitchen_id: int,
    run_id: int,
    today: date,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """People one by one, their plans at once: nobody new has an older plan to end."""
    plans: list[dict[str, Any]] = []
    for row in people:
        if row.person is None:
            continue
        elder_id = await enrol_one(
            row.person, kitchen_id=kitchen_id, by=by, now=now, import_run_id=run_id
        )
        plans += _plans(elder_id, row.week, today, by=by, now=now)
    await insert_many(MealPlan, plans)


def _plans(
    elder_id: int, week: Week | None, today: date, *, by: Actor, now: datetime
) -> list[dict[str, Any]]:
    if week is None:
        return []
    return [
        {
            "elder": elder_id,
            "meal": meal,
            "weekday": weekday,
            "way": week.way,
            "point": week.point_id,
            "portions": 1,
            "size": week.size,
            "choice": "A",
            "from_day": today,
            "to_day": None,
            "at": now,
            "by": by.name,
        }
        for meal in week.meals
        for weekday in week.weekdays
    ]


async def undo_import(run_id: int, *, by: Actor, now: datetime) -> int:
    """Take a whole import back: its people, their plans and the buildings nobody
    else lives in. The number of people taken back; a second undo answers 0.

    Refuses `import_unknown`, `kitchen_not_yours`, and `import_in_use` with the
    names of those who have eaten, are counted or have an account.
    """
    async with writing():
        found = await rows("SELECT * FROM import_run WHERE id = {}", run_id)
        if not found:
            raise Refusal("import_unknown", run=run_id)
        if not by.sees_kitchen(found[0]["kitchen"]):
            raise Refusal("kitchen_not_yours", kitchen=found[0]["kitchen"])
        if found[0]["undone_at"] is not None:
            return 0
        await _refuse_in_use(run_id)
        gone = await _take_back(run_id)
        await rows(
            "UPDATE import_run SET undone_at = {}, undone_by = {} WHERE id = {}",
            now,
            by.name,
            run_id,
        )
        await _trace("import.undo", run_id, {"taken_back": gone}, by=by, now=now)
        return gone


async def _refuse_in_use(run_id: int) -> None:
    own = "SELECT id FROM elder WHERE import_run = {}"
    in_use = " UNION ".join(
        f"SELECT elder FROM {table} WHERE elder IN ({own})"  # noqa: S608 - table names of ours
        for table in USED_BY
    )
    in_use += (
        " UNION SELECT e.id AS elder FROM elder e JOIN account a"
        " ON a.code = 'elder:' || e.id WHERE e.import_run = {}"
    )
    found = await rows(
        f"SELECT name FROM elder WHERE id IN ({in_use}) ORDER BY name, id",  # noqa: S608 - as above
        *[run_id] * (len(USED_BY) + 1),
    )
    if found:
        names = "、".join(row["name"] for row in found[:10])
        raise Refusal("import_in_use", names=names, count=len(found))


async def _take_back(run_id: int) -> int:
    own = "(SELECT id FROM elder WHERE import_run = {})"
    homes = await rows(
        f"SELECT DISTINCT building FROM address WHERE elder IN {own}",  # noqa: S608 - a constant
        run_id,
    )
    for table in BROUGHT:
        await rows(f"DELETE FROM {table} WHERE elder IN {own}", run_id)  # noqa: S608 - table names of ours
    gone = await rows("DELETE FROM elder WHERE import_run = {} RETURNING id", run_id)
    await rows(
        "DELETE FROM building WHERE id IN {} AND lon_e6 IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM address a WHERE a.building = building.id)",
        [row["building"] for row in homes],
    )
    return len(gone)


async def _trace(
    action: str, run_id: int, after: dict[str, object], *, by: Actor, now: datetime
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="import_run",
        object_id=run_id,
        after=after,
    )
