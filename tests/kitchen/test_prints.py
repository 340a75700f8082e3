"""Paper never lies: versions, voids, slips, and the labels that count."""

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen import audit, headcounts, prints
from kitchen.database import Conflict, Engine, rows, writing
from kitchen.errors import Refusal
from kitchen.prints import Content, LabelFacts, PrintFacts
from tests.kitchen import cast
from tests.kitchen.cast import CHEN, MORNING, TODAY

SHEET = Content("sheet", "round:3", "digest-1", "赵师傅", {"elder:1": "3-01 王秀英"})
CHANGED = Content("sheet", "round:3", "digest-2", "赵师傅", {"elder:1": "3-02 王秀英"})


async def register(kitchen: int, content: Content, **given: Any) -> PrintFacts:
    return await prints.register_print(
        kitchen, TODAY, "lunch", content, pages=2, by=CHEN, now=MORNING, **given
    )


async def test_the_same_content_is_the_same_version(database: Engine) -> None:
    kitchen = (await cast.enter()).kitchen
    first = await register(kitchen, SHEET)
    again = await register(kitchen, SHEET)
    assert (first.number, first.version) == (3, 1)  # the round's
    assert again == first
    assert len(await prints.prints_for(kitchen, TODAY, "lunch")) == 1


async def test_changed_content_is_the_next_version_and_voids_the_older(
    database: Engine,
) -> None:
    kitchen = (await cast.enter()).kitchen
    await register(kitchen, SHEET)
    second = await register(kitchen, CHANGED)
    first, newer = await prints.prints_for(kitchen, TODAY, "lunch")
    assert (second.number, second.version) == (3, 2)
    assert first.void_reason == prints.SUPERSEDED
    assert not newer.is_void
    assert await prints.who_holds(kitchen, TODAY, "lunch") == [newer]


async def test_going_back_to_the_first_content_is_a_third_version(
    database: Engine,
) -> None:
    kitchen = (await cast.enter()).kitchen
    for content in (SHEET, CHANGED, SHEET):
        newest = await register(kitchen, content)
    assert newest.version == 3
    voids = [p.is_void for p in await prints.prints_for(kitchen, TODAY, "lunch")]
    assert voids == [True, True, False]


async def test_papers_of_a_day_have_different_short_numbers(database: Engine) -> None:
    kitchen = (await cast.enter()).kitchen
    registered = await prints.register_prints(
        kitchen,
        TODAY,
        "lunch",
        [SHEET, Content("production", "all", "p")],
        pages=[2, 1],
        by=CHEN,
        now=MORNING,
    )
    dinner = await prints.register_print(
        kitchen, TODAY, "dinner", SHEET, pages=1, by=CHEN, now=MORNING
    )
    assert [p.number for p in (*registered, dinner)] == [3, 301, 103]
    found = await prints.print_numbered(kitchen, TODAY, 301)
    assert [p.kind for p in found] == ["production"]


async def test_pages_drawn_with_an_overtaken_version_are_refused(
    database: Engine,
) -> None:
    kitchen = (await cast.enter()).kitchen
    await register(kitchen, SHEET)
    with pytest.raises(Refusal) as refused:
        await prints.register_prints(
            kitchen,
            TODAY,
            "lunch",
            [CHANGED],
            pages=[1],
            stamped=[(1, 1)],
            by=CHEN,
            now=MORNING,
        )
    assert refused.value.code == "print_overtaken"
    assert len(await prints.prints_for(kitchen, TODAY, "lunch")) == 1


async def test_a_print_voided_by_hand_is_stale_and_its_reprint_a_new_version(
    database: Engine,
) -> None:
    kitchen = (await cast.enter()).kitchen
    first = await register(kitchen, SHEET)
    await prints.void_print(first.id, "纸湿了", by=CHEN, now=MORNING)
    found = await prints.prints_for(kitchen, TODAY, "lunch")
    assert prints.state_of(found, "sheet", "round:3", "digest-1") == "stale"
    assert (await register(kitchen, SHEET)).version == 2
    with pytest.raises(Refusal) as refused:
        await prints.void_print(first.id, "再来", by=CHEN, now=MORNING)
    assert refused.value.code == "print_void_already"


async def test_a_round_that_is_gone_voids_its_paper(database: Engine) -> None:
    kitchen = (await cast.enter()).kitchen
    await register(kitchen, SHEET)
    other = await register(kitchen, Content("sheet", "round:4", "d"))
    gone = await prints.void_gone(
        kitchen,
        TODAY,
        "lunch",
        "sheet",
        {"round:4"},
        "线路取消",
        by=CHEN,
        now=MORNING,
    )
    assert [p.subject for p in gone] == ["round:3"]
    held = await prints.who_holds(kitchen, TODAY, "lunch")
    assert [p.id for p in held] == [other.id]


