"""Exceptions first: what a supervisor would ask about a month before it is closed.

Each finding is found anew from the rows, under a key that stays the same, and is
settled by a row of a person's word or of the recovery case it became. Late entries
carry their reason already. Days not closed must be closed: no word settles them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from piccolo.columns import ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit, recoveries
from kitchen.calendar import days_of
from kitchen.database import is_postgres, lock_for, reading, rows, writing
from kitchen.errors import Refusal
from kitchen.places import Kitchen, serves_on
from kitchen.recoveries import RecoveryCase
from kitchen.staff import Actor
from kitchen.vouching import insert_vouched

MOST_A_MINUTE = 25
"""Meals one device can serve in a minute: the till aims at one in three seconds."""
DEVICE_SHOWN = 40
"""Characters: the key of a tablet, or the beginning of a browser's long name."""
DAYS_ALIKE = 3
"""Days in a row with the very same count at a point, from which it is asked about."""


class FindingSettled(Table, tablename="finding_settled"):
    """A person's word on a finding, or the case that it became."""

    kitchen = ForeignKey(Kitchen, null=False)
    month = Text()
    key = Text()
    note = Text()
    recovery = ForeignKey(RecoveryCase, null=True)
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class Finding:
    """Something a supervisor would ask about. `note`: why it is all right, once
    somebody said so; a late entry's own reason."""

    kind: str
    day: date
    what: str
    key: str = ""
    elder_id: int | None = None
    note: str = ""
    case_id: int | None = None

    @property
    def settled(self) -> bool:
        return bool(self.note) or self.case_id is not None


# Readers ----------------------------------------------------------------------


async def findings(kitchen_id: int, month: str) -> list[Finding]:
    """What to look at before the month is closed, worst first, each with the word that
    was said on it. Refuses `month_unreadable`."""
    when = (kitchen_id, *days_of(month))
    async with reading():
        served = await _served(when)
        found = [
            *await _days_open(when),
            *await _meals_of_people("after_leaving", _AFTER_LEAVING, when),
            *await _meals_of_people("while_paused", _WHILE_PAUSED, when),
            *await _second_meals(when),
            *await _expired(when),
            *await _not_served(when),
            *await _beyond_booked(served, when),
            *await _device_rate(when),
            *await _meals_of_people("signed_early", _SIGNED_EARLY, when),
            *_counts_alike(served),
            *await _late(when),
        ]
        said = {
            row["key"]: row
            for row in await rows(
                "SELECT key, note, recovery FROM finding_settled"
                " WHERE kitchen = {} AND month = {}",
                kitchen_id,
                month,
            )
        }
    return [_with_word(one, said.get(one.key)) for one in found]


def _with_word(one: Finding, word: dict[str, Any] | None) -> Finding:
    if word is None:
        return one
    return replace(one, note=word["note"], case_id=word["recovery"])


_LIVE = (
    " FROM meal m JOIN elder e ON e.id = m.elder"
    " LEFT JOIN meal_void v ON v.served = m.id WHERE m.kitchen = {}"
    " AND m.day >= {} AND m.day <= {} AND v.id IS NULL"
)
_AFTER_LEAVING = (
    "SELECT DISTINCT m.elder AS elder, e.name AS name, m.day AS day FROM elder_state s"
    " JOIN meal m ON m.elder = s.elder AND s.from_day <= m.day"
    " AND (s.to_day IS NULL OR s.to_day >= m.day) JOIN elder e ON e.id = m.elder"
    " LEFT JOIN meal_void v ON v.served = m.id WHERE m.kitchen = {}"
    " AND m.day >= {} AND m.day <= {} AND v.id IS NULL"
    " AND s.state IN ('ended', 'deceased') ORDER BY m.day, e.name"
)
_WHILE_PAUSED = (
    "SELECT DISTINCT m.elder AS elder, e.name AS name, m.day AS day FROM elder_state s"
    " JOIN meal m ON m.elder = s.elder AND s.from_day <= m.day"
    " AND (s.to_day IS NULL OR s.to_day >= m.day) JOIN elder e ON e.id = m.elder"
    " LEFT JOIN meal_void v ON v.served = m.id WHERE m.kitchen = {}"
    " AND m.day >= {} AND m.day <= {} AND v.id IS NULL AND s.state = 'paused'"
    " AND NOT EXISTS (SELECT 1 FROM elder_state t WHERE t.elder = s.elder"
    " AND t.id > s.id AND t.from_day <= m.day"
    " AND (t.to_day IS NULL OR t.to_day >= m.day)) ORDER BY m.day, e.name"
)
_SIGNED_EARLY = (
    "SELECT DISTINCT m.elder AS elder, e.name AS name, m.day AS day FROM meal m"
    " JOIN elder e ON e.id = m.elder JOIN stop s ON s.id = m.stop_id"
    " JOIN (SELECT l.round AS round, MIN(l.at) AS at FROM loading l"
    " LEFT JOIN loading_void x ON x.loading = l.id WHERE x.id IS NULL"
    " GROUP BY l.round) l ON l.round = s.round"
    " LEFT JOIN meal_void v ON v.served = m.id WHERE m.kitchen = {}"
    " AND m.day >= {} AND m.day <= {} AND v.id IS NULL AND m.channel = 'door'"
    " AND m.served_at < l.at ORDER BY m.day, e.name"
)

