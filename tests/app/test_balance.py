"""The balance's page: differences by name, words for them, what stayed behind."""

import pytest

from kitchen import day_close, headcounts
from tests.app.client import Client
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

PAGE = f"/balance/{TODAY}/lunch"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "balance")


async def counted() -> Cast:
    cast = await enter()
    await headcounts.close_headcount(cast.kitchen, TODAY, "lunch", by=CHEN, now=MORNING)
    return cast


async def test_before_the_count_the_page_leads_to_it(manager: Client) -> None:
    await enter()
    page = await manager.get(PAGE)
    assert "人数还没有截单" in page.text


async def test_a_day_with_open_doors_cannot_be_closed_and_names_them(
    manager: Client,
) -> None:
    await counted()
    answer = await manager.submit(f"{PAGE}/closure")
    assert answer.status_code == 409
    assert "王秀英" in answer.text


async def test_words_stay_with_their_difference_and_are_written_once(
    manager: Client,
) -> None:
    cast = await counted()
    balance = await day_close.balance_for(cast.kitchen, TODAY, "lunch")
    line = next(d for d in balance.differences if d.what == "周建国").key
    answer = await manager.submit(f"{PAGE}/notes", line=line, reason="标签卡纸")
    assert answer.status_code == 303
    assert "标签卡纸（" in (await manager.get(PAGE)).text
    again = await manager.submit(f"{PAGE}/notes", line=line, reason="别的话")
    assert again.status_code == 422
    assert "这处差异已写明" in again.text


async def test_one_sentence_explains_all_labels_but_never_a_meal(
    manager: Client,
) -> None:
    cast = await counted()
    balance = await day_close.balance_for(cast.kitchen, TODAY, "lunch")
    labels = [d.key for d in balance.open if d.code == "label"]
    others = [d.key for d in balance.open if d.code != "label"]
    assert min(len(labels), len(others)) > 1
    for line in (labels[0], others[0]):
        sent = {"line": line, "reason": "今天手写", "alike": "on"}
        assert (await manager.submit(f"{PAGE}/notes", **sent)).status_code == 303
    balance = await day_close.balance_for(cast.kitchen, TODAY, "lunch")
    assert [d.key for d in balance.open] == others[1:]


async def test_what_stayed_in_the_kitchen_is_recorded_there(manager: Client) -> None:
    cast = await counted()
    answer = await manager.submit(
        f"{PAGE}/leftovers", diet="regular", portions=2, fate="wasted", why="多做"
    )
    assert answer.status_code == 303
    balance = await day_close.balance_for(cast.kitchen, TODAY, "lunch")
    assert {line.place: line.wasted for line in balance.lines}["kitchen"] == 2
    wrong = await manager.submit(
        f"{PAGE}/leftovers", diet="regular", portions="两", fate="", why=""
    )
    assert wrong.status_code == 422
    assert "填的是“两”" in wrong.text
