"""Feedback slips: a code that proves itself and names nobody, typed in once."""

from datetime import date, timedelta
from typing import Any

import pytest

from kitchen import feedback_slips
from kitchen.errors import Refusal
from kitchen.feedback_slips import Returned, Slip, code_of, read_code, returned_between
from tests.kitchen.cast import CHEN, MORNING, TODAY, enter

SLIP = Slip(TODAY, "lunch", 3, 7)


def test_a_code_is_read_however_it_is_typed() -> None:
    code = code_of(1, SLIP)
    for typed in (code, code.lower(), code.replace("-", ""), f" {code} "):
        assert read_code(1, typed, TODAY) == SLIP
    newyear = Slip(date(2026, 12, 31), "dinner", 12, 140)
    assert read_code(1, code_of(1, newyear), date(2027, 1, 2)) == newyear


@pytest.mark.parametrize(
    ("kitchen", "typed", "today"),
    [
        (1, "", TODAY),
        (1, "1124L-3-007", TODAY),  # without its mark
        (1, "0230L-3-007-9F2C", TODAY),  # no such day
        (1, "太咸了", TODAY),
    ],
)
def test_what_is_no_code_is_refused(kitchen: int, typed: str, today: date) -> None:
    with pytest.raises(Refusal, match="slip_unknown"):
        read_code(kitchen, typed, today)


def test_a_code_of_another_kitchen_number_or_day_to_come_is_refused() -> None:
    code = code_of(1, SLIP)
    guessed = code.replace("-007-", "-008-")
    for kitchen, typed, today in (
        (2, code, TODAY),
        (1, guessed, TODAY),
        (1, code, TODAY - timedelta(days=1)),
    ):
        with pytest.raises(Refusal, match="slip_unknown"):
            read_code(kitchen, typed, today)


async def test_a_slip_is_typed_in_once_and_counted(database: object) -> None:
    cast = await enter()
    by: dict[str, Any] = {"today": TODAY, "by": CHEN, "now": MORNING}
    for number, faces in enumerate((("good", "good"), ("good", "poor")), start=1):
        code = code_of(cast.kitchen, Slip(TODAY, "lunch", 3, number))
        await feedback_slips.answer(cast.kitchen, code, *faces, "", **by)
        with pytest.raises(Refusal, match="slip_typed"):
            await feedback_slips.answer(cast.kitchen, code, *faces, "", **by)
    assert await returned_between(cast.kitchen, TODAY, TODAY) == Returned(1, 2)