When = tuple[int, date, date]


async def _days_open(when: When) -> list[Finding]:
    """Meals that were counted or served and not closed: where only guests ate there
    may be no count at all."""
    found = await rows(
        "SELECT h.day AS day, h.meal AS meal FROM (SELECT kitchen, day, meal"
        " FROM headcount WHERE kitchen = {} AND day >= {} AND day <= {}"
        " UNION SELECT m.kitchen, m.day, m.meal FROM meal m"
        " LEFT JOIN meal_void v ON v.served = m.id"
        " WHERE m.kitchen = {} AND m.day >= {} AND m.day <= {} AND v.id IS NULL) h"
        " LEFT JOIN day_close d ON d.kitchen = h.kitchen AND d.day = h.day"
        " AND d.meal = h.meal WHERE d.id IS NULL ORDER BY h.day, h.meal",
        *when,
        *when,
    )
    return [Finding("day_open", row["day"], row["meal"]) for row in found]


async def _meals_of_people(kind: str, sql: str, when: When) -> list[Finding]:
    return [
        _of_person(kind, row["day"], row["elder"], row["name"])
        for row in await rows(sql, *when)
    ]


def _of_person(kind: str, day: date, elder: int, what: str, more: str = "") -> Finding:
    return Finding(kind, day, what, f"{kind}|{day}|{elder}{more}", elder)


async def _second_meals(when: When) -> list[Finding]:
    """Of two meals at least one stands at the full price, since the slot is one: so
    only those few are looked at closely."""
    found = await rows(
        "SELECT m.elder AS elder, e.name AS name, m.day AS day, m.meal AS meal,"
        " COUNT(*) AS n FROM (SELECT DISTINCT elder, day, meal FROM meal"
        " WHERE kitchen = {} AND day >= {} AND day <= {} AND tariff = 'full'"
        " AND elder IS NOT NULL) f JOIN meal m ON m.elder = f.elder"
        " AND m.day = f.day AND m.meal = f.meal JOIN elder e ON e.id = m.elder"
        " LEFT JOIN meal_void v ON v.served = m.id WHERE v.id IS NULL"
        " GROUP BY m.elder, e.name, m.day, m.meal HAVING COUNT(*) > 1"
        " ORDER BY m.day, e.name",
        *when,
    )
    return [
        _of_person(
            "second_meal",
            row["day"],
            row["elder"],
            f"{row['name']} × {row['n']}",
            f"|{row['meal']}",
        )
        for row in found
    ]


