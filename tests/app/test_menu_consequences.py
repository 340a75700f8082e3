"""What a planner reads beside the week before it is published: each thing in its words
and with the people behind it."""

import re

import pytest
from litestar import Litestar

from kitchen.database import Engine
from tests.afternoon import NEXT_MONDAY, Afternoon, afternoon
from tests.app.client import Client, Clock
from tests.remembered import remembered


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "menus", "food")


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """What follows from the rows is tested on both engines with the kitchen's own."""
    return sqlite_database


@pytest.fixture
async def seen(app: Litestar, clock: Clock) -> Afternoon:
    clock.forward(hours=5)
    return await remembered(afternoon)


PEOPLE = r".{0,40}?王秀英"
SENTENCES = {
    "a category is missing": "还缺主食",
    "the same dish within a week": "清炒丝瓜.{0,12}11月27日",
    "over budget": r"A 套原料每份至少 [\d.]+ 元，超过预算 0.20 元",
    "no equipment": "没有灶锅，做不了",
    "not fit for the road": f"蒜蓉空心菜久焐走样，今天有 2 份要送{PEOPLE}",
    "bones": f"清蒸鲈鱼有骨刺，要给吃软食的去净{PEOPLE}",
    "season": "清炒丝瓜不当季（夏）",
    "foods of the week": r"本周食物只有 \d+ 种，建议至少 25 种",
    "fish of the week": "本周鱼虾只有 1 天，建议至少 2 天",
    "foods of the day": r"这一餐 \d+ 种食物（全天建议 12 种），本周 \d+ 种，鱼虾 \d 天",
    "steamers by the clock": r"蒸箱 × 1 \d\d:\d\d 开火，用 \d+%",
    "each filling by the clock": r"\d\d:\d\d–\d\d:\d\d 1 清蒸鲈鱼",
    "an allergy": "宫保鸡丁 花生过敏 1 份 还没有定做法 李德福",
    "texture": r"蒜蓉空心菜 低盐·要软食.{0,30}煮软切小 王秀英",
    "needs by sex and age": "女 75 岁以上",
    "an unpriced food": "没有价格、没算进去的：",
    "cost a head": r"原料成本 A ≥ 2.62 元 / 0.20 元",
}


async def test_each_consequence_is_on_the_page_in_its_words(
    seen: Afternoon, manager: Client
) -> None:
    page = (await manager.get(f"/menus/{NEXT_MONDAY}/lunch")).text
    panel = page.partition('id="panel"')[2]
    text = " ".join(re.sub(r"<[^>]*>", " ", panel).split())
    missing = {
        what: sentence
        for what, sentence in SENTENCES.items()
        if not re.search(sentence, text)
    }
    assert missing == {}, text


async def test_an_impossible_week_says_in_words_what_to_relax(
    seen: Afternoon, manager: Client
) -> None:
    page = (await manager.get(f"/menus/proposals/{seen.impossible}")).text
    text = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    assert "最省事的办法是放宽这些" in text
    for sentence in (
        "11月30日 周一 主荤：3 人（全素、花生过敏）没有一道能吃的",
        "11月30日 周一：预算每份要多 1.20 元",
        "11月30日 周一：蒸箱还差 20 分钟，早开工或加一台",
        "“冬瓜”在期限前用不上",
        "11月30日 周一 主荤：定好的菜要让开",
    ):
        assert sentence in text, text
    assert "按放宽的用这份" in text
