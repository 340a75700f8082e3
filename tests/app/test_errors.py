"""Faults of ours: a polite answer, nothing of their insides, nobody's data in a log."""

import pytest
from litestar import get, post

from app.asgi import Built, built
from app.requests import Request
from kitchen.errors import Refusal
from tests.app.client import Client

SECRET = "王秀英 13800138000"


@get("/breaks", allows="public")
async def breaks() -> None:
    raise RuntimeError("x" * 130 + SECRET)


@get("/refuses/{code:str}", allows="public")
async def refuses(request: Request) -> None:
    raise Refusal(str(request.path_params["code"]), where="朝阳就餐点", seconds=3)


@post("/writes", allows="self.use")
async def writes() -> None: ...


@pytest.fixture
def pages() -> Built:
    """Built for each test anew, with pages that fail."""
    own = built(("signin",), own_database=False)
    for handler in (breaks, refuses, writes):
        own.app.register(handler)
    return own


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
async def test_a_fault_tells_nothing_of_its_insides(
    visitor: Client, caplog: pytest.LogCaptureFixture, accept: str
) -> None:
    answer = await visitor.get("/breaks", headers={"Accept": accept})
    assert answer.status_code == 500
    for inside in (SECRET, "RuntimeError", "Traceback", "test_errors"):
        assert inside not in answer.text
    assert "系统出错了" in answer.text
    assert "RuntimeError" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("something_new", 409),
        ("database_busy", 503),
        ("disk_full", 503),
        ("sign_in_delayed", 429),
        ("act_tampered", 422),
    ],
)
async def test_a_refusal_has_the_status_of_its_kind(
    visitor: Client, code: str, status: int
) -> None:
    page = await visitor.get(f"/refuses/{code}")
    assert page.status_code == status
    assert "<html" in page.text
    part = await visitor.fragment(f"/refuses/{code}")
    assert part.status_code == status
    assert "notice" in part.text
    assert part.headers["HX-Retarget"] == "#notices"
    assert ("retry-after" in page.headers) == (status == 503)


async def test_a_refusal_as_json_has_code_sentence_and_facts(visitor: Client) -> None:
    answer = await visitor.get(
        "/refuses/sign_in_delayed", headers={"Accept": "application/json"}
    )
    assert answer.json() == {
        "code": "sign_in_delayed",
        "message": "试错次数多，请等 3 秒再试",
        "facts": {"where": "朝阳就餐点", "seconds": 3},
    }


async def test_a_form_that_is_out_of_date_says_so(manager: Client) -> None:
    answer = await manager.submit("/writes", csrf="0" * 64)
    assert answer.status_code == 403
    assert "这张表单过期了" in answer.text


async def test_sending_without_a_session_asks_to_sign_in_first(
    visitor: Client,
) -> None:
    answer = await visitor.submit("/writes")
    assert answer.status_code == 401
    assert "请先登录" in answer.text


async def test_an_htmx_call_without_a_session_leads_the_whole_page_to_the_door(
    visitor: Client,
) -> None:
    answer = await visitor.fragment("/account")
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in"


async def test_a_body_too_large_is_refused_clearly(manager: Client) -> None:
    answer = await manager.submit("/writes", note="长" * 300_000)
    assert answer.status_code == 413
    assert "提交的内容太大" in answer.text