async def _expired(when: When) -> list[Finding]:
    """Subsidised although some entitlement had ended before, or was withdrawn since,
    and none of that kind has followed."""
    found = await rows(
        "SELECT DISTINCT m.elder AS elder, e.name AS name, m.day AS day,"
        " c.code AS code FROM category c JOIN meal m ON m.elder = c.elder"
        " JOIN elder e ON e.id = m.elder LEFT JOIN meal_void v ON v.served = m.id"
        " WHERE m.kitchen = {} AND m.day >= {} AND m.day <= {} AND v.id IS NULL"
        " AND m.tariff = 'subsidised' AND c.valid_from <= m.day"
        " AND (c.valid_to < m.day OR c.withdrawn_at IS NOT NULL) AND NOT EXISTS"
        " (SELECT 1 FROM category d WHERE d.elder = c.elder AND d.code = c.code"
        " AND d.withdrawn_at IS NULL AND d.valid_from <= m.day"
        " AND (d.valid_to IS NULL OR d.valid_to >= m.day)) ORDER BY m.day, e.name",
        *when,
    )
    return [
        _of_person("expired", row["day"], row["elder"], row["name"], f"|{row['code']}")
        for row in found
    ]


async def _not_served(when: When) -> list[Finding]:
    """Subsidised on a day on which the kitchen does not cook."""
    found = await rows(
        "SELECT m.day AS day, COUNT(*) AS n FROM meal m"
        " LEFT JOIN meal_void v ON v.served = m.id WHERE m.kitchen = {}"
        " AND m.day >= {} AND m.day <= {} AND v.id IS NULL"
        " AND m.tariff = 'subsidised' GROUP BY m.day ORDER BY m.day",
        *when,
    )
    return [
        Finding("not_served", day, f"× {row['n']}", f"not_served|{day}")
        for row in found
        for day in [row["day"]]
        if not await serves_on(when[0], day)
    ]


async def _served(when: When) -> list[dict[str, Any]]:
    """Portions served at each point, meal by meal, in the order of the days."""
    return await rows(
        "SELECT m.point AS point, p.name AS name, m.meal AS meal, m.day AS day,"
        " COUNT(*) AS n, p.walk_in_cap AS cap FROM meal m"
        " JOIN dining_point p ON p.id = m.point"
        " LEFT JOIN meal_void v ON v.served = m.id WHERE m.kitchen = {}"
        " AND m.day >= {} AND m.day <= {} AND v.id IS NULL"
        " GROUP BY m.point, p.name, m.meal, m.day, p.walk_in_cap"
        " ORDER BY m.point, m.meal, m.day",
        *when,
    )


async def _beyond_booked(served: Sequence[dict[str, Any]], when: When) -> list[Finding]:
    """More served at a point than booked there and its walk-in cap together."""
    booked = {
        (row["point"], row["day"], row["meal"]): int(row["n"])
        for row in await rows(
            "SELECT d.point AS point, d.day AS day, d.meal AS meal,"
            " SUM(d.portions) AS n FROM diner d JOIN headcount h ON h.id = d.headcount"
            " WHERE h.kitchen = {} AND h.day >= {} AND h.day <= {}"
            " AND d.point IS NOT NULL GROUP BY d.point, d.day, d.meal",
            *when,
        )
    }
    beyond = []
    for row in sorted(served, key=lambda row: (row["day"], row["name"])):
        expected = booked.get((row["point"], row["day"], row["meal"]), 0)
        if row["n"] > expected + row["cap"]:
            what = f"{row['name']} {row['n']} > {expected} + {row['cap']}"
            key = f"beyond_booked|{row['day']}|{row['point']}|{row['meal']}"
            beyond.append(Finding("beyond_booked", row["day"], what, key))
    return beyond


async def _device_rate(when: When) -> list[Finding]:
    """One device, one minute, more people than hands can serve. Without scripts a till
    tells its make alone, so point by point."""
    minute = (
        "to_char(m.served_at, 'YYYY-MM-DD HH24:MI')"
        if is_postgres()
        else "substr(m.served_at, 1, 16)"
    )
    found = await rows(
        f"SELECT m.device AS device, m.day AS day, {minute} AS minute, COUNT(*) AS n,"  # noqa: S608 - of two texts of ours
        " m.point AS point, COALESCE(p.name, '') AS name FROM meal m"
        " LEFT JOIN dining_point p ON p.id = m.point"
        " LEFT JOIN meal_void v ON v.served = m.id WHERE m.kitchen = {}"
        " AND m.day >= {} AND m.day <= {} AND v.id IS NULL AND m.device <> ''"
        f" GROUP BY m.device, m.day, {minute}, m.point, p.name"
        " HAVING COUNT(*) > {} ORDER BY 2, 3, 1, 5",
        *when,
        MOST_A_MINUTE,
    )
    return [
        Finding(
            "device_rate",
            row["day"],
            f"{row['name']} {row['device'][:DEVICE_SHOWN]} × {row['n']}".lstrip(),
            f"device_rate|{row['day']}|{row['device']}|{row['minute']}|{row['point']}",
        )
        for row in found
    ]


