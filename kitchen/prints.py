"""Paper: every print has a number, a version, a holder, and can be void.

One mechanism for all kinds. The same content is the same version however often it is
printed; changed content is the next version, and the older ones are void from that
moment. What stood on each line is kept sealed, so that a change slip can be made for
exactly the papers that are out there.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit, sealing
from kitchen.database import insert, insert_many, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.headcounts import Diner, Spare
from kitchen.places import Kitchen
from kitchen.print_versions import (
    SUPERSEDED,
    Content,
    LabelFacts,
    LineChange,
    Numbered,
    PrintFacts,
    State,
    latest_of,
    line_changes,
    newest_of,
    numbered,
    round_subject,
    slipped,
    state_against,
    state_of,
)
from kitchen.staff import Actor

__all__ = [
    "SUPERSEDED",
    "Content",
    "Label",
    "LabelFacts",
    "LineChange",
    "Numbered",
    "PrintFacts",
    "PrintRun",
    "PrintSetting",
    "PrintVoid",
    "State",
    "current_labels",
    "latest_of",
    "line_changes",
    "lines_of",
    "newest_of",
    "numbered",
    "options_of",
    "print_by_id",
    "print_numbered",
    "prints_for",
    "register_print",
    "register_prints",
    "round_subject",
    "set_options",
    "slipped",
    "state_against",
    "state_of",
    "upcoming",
    "void_gone",
    "void_print",
    "who_holds",
]


class PrintRun(Table, tablename="print_run"):
    """One version of one paper. `subject` is what it is about, e.g. `round:3`."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    kind = Text()  # sheet | labels | production | packing | roster | menu …
    subject = Text()
    number = Integer()  # short number within the day, spoken on the telephone
    version = Integer()
    digest = Text()  # of the content; same content = same version
    lines_sealed = Text()  # JSON {key: what the line said}, for change slips
    pages = Integer()
    holder = Text()
    at = Timestamptz()
    by = Text()


class PrintVoid(Table, tablename="print_void"):
    """This version must not be used any more."""

    print_run = ForeignKey(PrintRun, null=False)
    reason = Text()
    at = Timestamptz()
    by = Text()


class PrintSetting(Table, tablename="print_setting"):
    """How a kitchen wants its papers, as JSON; the newest row counts."""

    kitchen = ForeignKey(Kitchen, null=False)
    options = Text()
    at = Timestamptz()
    by = Text()


class Label(Table, tablename="label"):
    """One label of a run: one portion of one diner, or one spare."""

    print_run = ForeignKey(PrintRun, null=False)
    diner = ForeignKey(Diner, null=True)
    spare = ForeignKey(Spare, null=True)
    portion = Integer()
    code = Text()  # round-stop "3-04"


# Readers ----------------------------------------------------------------------

_PRINTS = (
    "SELECT p.*, v.reason AS void_reason FROM print_run p"
    " LEFT JOIN print_void v ON v.print_run = p.id"
)


async def prints_for(kitchen_id: int, day: date, meal: str) -> list[PrintFacts]:
    """Every print of a meal, by number and version."""
    found = await rows(
        _PRINTS + " WHERE p.kitchen = {} AND p.day = {} AND p.meal = {}"
        " ORDER BY p.number, p.version",
        kitchen_id,
        day,
        meal,
    )
    return [_facts(row) for row in found]


async def who_holds(kitchen_id: int, day: date, meal: str) -> list[PrintFacts]:
    """The version that counts of each paper, with the person who has it."""
    return [p for p in await prints_for(kitchen_id, day, meal) if not p.is_void]


async def print_by_id(print_id: int) -> PrintFacts:
    """One version; refuses `print_unknown`."""
    row = await one(_PRINTS + " WHERE p.id = {}", print_id)
    if row is None:
        raise Refusal("print_unknown")
    return _facts(row)


async def print_numbered(kitchen_id: int, day: date, number: int) -> list[PrintFacts]:
    """All versions of the paper with this short number of the day, oldest first."""
    found = await rows(
        _PRINTS + " WHERE p.kitchen = {} AND p.day = {} AND p.number = {}"
        " ORDER BY p.version",
        kitchen_id,
        day,
        number,
    )
    return [_facts(row) for row in found]


