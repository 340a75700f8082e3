"""Another program signs in: JSON only, the same delays, its own token."""

import pytest

from tests.app.client import PASSWORD, Client, Clock, hire
from tests.app.test_signin import login_of


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "api_session", "staff")


async def test_a_program_signs_in_works_and_signs_out(
    visitor: Client, clock: Clock
) -> None:
    person = await hire("manager", "陈主管", clock())
    credentials = {"login": await login_of(person.staff_id), "password": PASSWORD}
    answer = await visitor.post("/api/session", json=credentials)
    assert answer.status_code == 201
    assert answer.json()["role"] == "manager"
    token = {"X-CSRF-Token": answer.json()["csrf"]}
    assert (await visitor.get("/api/session")).json() == answer.json()
    assert (await visitor.delete("/api/session")).status_code == 403
    assert (await visitor.delete("/api/session", headers=token)).status_code == 204
    gone = await visitor.get("/api/session")
    assert (gone.status_code, gone.json()["code"]) == (401, "http_401")


async def test_a_wrong_password_is_refused_with_its_code(visitor: Client) -> None:
    answer = await visitor.post(
        "/api/session", json={"login": "nobody", "password": "wrong password"}
    )
    assert answer.status_code == 409
    assert answer.json() == {
        "code": "sign_in_wrong",
        "message": "账号或密码不对",
        "facts": {},
    }


async def test_guessing_is_slowed_down_here_too(visitor: Client) -> None:
    wrong = {"login": "nobody", "password": "wrong password"}
    answers = [await visitor.post("/api/session", json=wrong) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [409] * 5 + [429]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b'{"login": "a", "password": "b"}', "text/plain", 415),
        (b"login=a&password=b", "application/x-www-form-urlencoded", 415),
        (b'{"login": "a"}', "application/json", 400),
        (b'{"login": 1, "password": []}', "application/json", 400),
        (b"not json", "application/json", 400),
        (b"", "application/json", 400),
    ],
)
async def test_what_is_not_credentials_in_json_is_refused(
    visitor: Client, content: bytes, kind: str, status: int
) -> None:
    answer = await visitor.post(
        "/api/session", content=content, headers={"Content-Type": kind}
    )
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message", "facts"}


async def test_another_sites_page_cannot_sign_a_browser_in(visitor: Client) -> None:
    answer = await visitor.post(
        "/api/session",
        json={"login": "a", "password": "b"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
