"""Three in a row are a reason to ask; one meal is not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kitchen.deliveries import report_exception
from kitchen.observations import Seen, alerts_of, watched_on, watched_one
from kitchen.outcomes import Report
from tests.kitchen.cast import CHEN, TODAY
from tests.kitchen.test_deliveries import NOON, out_in_the_streets, stop_of

FINE = Seen(
    elder_id=1,
    day=TODAY,
    meal="lunch",
    outcome="elder",
    condition="normal",
    last_meal="eaten",
    note="",
    reported_by="钱师傅",
    at=NOON,
)


def meals(*changes: dict[str, str]) -> list[Seen]:
    """Newest first, one a day."""
    return [
        replace(FINE, day=TODAY - timedelta(days=n), **change)
        for n, change in enumerate(changes)
    ]


REFUSED, AWAY = {"outcome": "refused"}, {"outcome": "away"}
NEIGHBOUR, SILENT = {"outcome": "neighbour"}, {"outcome": "no_answer"}
UNTOUCHED, NOT_TOLD = {"last_meal": "untouched"}, {"last_meal": ""}
OUTSIDE: dict[str, str] = {"last_meal": "outside"}


@pytest.mark.parametrize(
    ("changes", "alerts"),
    [
        ([], ()),
        ([{}, {}, {}], ()),
        ([REFUSED, REFUSED], ()),  # two are not three
        ([REFUSED, REFUSED, REFUSED], ("refused",)),
        ([REFUSED, {}, REFUSED, REFUSED], ()),  # taken once between
        ([REFUSED, AWAY, REFUSED, REFUSED], ("refused",)),  # in hospital between
        ([UNTOUCHED, UNTOUCHED, UNTOUCHED], ("not_eaten",)),
        ([UNTOUCHED, NOT_TOLD, UNTOUCHED, UNTOUCHED], ("not_eaten",)),
        ([UNTOUCHED, UNTOUCHED, {"last_meal": "part"}], ()),
        ([OUTSIDE, {}, {}], ("container_outside",)),  # at once
        ([{}, OUTSIDE, {}], ()),  # it was seen since
        ([NEIGHBOUR, SILENT, {"outcome": "agreed_place"}], ("not_seen",)),
        ([NEIGHBOUR, {"outcome": "family"}, SILENT], ()),  # family saw her
        ([AWAY, AWAY, AWAY], ()),  # known to be away
        ([{"condition": "changed"}], ("changed",)),
        ([{**OUTSIDE, **SILENT}, SILENT, SILENT], ("container_outside", "not_seen")),
    ],
)
def test_what_stands_out(changes: list[dict[str, str]], alerts: tuple[str]) -> None:
    assert alerts_of(meals(*changes)) == alerts


async def test_what_a_driver_saw_stands_out_the_same_day(database: object) -> None:
    cast, plan = await out_in_the_streets()
    stop = await stop_of(cast, plan, cast.wang)
    changed = Report(
        outcome="elder",
        reported_by="钱师傅",
        condition="changed",
        note="走路不稳",
        last_meal="part",
    )
    await report_exception(stop, changed, by=CHEN, now=NOON)
    zhao = await stop_of(cast, plan, cast.zhao)
    fine = Report(outcome="elder", reported_by="钱师傅")
    await report_exception(zhao, fine, by=CHEN, now=NOON)
    [one] = await watched_on(cast.kitchen, TODAY)
    assert (one.name, one.alerts) == ("王秀英", ("changed",))
    assert [(m.note, m.last_meal) for m in one.seen] == [("走路不稳", "part")]
    assert (await watched_one(cast.kitchen, TODAY, cast.zhao)).alerts == ()  # type: ignore[union-attr]
    assert await watched_one(cast.kitchen, TODAY, cast.li) is None
    later = TODAY + timedelta(days=30)
    assert await watched_on(cast.kitchen, later) == []
