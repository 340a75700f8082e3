"""The planner as a job: asked by form, best plan kept while it searches, used any time;
a child that crashes, hangs or talks nonsense harms nothing."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from app import menu_planning
from kitchen import food, goods, menu_proposals, menus, prices
from kitchen.goods import NewLot
from kitchen.menu_proposals import Proposal, Wish
from kitchen.prices import NewPrice
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import CHEN, MORNING, Cast, enter

PAGE = "/menus/2026-11-30/lunch"
FIRST = date(2026, 11, 30)
ASKED = {"weeks": "1", "rows": ["1", "3", "5"], "seconds": "5", "second": "on"}


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "menus", "food", "jobs")


async def stocked() -> Cast:
    cast = await enter()
    await food.load_food(by=CHEN, now=MORNING)
    told = [
        NewPrice(one.id, "", 1000, date(2026, 1, 1))
        for one in await food.ingredients_in_use()
    ]
    await prices.set_prices(cast.kitchen, told, by=CHEN, now=MORNING)
    return cast


async def asked(cast: Cast, seconds: int = 3) -> int:
    return await menu_proposals.ask(
        cast.kitchen,
        "lunch",
        FIRST,
        1,
        Wish(rows=(1, 3, 5), seconds=seconds),
        by=CHEN,
        now=MORNING,
    )


async def answered(
    cast: Cast, command: Sequence[str] = menu_planning.PLANNER, grace: float = 120
) -> Proposal:
    proposal = await asked(cast)
    facts = await menu_proposals.proposal_by_id(cast.kitchen, proposal)
    question = await menu_proposals.question_for(
        cast.kitchen, "lunch", FIRST, 1, facts.wish
    )
    await menu_planning.plan_menus(
        proposal, question, 3, command=command, grace_seconds=grace
    )
    return await menu_proposals.proposal_by_id(cast.kitchen, proposal)


async def test_a_plan_is_kept_used_and_taken_back(
    manager: Client, database: object
) -> None:
    cast = await stocked()
    proposal = await answered(cast)
    assert proposal.state == "done"
    assert 0 < proposal.bound <= proposal.total
    assert sum(proposal.parts.values()) == proposal.total
    page = (await manager.get(f"/menus/proposals/{proposal.id}")).text
    assert "排好了" in page
    assert f"最少不会少于 {proposal.bound} 分" in page
    answer = await manager.submit(f"/menus/proposals/{proposal.id}/uses")
    assert answer.status_code == 303
    monday = await menus.menu_for(cast.kitchen, FIRST, "lunch")
    assert {line.position for line in monday.lines if line.choice == "A"} == {1, 3, 5}
    assert "撤销自动排菜" in (await manager.get(PAGE)).text


async def test_a_cell_changed_while_the_planner_thought_is_left_alone(
    manager: Client,
) -> None:
    cast = await stocked()
    proposal = await answered(cast)
    planned = proposal.cells[menus.Place(FIRST, "A", 1)]
    mine = next(d for d in await food.dishes() if d not in proposal.cells.values())
    await menus.set_dish(
        *(cast.kitchen, FIRST, "lunch", "A", 1, mine), by=CHEN, now=MORNING
    )
    edit = await menu_proposals.use(cast.kitchen, proposal.id, by=CHEN, now=MORNING)
    assert [refusal.code for refusal in edit.refused.values()] == ["menu_cell_changed"]
    monday = await menus.menu_for(cast.kitchen, FIRST, "lunch")
    held = monday.dish_at("A", 1)
    assert held is not None
    assert held.id == mine != planned


NONSENSE = {
    "crashes": "import sys; sys.exit(7)",
    "hangs": "import time; time.sleep(60)",
    "talks nonsense": "print('你好')",
    "answers nothing": "print('{}')",
    "plans an empty week": (
        "import json; print(json.dumps(dict(status='optimal', cells=[], total=1,"
        " bound=1, seconds=1, faults=[])))"
    ),
}


@pytest.mark.parametrize("kind", NONSENSE)
async def test_whatever_the_child_does_nothing_is_planned_and_it_is_told(
    manager: Client, kind: str
) -> None:
    cast = await stocked()
    command = (sys.executable, "-c", NONSENSE[kind])
    proposal = await answered(cast, command, grace=0)
    assert proposal.state == "failed"
    assert proposal.cells == {}
    assert "没有排出来" in (await manager.get(f"/menus/proposals/{proposal.id}")).text
    answer = await manager.submit(f"/menus/proposals/{proposal.id}/uses")
    assert answer.status_code == 409


async def test_the_best_plan_heard_of_survives_the_childs_end(
    sqlite_database: object, tmp_path: Path
) -> None:
    cast = await stocked()
    done = await answered(cast)
    dies = (
        "import subprocess, sys;"
        "heard = subprocess.run([sys.executable, '-m', 'planning', '--seconds', '3'],"
        " stdin=sys.stdin, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE);"
        "sys.stderr.buffer.write(heard.stderr); sys.stderr.flush(); sys.exit(9)"
    )
    proposal = await answered(cast, (sys.executable, "-c", dies))
    assert proposal.state == "done"
    assert len(proposal.cells) >= len(done.cells) - 5  # set B may differ
    assert proposal.total > 0


GOES_ON = (
    "import subprocess, sys, time;"
    "subprocess.run([sys.executable, '-m', 'planning', '--seconds', '2'],"
    " stdin=sys.stdin, stdout=subprocess.DEVNULL, stderr=sys.stderr);"
    "time.sleep(120)"
)
"""The planner, which tells its plans and then goes on without a better one."""


async def test_the_best_so_far_is_shown_and_used_while_the_search_goes_on(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = await stocked()
    usual = menu_planning.plan_menus.__kwdefaults__
    monkeypatch.setitem(usual, "command", (sys.executable, "-c", GOES_ON))
    asked = {**ASKED, "seconds": "300"}
    path = (await manager.submit(f"{PAGE}/proposals", **asked)).headers["Location"]
    number = int(path.rpartition("/")[2])

    async def until(*, running: bool, planned: bool) -> Proposal:
        async with asyncio.timeout(120):
            while True:
                facts = await menu_proposals.proposal_by_id(cast.kitchen, number)
                if (facts.is_running, bool(facts.cells)) == (running, planned):
                    return facts
                await asyncio.sleep(0.1)

    facts = await until(running=True, planned=True)
    page = (await manager.get(path)).text
    assert "还在算" in page
    assert f"{facts.total} 分，越少越好；最少不会少于 {facts.bound} 分" in page
    assert "就用这份" in page
    assert 'hx-trigger="load delay:1s"' in page
    assert (await manager.submit(f"{path}/uses")).status_code == 303
    monday = await menus.menu_for(cast.kitchen, FIRST, "lunch")
    assert {line.position for line in monday.lines if line.choice == "A"} == {1, 3, 5}
    await until(running=False, planned=True)  # the search has ended with it


async def test_the_form_asks_and_the_page_watches(manager: Client) -> None:
    cast = await stocked()
    wax_gourd = await goods.ingredient_named("冬瓜")
    lot = NewLot(wax_gourd, "老王蔬菜", "1123", 9_000, date(2026, 12, 2))
    await goods.receive_lot(cast.kitchen, lot, MORNING, by=CHEN, now=MORNING)
    page = (await manager.get(f"{PAGE}/proposals")).text
    assert "一定做到" in page
    assert "冬瓜 2026-12-02</textarea>" in page  # what is on hand is asked for
    answer = await manager.submit(
        f"{PAGE}/proposals", **ASKED, stock="冬瓜 2026-12-02\n"
    )
    assert answer.status_code == 303
    path = answer.headers["Location"]
    facts = await menu_proposals.proposal_by_id(
        cast.kitchen, int(path.rpartition("/")[2])
    )
    assert facts.job is not None
    assert [(s.name, s.by_day) for s in facts.wish.stock] == [
        ("冬瓜", date(2026, 12, 2))
    ]
    part = await manager.fragment(path)
    assert "<html" not in part.text
    assert 'id="proposal"' in part.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"weeks": "5"}, "“5”"),
        ({"weeks": "0"}, "“0”"),
        ({"seconds": "很久"}, "“很久”"),
        ({"rows": []}, "至少选一类"),
        ({"rows": ["9"]}, "“9”"),
        ({"stock": "冬瓜"}, "“冬瓜”"),
        ({"stock": "冬瓜 明天"}, "“冬瓜 明天”"),
    ],
)
async def test_a_question_that_makes_no_sense_is_told_in_its_field(
    manager: Client, fields: dict[str, object], said: str
) -> None:
    await stocked()
    answer = await manager.submit(f"{PAGE}/proposals", **{**ASKED, **fields})
    assert answer.status_code == 422
    assert said in answer.text


async def test_who_only_reads_asks_and_uses_nothing(sign_in_as: SignInAs) -> None:
    cast = await stocked()
    proposal = await asked(cast)
    auditor = await sign_in_as("auditor")
    assert (await auditor.get(f"/menus/proposals/{proposal}")).status_code == 200
    assert (await auditor.submit(f"{PAGE}/proposals", **ASKED)).status_code == 403
    used = await auditor.submit(f"/menus/proposals/{proposal}/uses")
    assert used.status_code == 403
    assert (await auditor.get("/menus/proposals/99999")).status_code == 404