async def lines_of(facts: PrintFacts) -> dict[str, str]:
    """What stood on each line of this version."""
    row = await one("SELECT lines_sealed FROM print_run WHERE id = {}", facts.id)
    if row is None:
        raise Refusal("print_unknown")
    key = _row_key(facts.kitchen_id, facts.day, facts.meal, facts.about, facts.version)
    text = sealing.unseal("print_run", "lines_sealed", key, row["lines_sealed"])
    lines: dict[str, str] = json.loads(text) if text else {}
    return lines


async def options_of(kitchen_id: int) -> dict[str, Any]:
    """How this kitchen wants its papers; empty while nobody has said."""
    row = await one(
        "SELECT options FROM print_setting WHERE kitchen = {} ORDER BY id DESC LIMIT 1",
        kitchen_id,
    )
    options: dict[str, Any] = json.loads(row["options"]) if row else {}
    return options


async def current_labels(kitchen_id: int, day: date, meal: str) -> list[LabelFacts]:
    """The labels that count, one for each labelled portion: void runs are out."""
    found = await rows(
        "SELECT l.diner AS diner, l.spare AS spare, l.portion AS portion,"
        " l.code AS code, p.subject AS subject"
        " FROM label l JOIN print_run p ON p.id = l.print_run"
        " LEFT JOIN print_void v ON v.print_run = p.id"
        " WHERE p.kitchen = {} AND p.day = {} AND p.meal = {} AND v.id IS NULL"
        " ORDER BY l.id",
        kitchen_id,
        day,
        meal,
    )
    return [
        LabelFacts(
            row["diner"], row["spare"], row["portion"], row["code"], row["subject"]
        )
        for row in found
    ]


async def upcoming(
    kitchen_id: int, day: date, meal: str, contents: Sequence[Content]
) -> list[Numbered]:
    """The number and version each paper would get if it were printed now."""
    found = await rows(
        "SELECT DISTINCT number FROM print_run WHERE kitchen = {} AND day = {}",
        kitchen_id,
        day,
    )
    taken = {row["number"] for row in found}
    return numbered(await prints_for(kitchen_id, day, meal), taken, contents)


# Verbs ------------------------------------------------------------------------


async def register_prints(
    kitchen_id: int,
    day: date,
    meal: str,
    contents: Sequence[Content],
    *,
    pages: Sequence[int],
    by: Actor,
    now: datetime,
    stamped: Sequence[tuple[int, int]] = (),
) -> list[PrintFacts]:
    """Record that these papers are printed, and void their older versions.

    The same content again is the same version. `stamped` are the numbers and
    versions already drawn on the pages: when somebody else's print took one of them
    meanwhile, `print_overtaken` is refused and the pages have to be drawn again.
    """
    abouts = {(content.kind, content.subject) for content in contents}
    if len(abouts) < len(contents):
        raise ValueError("the same paper twice in one print")
    async with writing():
        await lock_for("print", f"{kitchen_id}:{day}")
        places = await upcoming(kitchen_id, day, meal, contents)
        if stamped and list(stamped) != [(p.number, p.version) for p in places]:
            raise Refusal("print_overtaken")
        registered = []
        for content, place, count in zip(contents, places, pages, strict=True):
            facts = place.same or await _insert(
                kitchen_id, day, meal, content, place, count, by, now
            )
            action = "print.repeated" if place.same else "print.registered"
            registered.append((action, facts))
        await _void_older([facts for _, facts in registered], by, now)
        for action, facts in registered:
            await _record(action, facts, by, now)
        return [facts for _, facts in registered]


async def register_print(
    kitchen_id: int,
    day: date,
    meal: str,
    content: Content,
    *,
    pages: int,
    by: Actor,
    now: datetime,
) -> PrintFacts:
    """One paper; see `register_prints`."""
    registered = await register_prints(
        kitchen_id, day, meal, [content], pages=[pages], by=by, now=now
    )
    return registered[0]


