"""One person proposes who pays, another approves; eaten meals stay as they were."""

import re
from html import unescape

import pytest
from litestar import Litestar

from kitchen import subsidies
from kitchen.scheme_examples import Example, examples
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import TODAY, Cast, enter


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "subsidies")


@pytest.fixture
async def cast(app: Litestar) -> Cast:
    return await enter()


PROPOSAL = {
    "scheme": "五三零",
    "number": "1",
    "announced": "2026-11-24",
    "valid_from": "2026-12-01",
    "layers": "1",
    "rules_1": "2",
    "from_1_1": "60",
    "to_1_1": "79",
    "paying_1_1": "self_pay",
    "amount_1_1": "5",
    "from_1_2": "80",
    "paying_1_2": "self_pay",
    "amount_1_2": "3.00",
    "payer_1_1": "funder:city",
    "share_1_1": "40",
    "payer_1_2": "funder:district",
    "share_1_2": "60",
}


async def test_the_versions_are_listed_in_words(cast: Cast, manager: Client) -> None:
    answer = await manager.get("/subsidies")
    assert answer.status_code == 200
    assert "60 岁以上五元（60 岁以上）：自付 5.00 元" in answer.text
    assert "区级补贴 100%" in answer.text
    assert "现行" in answer.text


async def test_a_proposal_shows_what_it_means_for_real_people(
    cast: Cast, manager: Client
) -> None:
    answer = await manager.submit("/subsidies", **PROPOSAL)
    assert answer.status_code == 303, answer.text
    shown = await manager.get(answer.headers["Location"])
    assert "等待批准" in shown.text
    assert "王秀英" in shown.text  # 81, pays three instead of five
    assert "市级补贴 4.00" in shown.text
    assert "是您自己提的" in shown.text


async def test_only_a_second_person_approves(
    cast: Cast, manager: Client, sign_in_as: SignInAs
) -> None:
    answer = await manager.submit("/subsidies", **PROPOSAL)
    url = f"{answer.headers['Location']}/approval"
    own = await manager.submit(url)
    assert own.status_code == 409
    assert "须由另一个人批准" in own.text
    supervisor = await sign_in_as("supervisor", "周督导")
    assert (await supervisor.submit(url)).status_code == 303
    december = TODAY.replace(month=12)
    version = await subsidies.version_on(cast.kitchen, december)
    assert version is not None
    assert (version.title, version.approved_by) == ("五三零 v1", "周督导")
    today = await subsidies.version_on(cast.kitchen, TODAY)
    assert today is not None
    assert today.title != version.title


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"share_1_2": "50"}, "加起来是 90%"),
        ({"payer_1_2": "funder:city"}, "填了两次"),
        ({"payer_1_1": "funder:moon"}, "付款方"),
        ({"to_1_1": "50"}, "小于从几岁"),
        ({"amount_1_1": "5.005"}, "金额"),
        ({"amount_1_2": ""}, "金额：还没有填"),
        ({"paying_1_1": "lottery"}, "怎么补"),
        ({"paying_1_1": "percent", "amount_1_1": "120"}, "比例"),
        ({"paying_1_1": "purse"}, "消费券单独一层"),
        ({"from_1_1": "", "to_1_1": ""}, "起个名字"),
        ({"category_1_1": "rich"}, "有任一类别"),
        ({"hukou_in_1_1": "999"}, "户籍在"),
        ({"cap_1_1": "-1"}, "一餐最多"),
        ({"fee": "", "payer_d_1": "funder:city"}, "还要写补给谁"),
        (
            {
                "rules_o": "1",
                "from_o_1": "60",
                "paying_o_1": "percent",
                "amount_o_1": "9",
                "payer_o_1": "funder:city",
            },
            "每餐一个固定金额",
        ),
        (
            {
                "layers": "2",
                "rules_2": "1",
                "from_2_1": "60",
                "paying_2_1": "fixed",
                "amount_2_1": "1",
                "day_2_1": "1",
                "payer_2_1": "funder:city",
            },
            "只能出现在一层里",
        ),
        (
            {
                "payer_1_1": "",
                "payer_1_2": "",
                "from_1_1": "",
                "to_1_1": "",
                "amount_1_1": "",
                "from_1_2": "",
                "amount_1_2": "",
            },
            "至少写一层",
        ),
        ({"transition_to": "2027-06-01"}, "最多三个月"),
        ({"valid_from": "2026-11-01"}, "早于公布日"),
        ({"valid_to": "2026-11-30"}, ""),
        ({"scheme": ""}, "方案名称：还没有填"),
        ({"announced": "昨天"}, "公布日"),
    ],
)
async def test_a_wrong_proposal_keeps_what_was_typed(
    cast: Cast, manager: Client, change: dict[str, str], sentence: str
) -> None:
    answer = await manager.submit("/subsidies", **{**PROPOSAL, **change})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="2026-' in answer.text
    assert len(await subsidies.versions_for(cast.kitchen)) == 1


