"""Whatever is typed into any field of any form: a sentence, never a fault, and never
markup of the one who typed it.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from app.policy import PUBLIC, routes_of
from kitchen.database import rows
from tests.app.client import SignInAs
from tests.kitchen.cast import enter
from tests.security.test_scope import address, ask, parameters

FIELD = re.compile(
    r"form\.(?:text|choice|integer|raw|identifier|date|checkbox|number|fen|time|choices"
    r'|note|phone)\(\s*f?"([a-z_]+)"'
)
HOSTILE = ("\x00\u202e５.005", "=cmd|'/c'!A1<script>alert(1)</script>", "长" * 2_000)
ASKED = (
    *("q", "month", "quarter", "next", "kitchen", "page", "weekday", "waiting", "stop"),
    *("start", "span", "sets", "s", "round", "pots", "payment", "only", "did", "day"),
    *("category", "at", "meal", "unplaced", "point", "kind", "id", "first", "last"),
)
"""What pages read from their address."""
PLAUSIBLE: dict[str, Any] = {
    "way": "dine_in",
    "kind": "cancelled",
    "payment": "cash",
    "source": "office",
    "diet": "regular",
    "fate": "wasted",
    "portions": 1,
    "grams": 130,
    "moved": 1,
    "reason": "试试",
    "outcome": "told",
    "at": "10:00",
    "left": 1,
    "sure": "yes",
}


def every_field() -> list[str]:
    """The names of all fields that any controller reads."""
    app = Path(__file__).parents[2] / "app"
    found = {
        name for file in app.rglob("*.py") for name in FIELD.findall(file.read_text())
    }
    assert len(found) > 150
    return sorted(found)


@pytest.mark.parametrize("typed", HOSTILE, ids=[ascii(one)[:12] for one in HOSTILE])
async def test_whatever_is_typed_anywhere_is_answered_in_words(
    app: Litestar, sign_in_as: SignInAs, typed: str
) -> None:
    """All fields hostile, and then only those of which nothing plausible is known, so
    that the verbs behind are reached too."""
    cast = await enter()
    manager = await sign_in_as("manager")
    own: dict[str, Any] = {"elder_id": cast.li, "point_id": cast.chaoyang}
    own |= {"kitchen_id": cast.kitchen, "day": "2026-11-24", "meal": "lunch"}
    own |= {"month": "2026-11"}
    everywhere: dict[str, Any] = dict.fromkeys(every_field(), typed)
    people = {"elder": cast.li, "point": cast.chaoyang, "kitchen": cast.kitchen}
    wrong, reached = [], 0
    for path, method, handler in routes_of(app):
        if handler.opt["allows"] == PUBLIC or not set(parameters(path)) <= set(own):
            continue
        if method == "GET" and len(typed) < 100:  # what stands in an address
            asked = dict.fromkeys(ASKED, typed)
            answer = await manager.get(address(path, own), params=asked)
            if answer.status_code >= 500 or "<script>alert(1)" in answer.text:
                wrong.append((path, answer.status_code))
        if method != "POST" or path.startswith(NOT_FORMS):
            continue
        for fields in (everywhere, everywhere | PLAUSIBLE | people):
            answer = await ask(manager, method, address(path, own), **fields)
            reached += answer.status_code not in (404, 405)
            if answer.status_code >= 500 or "<script>alert(1)" in answer.text:
                wrong.append((path, answer.status_code))
    assert wrong == []
    assert reached > 150
    [kept] = await rows("SELECT COUNT(*) AS n FROM elder WHERE id = {}", cast.li)
    assert kept["n"] == 1


NOT_FORMS = ("/api", "/account", "/imports", "/sign-out")
