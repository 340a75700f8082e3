"""Bad weather by plain forms: switched on, arranged for, printed."""

import pytest

from kitchen.weather import guests_for
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import MORNING, TODAY, Cast, enter

HERE = f"/weather/{TODAY}/lunch"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "weather", "prints", "rounds")


@pytest.fixture
async def cast(app: object) -> Cast:
    return await enter(MORNING)


@pytest.fixture
async def manager(sign_in_as: SignInAs, cast: Cast) -> Client:
    return await sign_in_as("manager", kitchen_id=cast.kitchen)


async def test_everybody_at_a_table_is_arranged_for_and_on_paper(
    cast: Cast, manager: Client
) -> None:
    calm = await manager.get(HERE)
    assert "转为恶劣天气" in calm.text
    assert "李德福" not in calm.text
    kept = await manager.submit(HERE, more="三成", later="30", reason="台风")
    assert kept.status_code == 422
    assert 'value="三成"' in kept.text
    await manager.submit(HERE, more="30", later="30", reason="台风")
    assert "还有 1 位堂食老人没有着落" in (await manager.get(HERE)).text
    people = f"{HERE}/people"
    unnamed = await manager.submit(people, elder=str(cast.li), fate="escorted", who="")
    assert unnamed.status_code == 422
    assert "谁陪同" in unnamed.text
    await manager.submit(people, elder=str(cast.li), fate="escorted", who="志愿者小何")
    assert "堂食老人都有着落了" in (await manager.get(HERE)).text
    [guest] = await guests_for(cast.kitchen, TODAY, "lunch")
    assert (guest.fate, guest.who) == ("escorted", "志愿者小何")
    counted = (await manager.get(HERE)).text
    row = counted.split('<th scope="row">朝阳就餐点</th>')[1].split("</tr>")[0]
    cells = [cell.split("<")[0] for cell in row.split('<td class="numeric">')[1:]]
    assert cells == ["1", "0", "1", "0", "0"]  # people, meals, escorts, calls, open
    paper = await manager.get(f"/prints/{TODAY}/lunch/weather.pdf")
    assert paper.headers["content-type"] == "application/pdf"
    await manager.submit(f"{HERE}/end")
    assert "转为恶劣天气" in (await manager.get(HERE)).text