async def test_the_form_begins_with_what_is_in_force(
    cast: Cast, manager: Client
) -> None:
    answer = await manager.get("/subsidies/new")
    assert 'value="5.00"' in answer.text
    assert 'value="60"' in answer.text


async def test_a_version_of_another_kitchen_is_a_lost_page(
    cast: Cast, manager: Client
) -> None:
    assert (await manager.get("/subsidies/versions/999")).status_code == 404


async def test_a_preview_saves_nothing_and_shows_real_people(
    cast: Cast, manager: Client
) -> None:
    answer = await manager.submit("/subsidies", do="preview", **PROPOSAL)
    assert answer.status_code == 200
    assert "落到具体的人" in answer.text
    assert "王秀英" in answer.text
    assert "81 岁（当天）；第 2 条" in answer.text  # each line says why
    eve, birthday = "2033-06-14", "2033-06-15"  # 周建国 turns eighty
    for day, age, own in ((eve, 79, "5.00"), (birthday, 80, "3.00")):
        then = await manager.submit(
            "/subsidies", do="preview", **{**PROPOSAL, "valid_from": day}
        )
        row = then.text.partition("周建国")[2].partition("</tr>")[0]
        assert f">{age}</td>" in row
        assert f"<b>{own} 元</b>" in row
    assert len(await subsidies.versions_for(cast.kitchen)) == 1


async def test_a_preview_shows_where_each_eats_and_who_pays_for_bringing(
    cast: Cast, manager: Client
) -> None:
    bringing = {"fee": "3", "payer_d_1": "funder:district", "rules_d": "1"}
    some = {"from_d_1": "80", "paying_d_1": "fixed", "amount_d_1": "2"}
    operator = {"rules_o": "1", "from_o_1": "60", "paying_o_1": "fixed"}
    paid = {"amount_o_1": "1", "payer_o_1": "funder:city"}
    typed = {**PROPOSAL, **bringing, **some, **operator, **paid}
    shown = (await manager.submit("/subsidies", do="preview", **typed)).text
    rows = {
        name: re.sub(r"<[^>]*>|\s", "", shown.partition(name)[2].partition("</tr>")[0])
        for name in ("王秀英", "李德福")
    }
    assert "送餐到家" in rows["王秀英"]  # 81, brought: three yuan and one for bringing
    assert "送餐费·区级补贴2.00" in rows["王秀英"]
    assert "送餐费·老人1.00" in rows["王秀英"]
    assert "4.00元" in rows["王秀英"]
    assert "朝阳就餐点" in rows["李德福"]
    assert "运营补贴·市级补贴1.00" in rows["李德福"]
    assert "送餐费" not in rows["李德福"]


async def test_room_for_one_more_rule_loses_nothing(
    cast: Cast, manager: Client
) -> None:
    rule = await manager.submit("/subsidies", do="rule_1", **PROPOSAL)
    assert 'name="amount_1_3"' in rule.text
    layer = await manager.submit("/subsidies", do="layer", **PROPOSAL)
    assert 'name="payer_2_1"' in layer.text
    for answer in (rule, layer):
        assert 'value="五三零"' in answer.text
        assert 'value="3.00"' in answer.text


@pytest.mark.parametrize("one", examples(), ids=lambda one: str(one.code))
async def test_every_shape_goes_through_the_form_unchanged(
    cast: Cast, manager: Client, one: Example
) -> None:
    """What the form shows of a scheme in use, sent back, is that scheme."""
    shown = await manager.get(f"/subsidies/new?start={one.code}")
    assert shown.status_code == 200
    page = fields_of(shown.text)
    page |= {"number": "7", "valid_from": "2026-12-01", "do": "propose"}
    answer = await manager.submit("/subsidies", **page)
    assert answer.status_code == 303, answer.text
    versions = await subsidies.versions_for(cast.kitchen)
    assert versions[-1].rules == one.rules


def fields_of(text: str) -> dict[str, str | list[str]]:
    """What a browser would send of the page's form."""
    found: dict[str, list[str]] = {}
    form = text[text.index('action="/subsidies#preview"') :]
    form = form[: form.index("</form>")]
    for tag in re.findall(r"<input[^>]*>", form, re.S):
        facts = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if facts.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        found.setdefault(facts["name"], []).append(unescape(facts["value"]))
    for name, body in re.findall(
        r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.S
    ):
        chosen = re.findall(r'<option value="([^"]*)" selected', body)
        found[name] = chosen or re.findall(r'<option value="([^"]*)"', body)[:1]
    del found["csrf"], found["act"]
    return dict(found)