async def test_the_state_of_a_paper(database: Engine) -> None:
    kitchen = (await cast.enter()).kitchen
    await register(kitchen, SHEET)
    found = await prints.prints_for(kitchen, TODAY, "lunch")
    assert prints.state_of(found, "sheet", "round:3", "digest-1") == "current"
    assert prints.state_of(found, "sheet", "round:3", "digest-2") == "stale"
    assert prints.state_of(found, "sheet", "round:9", "digest-1") == "never"


async def test_what_stood_on_the_paper_is_kept_sealed(database: Engine) -> None:
    kitchen = (await cast.enter()).kitchen
    facts = await register(kitchen, SHEET)
    assert await prints.lines_of(facts) == {"elder:1": "3-01 王秀英"}
    (row,) = await rows("SELECT lines_sealed FROM print_run")
    assert "王秀英" not in row["lines_sealed"]


async def test_prints_are_audited_and_never_edited(database: Engine) -> None:
    kitchen = (await cast.enter()).kitchen
    await register(kitchen, SHEET)
    await register(kitchen, SHEET)
    found = await rows(
        "SELECT action FROM audit_line WHERE object_kind = 'print' ORDER BY id"
    )
    assert [row["action"] for row in found] == ["print.registered", "print.repeated"]
    assert await audit.verify() is None
    with pytest.raises(Conflict):
        async with writing():
            await rows("UPDATE print_run SET version = 9")


async def test_only_labels_of_versions_that_count_are_labelled_portions(
    database: Engine,
) -> None:
    ids = await cast.enter()
    await headcounts.close_headcount(ids.kitchen, TODAY, "lunch", by=CHEN, now=MORNING)
    eaters = await headcounts.eaters_for(ids.kitchen, TODAY, "lunch")
    wang, zhao = (e.diner_id for e in eaters if e.way == "deliver")
    both = tuple(LabelFacts(d, None, 1, f"3-0{n}") for n, d in ((1, wang), (2, zhao)))
    await register(ids.kitchen, Content("labels", "round:3", "a", labels=both))
    await register(ids.kitchen, Content("labels", "round:3", "b", labels=both[:1]))
    found = await prints.current_labels(ids.kitchen, TODAY, "lunch")
    assert [(label.diner_id, label.code) for label in found] == [(wang, "3-01")]


async def test_an_unknown_print_is_refused(database: Engine) -> None:
    with pytest.raises(Refusal) as refused:
        await prints.print_by_id(99)
    assert refused.value.code == "print_unknown"


# Slips


LINES = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("123"))


@given(LINES, LINES)
def test_an_old_paper_with_its_slip_reads_like_the_new_one(
    before: dict[str, str], after: dict[str, str]
) -> None:
    changes = prints.line_changes(before, after)
    assert prints.slipped(before, changes) == after
    assert (not changes) == (before == after)


@given(st.lists(st.dictionaries(st.integers(1, 4), LINES), min_size=1, max_size=8))
def test_what_everyone_holds_after_each_slip_is_the_plan_that_counts(
    plans: list[dict[int, dict[str, str]]],
) -> None:
    """Plans follow each other; papers are printed and slips handed out only where
    something changed, and nobody is left holding another plan."""
    held: dict[int, tuple[int, dict[str, str]]] = {}
    for plan in plans:
        for number in held.keys() - plan.keys():
            del held[number]  # the round is gone: its paper is taken back
        for number, lines in plan.items():
            version, old = held.get(number, (0, {}))
            if version and old == lines:
                continue  # same content, same version: nothing to hand out
            slip = prints.line_changes(old, lines)
            held[number] = (version + 1, prints.slipped(old, slip))
        assert {number: lines for number, (_, lines) in held.items()} == plan


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=12))
def test_versions_count_changes_of_content(digests: list[str]) -> None:
    found: list[PrintFacts] = []
    for digest in digests:
        content = Content("sheet", "round:1", digest)
        (place,) = prints.numbered(found, {p.number for p in found}, [content])
        if place.same:
            continue
        found = [
            *(PrintFacts(**{**vars(p), "void_reason": "superseded"}) for p in found),
            PrintFacts(
                len(found) + 1,
                1,
                date(2026, 11, 24),
                "lunch",
                "sheet",
                "round:1",
                place.number,
                place.version,
                digest,
                1,
                "",
                MORNING,
                "陈",
            ),
        ]
    changes = 1 + sum(a != b for a, b in pairwise(digests))
    assert [p.version for p in found] == list(range(1, changes + 1))
    assert sum(not p.is_void for p in found) == 1
    assert prints.state_of(found, "sheet", "round:1", digests[-1]) == "current"
