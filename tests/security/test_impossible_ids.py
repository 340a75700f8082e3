"""Ids no row can have: a lost page on both engines, never a fault."""

from typing import Any

import pytest
from litestar import Litestar

from app.policy import PUBLIC, routes_of
from tests.app.client import SignInAs
from tests.kitchen.cast import enter
from tests.security.test_scope import address, ask, parameters

HUGE = 10**15


async def test_an_id_too_large_for_a_row_is_a_lost_page(
    app: Litestar, sign_in_as: SignInAs
) -> None:
    await enter()
    manager = await sign_in_as("manager")
    wrong = []
    for path, method, handler in routes_of(app):
        names = parameters(path)
        if handler.opt["allows"] == PUBLIC or not names:
            continue
        answer = await ask(manager, method, address(path, dict.fromkeys(names, HUGE)))
        if answer.status_code != 404:
            wrong.append((method, path, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("odd", [HUGE, "²", "-1", "１2", "1" * 400])
async def test_a_form_with_an_id_that_cannot_be_is_no_fault(
    app: Litestar, sign_in_as: SignInAs, odd: object
) -> None:
    cast = await enter()
    manager = await sign_in_as("manager")
    own = {"elder_id": cast.li, "elder": cast.li, "point": cast.chaoyang}
    own |= {"point_id": cast.chaoyang, "kitchen_id": cast.kitchen}
    names = ("elder", "point", "batch", "row", "to", "driver", "kitchen", "round")
    more = ("centre", "area", "version", "contact")
    fields: dict[str, Any] = dict.fromkeys((*names, *more), odd)
    fields["dish"] = 1
    fields |= {"who": f"#{odd}", "mate": f"#{odd}", "elders": f"{odd}"}
    words = ("reason", "why", "note", "name", "signed_by")
    fields |= dict.fromkeys(words, "试试") | {"payment": "cash", "kind": "substitute"}
    fields |= {
        "diet": "regular",
        "moved": 1,
        "left": 1,
        "fate": "wasted",
        "at": "10:00",
    }
    fields |= {"portions": 1, "grams": 130, "source": "till", "way": "dine_in"}
    wrong = []
    for path, method, handler in routes_of(app):
        known = set(parameters(path)) <= set(own)
        if method != "POST" or handler.opt["allows"] == PUBLIC or not known:
            continue
        if path.startswith(("/api", "/account", "/imports")):
            continue
        answer = await ask(manager, method, address(path, own), **fields)
        if answer.status_code >= 500:
            wrong.append((path, answer.status_code))
    assert wrong == []
