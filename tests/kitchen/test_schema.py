"""The Table classes say what the upgrades made, on both engines."""

from typing import Any

import pytest
from piccolo.columns import BigInt, Column, ForeignKey
from piccolo.table import Table

from kitchen import database as doors
from kitchen.database import Engine
from kitchen.schema import TABLES

# What each engine calls the type that a Piccolo column declares.
POSTGRES_NAMES = {
    "int4": "INTEGER",
    "int8": "BIGINT",
    "bool": "BOOLEAN",
    "float8": "DOUBLE PRECISION",
    "varchar": "TEXT",
}
PICCOLO_NAMES = {
    "SERIAL": "INTEGER",
    "JSON": "TEXT",
    "VARCHAR": "TEXT",
    "FLOAT": "DOUBLE PRECISION",
}
# Tables whose classes live elsewhere: the upgrades' own, and app/jobs.py.
ELSEWHERE = {"upgrade", "job"}


async def columns_made(table: str) -> dict[str, tuple[str, bool]]:
    """Declared type and whether a value is required, for each column."""
    if doors.is_postgres():
        found = await doors.rows(
            "SELECT column_name AS name, UPPER(udt_name) AS type, "
            "is_nullable = 'NO' AS required FROM information_schema.columns "
            "WHERE table_schema = 'public' AND table_name = {}",
            table,
        )
    else:
        found = await doors.rows(
            'SELECT name, UPPER(type) AS type, "notnull" OR pk > 0 AS required '
            "FROM pragma_table_info({})",
            table,
        )
    return {
        row["name"]: (
            str(POSTGRES_NAMES.get(row["type"].lower(), row["type"])),
            bool(row["required"]),
        )
        for row in found
    }


def columns_said(table: type[Table]) -> dict[str, tuple[str, bool]]:
    return {
        column._meta.db_column_name: (type_said(column), not column._meta.null)
        for column in table._meta.columns
    }


def type_said(column: Column) -> str:
    if isinstance(column, BigInt):  # Piccolo says INTEGER on SQLite
        return "BIGINT"
    name = "INTEGER" if isinstance(column, ForeignKey) else column.column_type.upper()
    return PICCOLO_NAMES.get(name.partition("(")[0], name)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table._meta.tablename)
async def test_a_table_class_equals_its_table(
    database: Engine, table: type[Table]
) -> None:
    assert columns_said(table) == await columns_made(table._meta.tablename)


async def test_every_table_of_the_upgrades_has_its_class(database: Engine) -> None:
    sql = (
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
        if doors.is_postgres()
        else "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0"
    )
    made = {row["name"] for row in await doors.rows(sql)}
    known = {table._meta.tablename for table in TABLES}
    assert made - known == ELSEWHERE


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table._meta.tablename)
async def test_a_foreign_key_points_where_the_class_says(
    sqlite_database: Engine, table: type[Table]
) -> None:
    said: dict[str, Any] = {
        key._meta.db_column_name: key._foreign_key_meta.resolved_references
        for key in table._meta.foreign_key_columns
    }
    made = await doors.rows(
        'SELECT "from" AS column, "table" AS target FROM pragma_foreign_key_list({})',
        table._meta.tablename,
    )
    assert {name: target._meta.tablename for name, target in said.items()} == {
        row["column"]: row["target"] for row in made
    }