async def _insert(
    kitchen_id: int,
    day: date,
    meal: str,
    content: Content,
    place: Numbered,
    pages: int,
    by: Actor,
    now: datetime,
) -> PrintFacts:
    about = content.kind, content.subject
    row_key = _row_key(kitchen_id, day, meal, about, place.version)
    text = json.dumps(dict(content.lines or {}), ensure_ascii=False)
    print_id: int = await insert(
        PrintRun,
        kitchen=kitchen_id,
        day=day,
        meal=meal,
        kind=content.kind,
        subject=content.subject,
        number=place.number,
        version=place.version,
        digest=content.digest,
        lines_sealed=sealing.seal("print_run", "lines_sealed", row_key, text),
        pages=pages,
        holder=content.holder,
        at=now,
        by=by.name,
    )
    await insert_many(
        Label,
        [
            {
                "print_run": print_id,
                "diner": label.diner_id,
                "spare": label.spare_id,
                "portion": label.portion,
                "code": label.code,
            }
            for label in content.labels
        ],
    )
    return PrintFacts(
        print_id,
        kitchen_id,
        day,
        meal,
        content.kind,
        content.subject,
        place.number,
        place.version,
        content.digest,
        pages,
        content.holder,
        now,
        by.name,
    )


async def set_options(
    kitchen_id: int, options: Mapping[str, Any], *, by: Actor, now: datetime
) -> None:
    """Change how this kitchen wants its papers; the meaning is the doorway's."""
    before = await options_of(kitchen_id)
    text = json.dumps(dict(options), ensure_ascii=False, sort_keys=True)
    async with writing():
        await insert(PrintSetting, kitchen=kitchen_id, options=text, at=now, by=by.name)
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="print.options",
            object_kind="kitchen",
            object_id=kitchen_id,
            before=before,
            after=options,
        )


async def void_print(
    print_id: int, reason: str, *, by: Actor, now: datetime
) -> PrintFacts:
    """Say that a version must not be used; refuses `print_void_already`."""
    async with writing():
        facts = await print_by_id(print_id)
        await lock_for("print", f"{facts.kitchen_id}:{facts.day}")
        facts = await print_by_id(print_id)
        if facts.is_void:
            raise Refusal(
                "print_void_already", number=facts.number, version=facts.version
            )
        await insert(PrintVoid, print_run=print_id, reason=reason, at=now, by=by.name)
        await _record("print.voided", facts, by, now, reason)
        return facts


async def void_gone(
    kitchen_id: int,
    day: date,
    meal: str,
    kind: str,
    subjects: Collection[str],
    reason: str,
    *,
    by: Actor,
    now: datetime,
) -> list[PrintFacts]:
    """Void the papers of a kind whose subject exists no more: a round that a new plan
    has dissolved. Returns them, so that their holders can be told."""
    async with writing():
        await lock_for("print", f"{kitchen_id}:{day}")
        gone = [
            facts
            for facts in await prints_for(kitchen_id, day, meal)
            if facts.kind == kind
            and not facts.is_void
            and facts.subject not in subjects
        ]
        for facts in gone:
            await insert(
                PrintVoid, print_run=facts.id, reason=reason, at=now, by=by.name
            )
            await _record("print.voided", facts, by, now, reason)
        return gone


async def _void_older(
    registered: Sequence[PrintFacts], by: Actor, now: datetime
) -> None:
    """Every version before the ones just registered is void."""
    if not registered:
        return
    first = registered[0]
    newest = {facts.about: facts.version for facts in registered}
    older = [
        {"print_run": facts.id, "reason": SUPERSEDED, "at": now, "by": by.name}
        for facts in await prints_for(first.kitchen_id, first.day, first.meal)
        if facts.version < newest.get(facts.about, 0) and not facts.is_void
    ]
    await insert_many(PrintVoid, older)


async def _record(
    action: str, facts: PrintFacts, by: Actor, now: datetime, reason: str = ""
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="print",
        object_id=facts.id,
        after={
            "kind": facts.kind,
            "subject": facts.subject,
            "number": facts.number,
            "version": facts.version,
            "holder": facts.holder,
            "pages": facts.pages,
        },
        reason=reason,
    )


def _row_key(
    kitchen_id: int, day: date, meal: str, about: tuple[str, str], version: int
) -> str:
    return f"{kitchen_id}|{day}|{meal}|{about[0]}|{about[1]}|{version}"


def _facts(row: dict[str, Any]) -> PrintFacts:
    values = {**row, "kitchen_id": row["kitchen"]}
    return PrintFacts(**{name: values[name] for name in PrintFacts.__annotations__})
