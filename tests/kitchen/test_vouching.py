"""Rows of money that the chain vouches for: which, and that nothing is left over."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kitchen import (
    dining,
    findings,
    ledger,
    meals,
    programmes,
    settlement,
    statements,
    vouching,
)
from kitchen.approved_prices import approve_price
from kitchen.database import is_postgres, rows, savepoint, vouched, writing
from kitchen.errors import Refusal
from kitchen.schema import TABLES
from kitchen.vouching import Unvouched
from tests.kitchen.cast import CHEN, MORNING, QIAN, SUN, TODAY, Cast, enter
from tests.kitchen.signed import sign_days
from tests.kitchen.test_meals import hand_over, lunch_for
from tests.kitchen.test_purses import HUNDRED
from tests.kitchen.test_till_reports import EVENING, WHEN, lunch, sent

PRICED_BY = 2  # the list price and the scheme of the cast


def test_every_table_of_money_is_vouched_for() -> None:
    """Whatever points at an entry of the books says something about money."""
    of_money = {
        table._meta.tablename
        for table in TABLES
        if any(column._meta.name == "entry" for column in table._meta.columns)
    }
    assert of_money - {"posting"} <= set(vouching.TABLES)


async def test_an_altered_row_is_named_on_both_engines(database: object) -> None:
    """All other ways to tamper, and the words: tests/commands/test_checking.py."""
    cast = await enter()
    wrong = await hand_over(lunch_for(cast, cast.zhou))
    await meals.void_meal(wrong.meal_id, "按错", by=SUN, now=MORNING)
    await hand_over(lunch_for(cast, cast.li))
    assert await vouching.verify() == (3 * 2 + 2 + 1 + PRICED_BY, None)
    same = await tampered("meal", "UPDATE meal SET served_at = at")
    assert same is None  # a morning's act: as it was
    altered = await tampered("meal", "UPDATE meal SET point = NULL")
    assert altered == Unvouched("meal", wrong.meal_id, "altered")


class Undone(Exception):
    """Takes the tampering back, so that the next one finds all in order."""


async def tampered(table: str, sql: str) -> Unvouched | None:
    """What is found after that, past the triggers."""
    found = None
    with suppress(Undone):
        async with writing():
            await without_triggers(table)
            await rows(sql)
            found = (await vouching.verify())[1]
            raise Undone
    return found


async def without_triggers(table: str) -> None:
    if is_postgres():
        await rows(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        return
    for row in await rows(
        "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = {}", table
    ):
        await rows(f"DROP TRIGGER {row['name']}")


AFTER = date(2027, 1, 5)


async def a_signed_quarter() -> Cast:
    """An approved price and a programme; a conflict of two tills decided, a shift
    counted, a finding explained; the month closed, the quarter signed for."""
    cast, told = await lunch()
    at_noon = {"by": CHEN, "now": EVENING}
    when = {"approved": TODAY, "valid_from": TODAY}
    price = {"item": "lunch", "price_fen": 1300, "document": "云价1号", **when}
    await approve_price(kitchen_id=cast.kitchen, **price, **at_noon)
    programme = await programmes.propose_programme(
        kitchen_id=cast.kitchen,
        name="家庭券",
        classes=HUNDRED,
        pool="quarter",
        valid_from=TODAY,
        **at_noon,
    )
    await programmes.approve_programme(programme, by=QIAN, now=EVENING)
    for till in ("till-1", "till-2"):
        await sent(till, told)
    waiting = (await dining.reports_for(cast.kitchen, *WHEN))[0]
    await dining.decide(waiting.id, "gift", "孙阿姨记得", **at_noon)
    await hand_over(replace(lunch_for(cast, cast.li), tariff="full"))
    await dining.close_shift(cast.chaoyang, *WHEN, 0, "没有点钱", by=SUN, now=EVENING)
    month = (cast.kitchen, "2026-11")
    for one in await findings.findings(*month):
        if one.key:
            await findings.explain(*month, one.key, "已核实", by=QIAN, now=EVENING)
    await sign_days(*month, now=EVENING)
    later = {"today": AFTER, "by": QIAN, "now": EVENING}
    await settlement.close_month(*month, **later)
    await statements.draw_up(cast.kitchen, "2026-Q4", cast.community, **later)
    (drawn,) = await statements.statements_for(cast.kitchen)
    await statements.sign(
        cast.kitchen, drawn.id, "community", "何社区", by=CHEN, now=EVENING
    )
    return cast


COPY = (
    "INSERT INTO scheme_version (scheme, number, rules, announced_on, valid_from,"
    " proposed_by, proposed_at, approved_by, approved_at) SELECT scheme, '2',"
    " rules, announced_on, valid_from, proposed_by, proposed_at, approved_by,"
    " approved_at FROM scheme_version"
)
# table, what somebody with the database would do, what `verify` says of the row
TAMPERINGS = [
    ("month_close", "DELETE FROM month_close", "missing"),  # the month open again
    ("month_close", "UPDATE month_close SET by = '别人'", "altered"),
    ("finding_settled", "UPDATE finding_settled SET note = '好'", "altered"),
    ("finding_settled", "DELETE FROM finding_settled", "missing"),
    ("quarter_statement", "UPDATE quarter_statement SET digest = 'x'", "altered"),
    ("statement_signature", "DELETE FROM statement_signature", "missing"),
    ("statement_signature", "UPDATE statement_signature SET signer = '某'", "altered"),
    ("shift_close", "UPDATE shift_close SET counted_cash_fen = 1", "altered"),
    ("till_report", "UPDATE till_report SET status = 'ok'", "altered"),
    ("till_decision", "UPDATE till_decision SET choice = 'swap'", "altered"),
    ("list_price", "UPDATE list_price SET price_fen = 1", "altered"),
    ("approved_price", "DELETE FROM approved_price", "missing"),
    ("scheme_version", "UPDATE scheme_version SET rules = ''", "altered"),
    ("scheme_version", "UPDATE scheme_version SET approved_by = '某'", "altered"),
    ("scheme_version", COPY, "added"),
    ("purse_programme", "UPDATE purse_programme SET classes = '[]'", "altered"),
]


async def test_whoever_closed_priced_settled_or_signed_is_vouched_for(
    database: object,
) -> None:
    await a_signed_quarter()
    assert (await vouching.verify())[1] is None
    said = []
    for table, sql, _what in TAMPERINGS:
        found = await tampered(table, sql)
        said.append((table, sql, found and (found.kind, found.what)))
    assert said == [(table, sql, (table, what)) for table, sql, what in TAMPERINGS]
    assert (await vouching.verify())[1] is None
    proposal = COPY.replace("approved_at FROM", "NULL FROM")
    assert await tampered("scheme_version", proposal) is None  # nothing is priced by it


BELOW = (
    "INSERT INTO list_price (id, kitchen, meal, price_fen, announced_on, valid_from,"
    " at, by) SELECT -1, kitchen, meal, 1, announced_on, valid_from, at, by"
    " FROM list_price"
)


async def test_older_rows_are_vouched_for_once_as_they_stand(database: object) -> None:
    """A version before fingerprints wrote rows and lines without any."""
    cast = await enter()
    handed = await hand_over(lunch_for(cast, cast.li))
    async with writing():
        await without_triggers("audit_line")
        await rows("UPDATE audit_line SET after = {}", "{}")
    assert await vouching.look() == (0, None, 1 + 2 + PRICED_BY)
    harm = "UPDATE meal SET self_pay_fen = 0"
    assert await tampered("meal", harm) is None  # nobody could tell
    await hand_over(lunch_for(cast, cast.zhou))  # of today's version
    assert await vouching.look() == (3, None, 1 + 2 + PRICED_BY)
    who = {"by": "命令行", "staff_id": 0, "now": MORNING}
    assert await vouching.vouch_for_older(**who) == 1 + 2 + PRICED_BY
    assert await vouching.vouch_for_older(**who) == 0
    assert await vouching.look() == (2 * 3 + PRICED_BY, None, 0)
    found = await tampered("meal", harm)
    assert found == Unvouched("meal", handed.meal_id, "altered")
    gone = await tampered("posting", "DELETE FROM posting WHERE entry = 1")
    assert gone == Unvouched("postings", 1, "altered")
    slipped = await tampered("list_price", BELOW)  # where nobody would look
    assert slipped == Unvouched("list_price", -1, "added")
    lines = await rows("SELECT * FROM audit_line WHERE action = 'books.vouch_older'")
    assert all("以前有没有改过，这一行不能作证" in line["reason"] for line in lines)


async def test_what_a_savepoint_undid_is_not_vouched_for(database: object) -> None:
    cast = await enter()
    half = {"kitchen_id": cast.kitchen, "kind": "top_up", "day": TODAY}
    async with writing():
        with pytest.raises(Refusal):
            await posted_and_failed(half)
        assert vouched() == {}


async def posted_and_failed(entry: dict[str, Any]) -> None:
    async with savepoint():
        moved = {"cash:1": 5, "elder:1": -5}
        await ledger.post(**entry, movements=moved, by=CHEN, now=MORNING)
        raise Refusal("price_changed")