def _counts_alike(served: Sequence[dict[str, Any]]) -> list[Finding]:
    """The very same count at a point, service day after service day."""
    alike = []
    for (point, meal, n), run in groupby(
        served, key=lambda row: (row["point"], row["meal"], row["n"])
    ):
        days: Sequence[dict[str, Any]] = list(run)
        if len(days) >= DAYS_ALIKE:
            first = days[0]
            what = f"{first['name']} {n} × {len(days)}"
            key = f"counts_alike|{first['day']}|{point}|{meal}|{len(days)}"
            alike.append(Finding("counts_alike", first["day"], what, key))
    return alike


async def _late(when: When) -> list[Finding]:
    """At a counter. A door's paper sheet is no late entry: somebody has signed it."""
    found = await rows(
        "SELECT m.id AS id, m.elder AS elder, e.name AS name, m.day AS day,"
        " m.reason AS reason"
        + _LIVE
        + " AND m.channel <> 'door' AND m.source IN ('paper', 'telephone')"
        " ORDER BY m.day, m.id",
        *when,
    )
    return [
        replace(
            _of_person(
                "late_entry", row["day"], row["elder"], row["name"], f"|{row['id']}"
            ),
            note=row["reason"].strip(),
        )
        for row in found
    ]


# Verbs ------------------------------------------------------------------------


async def explain(
    kitchen_id: int, month: str, key: str, note: str, *, by: Actor, now: datetime
) -> None:
    """A person's word on a finding. Twice is harmless: the first word stands. Refuses
    `reason_missing`, `finding_unknown`, `month_closed`."""
    if not note.strip():
        raise Refusal("reason_missing")
    async with writing():
        if await _hold_open(kitchen_id, month, key) is None:
            return
        await _settle(kitchen_id, month, key, note.strip(), None, by=by, now=now)


async def make_case(
    kitchen_id: int,
    month: str,
    key: str,
    *,
    amount_fen: int,
    reason: str,
    barred_from: date | None,
    provider: bool = False,
    by: Actor,
    now: datetime,
) -> int:
    """A finding becomes a case against the person it names, or the provider. Refuses
    what `explain` and `recoveries.open_in_transaction` refuse, and
    `finding_names_nobody`."""
    async with writing():
        one = await _hold_open(kitchen_id, month, key)
        if one is None:
            raise Refusal("finding_settled")
        if one.elder_id is None and not provider:
            raise Refusal("finding_names_nobody")
        case_id = await recoveries.open_in_transaction(
            kitchen_id=kitchen_id,
            elder_id=None if provider else one.elder_id,
            finding=key,
            amount_fen=amount_fen,
            reason=reason,
            barred_from=barred_from,
            by=by,
            now=now,
        )
        await _settle(kitchen_id, month, key, reason, case_id, by=by, now=now)
        return case_id


async def _hold_open(kitchen_id: int, month: str, key: str) -> Finding | None:
    """The finding, held for the transaction; None when it was settled before."""
    await lock_for("month", f"{kitchen_id}|{month}")
    if await rows(
        "SELECT id FROM month_close WHERE kitchen = {} AND month = {}",
        kitchen_id,
        month,
    ):
        raise Refusal("month_closed", month=month)
    for one in await findings(kitchen_id, month):
        if one.key == key and key:
            return None if one.settled else one
    raise Refusal("finding_unknown")


async def _settle(
    kitchen_id: int,
    month: str,
    key: str,
    note: str,
    case_id: int | None,
    *,
    by: Actor,
    now: datetime,
) -> None:
    await insert_vouched(
        FindingSettled,
        kitchen=kitchen_id,
        month=month,
        key=key,
        note=note,
        recovery=case_id,
        at=now,
        by=by.name,
    )
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action="month.settle_finding",
        object_kind="kitchen",
        object_id=kitchen_id,
        after={"month": month, "finding": key, "case": case_id},
        reason=note,
    )
