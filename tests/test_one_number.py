"""Every figure of the balance counts rows of a different act: after a whole day,
deleting any one of them makes the page name a person or a portion.
"""

import shutil
import sqlite3
from pathlib import Path

from kitchen import database, day_close
from kitchen.balance import Difference
from kitchen.database import rows
from kitchen.schema import TABLES
from tests.kitchen.cast import TODAY
from tests.remembered import remembered
from tests.test_a_day import lived_day

ACTS = (
    "diner",
    "spare",
    "batch",
    "sample",
    "packed",
    "label",
    "loading",
    "receipt",
    "stop",
    "delivery",
    "delivery_slot",
    "meal",
    "meal_slot",
    "posting",
    "leftover",
)


def without_row(source: Path, copy: Path, table: str, row_id: int) -> None:
    """A copy of the database in which somebody deleted one row behind our back."""
    for leftover in copy.parent.glob(f"{copy.name}*"):
        leftover.unlink()
    shutil.copyfile(source, copy)
    with sqlite3.connect(copy) as connection:
        connection.execute(f"DROP TRIGGER IF EXISTS {table}_no_delete")
        connection.execute(f"DELETE FROM {table} WHERE id = ?", (row_id,))
    connection.close()


def names(difference: Difference) -> bool:
    """A person, a dish or a diet; a guest's portion has no name but its place."""
    told = difference.what or difference.place.startswith("point:")
    return bool(told) and difference.expected != difference.found


async def test_deleting_any_one_row_makes_the_balance_name_it(
    sqlite_database: object, tmp_path: Path
) -> None:
    cast = await remembered(lived_day)
    whole = await day_close.balance_for(cast.kitchen, TODAY, "lunch")
    assert whole.differences == ()
    found = {table: await rows(f"SELECT id FROM {table} ORDER BY id") for table in ACTS}
    source = tmp_path / "day.db"
    await database.backup_to(source)
    await database.close()

    silent = []
    for table, lines in found.items():
        assert lines, f"the day wrote no {table}"
        for line in lines:
            copy = tmp_path / "copy.db"
            without_row(source, copy, table, line["id"])
            database.configure(f"sqlite:///{copy}", TABLES)
            await database.open()
            balance = await day_close.balance_for(cast.kitchen, TODAY, "lunch")
            await database.close()
            if not any(names(difference) for difference in balance.differences):
                silent.append((table, line["id"]))
    assert silent == []
