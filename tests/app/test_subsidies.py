"""One person proposes who pays, another approves; eaten meals stay as they were."""

import pytest
from litestar import Litestar

from kitchen import subsidies
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
    "from_1": "60",
    "to_1": "79",
    "pay_1": "5",
    "from_2": "80",
    "to_2": "",
    "pay_2": "3.00",
    "payer_1": "funder:city",
    "share_1": "40",
    "payer_2": "funder:district",
    "share_2": "60",
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
        ({"share_2": "50"}, "加起来是 90%"),
        ({"payer_2": "funder:city"}, "填了两次"),
        ({"payer_1": "funder:moon"}, "付款方"),
        ({"to_1": "85"}, "年龄和别的档重叠"),
        ({"to_1": "50"}, "小于从几岁"),
        ({"pay_1": "5.005"}, "自付"),
        ({"pay_2": ""}, "年龄和自付都要填"),
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
