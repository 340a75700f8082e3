"""Sessions and sign-in: nothing adopted, nothing resurrected, nothing guessed."""

import re

import httpx
import pytest

from app.sign_in import account_delay
from kitchen import database as doors
from tests.app.client import PASSWORD, Client, Clock, SignInAs, hire

LOGIN = re.compile(r"nuancan=([^;]+)")


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "staff", "settings", "jobs")


async def count(table: str) -> int:
    row = await doors.one(f"SELECT COUNT(*) AS n FROM {table}")
    assert row
    return int(row["n"])


async def login_of(staff_id: int) -> str:
    row = await doors.one("SELECT login FROM staff WHERE id = {}", staff_id)
    assert row
    return str(row["login"])


async def enter(client: Client, login: str, password: str = PASSWORD) -> httpx.Response:
    await client.get("/sign-in")
    return await client.submit("/sign-in", login=login, password=password)


async def test_a_right_password_leads_to_the_page_asked_for(
    visitor: Client, clock: Clock
) -> None:
    person = await hire("manager", "陈主管", clock())
    asked = await visitor.get("/account")
    assert asked.headers["Location"] == "/sign-in?next=/account"
    answer = await visitor.submit(
        "/sign-in",
        login=await login_of(person.staff_id),
        password=PASSWORD,
        next="/account",
    )
    assert answer.status_code == 403  # no visitor cookie yet: no form was drawn
    await visitor.get(asked.headers["Location"])
    answer = await visitor.submit(
        "/sign-in",
        login=await login_of(person.staff_id),
        password=PASSWORD,
        next="/account",
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert "陈主管" in (await visitor.get("/account")).text


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "\r\n/x"]
)
async def test_nobody_is_led_to_another_site(
    visitor: Client, clock: Clock, target: str
) -> None:
    person = await hire("manager", "陈主管", clock())
    await visitor.get("/sign-in")
    answer = await visitor.submit(
        "/sign-in",
        login=await login_of(person.staff_id),
        password=PASSWORD,
        next=target,
    )
    assert answer.headers["Location"] == "/"


async def test_a_planted_session_cookie_is_not_adopted(
    visitor: Client, clock: Clock
) -> None:
    person = await hire("manager", "陈主管", clock())
    visitor.cookies.set("nuancan", "planted-by-someone", domain="nuancan.local")
    await visitor.get("/sign-in")
    visitor.cookies.delete("nuancan")
    answer = await enter(visitor, await login_of(person.staff_id))
    given = LOGIN.search(answer.headers["set-cookie"])
    assert given
    assert given[1] != "planted-by-someone"
    assert len(given[1]) >= 43


async def test_signing_in_again_gives_a_new_session_id(
    visitor: Client, clock: Clock
) -> None:
    login = await login_of((await hire("cook", "周师傅", clock())).staff_id)
    await enter(visitor, login)
    first = visitor.cookies["nuancan"]
    await visitor.submit("/sign-in", login=login, password=PASSWORD)
    assert visitor.cookies["nuancan"] != first
    visitor.cookies.set("nuancan", first, domain="nuancan.local")
    assert (await visitor.get("/account")).status_code == 303  # the old one is over


async def test_only_the_digest_of_the_cookie_is_stored(
    visitor: Client, clock: Clock
) -> None:
    await enter(visitor, await login_of((await hire("cook", "周", clock())).staff_id))
    rows = await doors.rows("SELECT * FROM session")
    assert all(visitor.cookies["nuancan"] not in str(row) for row in rows)


async def test_a_slow_request_does_not_bring_an_ended_session_back(
    manager: Client, clock: Clock
) -> None:
    token = manager.cookies["nuancan"]
    clock.forward(minutes=5)  # old enough for the touch to be written
    await manager.submit("/sign-out")
    manager.cookies.set("nuancan", token, domain="nuancan.local")
    assert (await manager.get("/account")).status_code == 303
    clock.forward(minutes=5)
    assert (await manager.get("/account")).status_code == 303


async def test_visitors_leave_no_rows(visitor: Client) -> None:
    before = [await count(t) for t in ("session", "audit_line", "sign_in_failure")]
    for _ in range(100):
        visitor.cookies.clear()
        await visitor.get("/sign-in")
    after = [await count(t) for t in ("session", "audit_line", "sign_in_failure")]
    assert after == before


@pytest.mark.parametrize(
    ("role", "idle_minutes"), [("manager", 4 * 60), ("finance", 30)]
)
async def test_a_session_left_alone_runs_out(
    sign_in_as: SignInAs, clock: Clock, role: str, idle_minutes: int
) -> None:
    client = await sign_in_as(role)
    clock.forward(minutes=idle_minutes - 1)
    assert (await client.get("/account")).status_code == 200
    clock.forward(minutes=idle_minutes + 1)
    assert (await client.get("/account")).status_code == 303


async def test_a_session_in_use_all_day_still_ends(
    manager: Client, clock: Clock
) -> None:
    for _ in range(14):
        assert (await manager.get("/account")).status_code == 200
        clock.forward(hours=1, seconds=1)
    assert (await manager.get("/account")).status_code == 303


def test_an_account_waits_from_its_fifth_failure_and_then_twice_as_long() -> None:
    waits = [account_delay(failures).total_seconds() for failures in range(4, 15)]
    assert waits == [0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900]


async def test_guessing_a_password_is_slowed_down(
    visitor: Client, clock: Clock
) -> None:
    login = await login_of((await hire("manager", "陈主管", clock())).staff_id)
    for _ in range(5):
        answer = await enter(visitor, login, "wrong password")
        assert "账号或密码不对" in answer.text
    answer = await enter(visitor, login)  # even the right one has to wait now
    assert "请等" in answer.text
    assert await count("session") == 0
    clock.forward(seconds=6)
    assert (await enter(visitor, login)).status_code == 303


async def test_an_address_gets_thirty_tries_a_minute_whatever_it_claims(
    visitor: Client, clock: Clock
) -> None:
    await visitor.get("/sign-in")
    answers = []
    for n in range(40):
        answer = await visitor.submit(
            "/sign-in",
            login=f"nobody{n}",
            password="wrong password",
            headers={"X-Forwarded-For": f"10.0.0.{n}"},
        )
        answers.append("请等" in answer.text)
    assert answers == [False] * 30 + [True] * 10
    clock.forward(seconds=61)
    answer = await enter(visitor, "nobody", "wrong password")
    assert "账号或密码不对" in answer.text


async def test_known_and_unknown_accounts_are_refused_in_the_same_words(
    visitor: Client, clock: Clock
) -> None:
    login = await login_of((await hire("cook", "周", clock())).staff_id)
    known = await enter(visitor, login, "wrong password")
    unknown = await enter(visitor, "no-such-person", "wrong password")
    blank = re.compile(r'value="[^"]*"|[0-9a-f]{64}')
    assert blank.sub("", known.text) == blank.sub("", unknown.text)
    assert known.status_code == unknown.status_code == 422


async def test_a_closed_account_is_out_at_once(
    manager: Client, sign_in_as: SignInAs
) -> None:
    driver = await sign_in_as("driver", "赵师傅")
    assert (await driver.get("/account")).status_code == 200
    async with doors.writing():
        await doors.rows(
            "UPDATE staff SET active = {} WHERE id = {}", False, driver.actor.staff_id
        )
    assert (await driver.get("/account")).status_code == 303


async def test_a_new_password_ends_the_other_sessions(
    visitor: Client, sign_in_as: SignInAs
) -> None:
    cook = await sign_in_as("cook", "周师傅")
    await enter(visitor, await login_of(cook.actor.staff_id))
    answer = await cook.submit(
        "/account/password",
        old=PASSWORD,
        new="一碗热汤 and some rice",
        again="一碗热汤 and some rice",
    )
    assert answer.status_code == 303
    assert (await cook.get("/account")).status_code == 200
    assert (await visitor.get("/account")).status_code == 303


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ("short", "密码太短"),
        ("123456789012", "这个密码太常见"),
        ("password2026!", "这个密码太常见"),
        ("qwertyuiop123456", "这个密码太常见"),
        ("abcabcabcabcabc", "这个密码太常见"),
        ("", "还没有填"),
        ("长" * 201, "最多 200 个字符"),
    ],
)
async def test_a_weak_new_password_is_refused(
    sign_in_as: SignInAs, new: str, sentence: str
) -> None:
    cook = await sign_in_as("cook")
    answer = await cook.submit("/account/password", old=PASSWORD, new=new, again=new)
    assert answer.status_code == 422
    assert sentence in answer.text


async def test_signing_out_everywhere_else_keeps_this_browser(
    visitor: Client, sign_in_as: SignInAs
) -> None:
    cook = await sign_in_as("cook", "周师傅")
    await enter(visitor, await login_of(cook.actor.staff_id))
    await cook.submit("/account/sessions/end")
    assert (await cook.get("/account")).status_code == 200
    assert (await visitor.get("/account")).status_code == 303


async def test_a_sign_in_is_recorded(visitor: Client, clock: Clock) -> None:
    await enter(visitor, await login_of((await hire("cook", "周", clock())).staff_id))
    rows = await doors.rows("SELECT actor, action FROM audit_line")
    assert [(row["actor"], row["action"]) for row in rows] == [("周", "staff.sign_in")]


async def test_language_and_type_are_kept_by_the_browser(visitor: Client) -> None:
    await visitor.get("/sign-in")
    await visitor.submit("/preferences", language="en", type="large", back="/sign-in")
    answer = await visitor.get("/sign-in")
    assert '<html lang="en"' in answer.text
    assert 'data-type="large"' in answer.text
    assert "Sign in" in answer.text


async def test_a_sign_out_and_an_ended_session_are_recorded(
    sign_in_as: SignInAs,
) -> None:
    cook = await sign_in_as("cook", "周师傅")
    await cook.submit("/account/sessions/end")
    await cook.submit("/sign-out")
    rows = await doors.rows("SELECT action FROM audit_line ORDER BY id")
    assert [row["action"] for row in rows] == ["staff.end_sessions", "staff.sign_out"]


async def test_one_cannot_end_another_persons_session(
    sign_in_as: SignInAs,
) -> None:
    cook, driver = await sign_in_as("cook"), await sign_in_as("driver")
    row = await doors.one(
        "SELECT id FROM session WHERE staff = {}", driver.actor.staff_id
    )
    assert row
    await cook.submit("/account/sessions/end", session=row["id"])
    assert (await driver.get("/account")).status_code == 200
