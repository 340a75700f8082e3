"""Nobody touches food without papers, nor with a fever."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kitchen import certificates, hands
from kitchen.certificates import CertificateFacts, ends_on, gaps
from kitchen.database import rows, writing
from kitchen.errors import Refusal
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

YEAR = timedelta(days=365)


def certificate(kind: str, issued: date, expires: date | None) -> CertificateFacts:
    return CertificateFacts(1, "hand", 1, kind, "", issued, expires, MORNING, "陈")


@pytest.mark.parametrize(
    ("issued", "expires", "codes"),
    [
        (TODAY, TODAY, []),  # the day of issue and the last day both count
        (TODAY - YEAR, TODAY - timedelta(days=1), ["health_certificate_expired"]),
        (TODAY + timedelta(days=1), TODAY + YEAR, ["health_certificate_missing"]),
        (TODAY - YEAR, None, []),  # it does not end
    ],
)
def test_a_certificate_counts_from_its_first_day_to_its_last(
    issued: date, expires: date | None, codes: list[str]
) -> None:
    held = [
        certificate("health", issued, expires),
        certificate("training", TODAY, None),
    ]
    assert [gap.code for gap in gaps(held, TODAY)] == codes


def test_a_renewed_certificate_makes_the_old_one_harmless() -> None:
    held = [
        certificate("health", TODAY - 2 * YEAR, TODAY - YEAR),
        certificate("health", TODAY - timedelta(days=9), TODAY + YEAR),
    ]
    assert gaps(held, TODAY, ["health"]) == []
    assert ends_on(held, "health") == TODAY + YEAR
    assert ends_on(held, "training") is None


@pytest.mark.parametrize(
    ("findings", "decidegrees", "fit"),
    [
        ((), 365, True),
        ((), None, True),  # the thermometer was broken
        ((), 372, True),
        ((), 373, False),
        (("diarrhoea",), 365, False),
    ],
)
def test_a_finding_or_a_fever_keeps_from_food(
    findings: tuple[str, ...], decidegrees: int | None, fit: bool
) -> None:
    assert hands.is_fit(findings, decidegrees) is fit


async def hired(cast: Cast, name: str = "孙师傅", papers: bool = True) -> int:
    hand = await hands.add_hand(cast.kitchen, name, "主厨", by=CHEN, now=MORNING)
    if papers:
        for kind, expires in (("health", TODAY + YEAR), ("training", None)):
            await certificates.record_certificate(
                *(cast.kitchen, "hand", hand, kind, "A1", TODAY - YEAR, expires),
                by=CHEN,
                now=MORNING,
            )
    return hand


async def put(cast: Cast, hand: int, post: str = "cook") -> int:
    return await hands.assign(
        cast.kitchen, hand, TODAY, "lunch", post, by=CHEN, now=MORNING
    )


async def checked(cast: Cast, hand: int, *findings: str) -> bool:
    return await hands.record_check(
        *(cast.kitchen, hand, TODAY, findings, 366, "", MORNING), by=CHEN, now=MORNING
    )


async def test_without_papers_nobody_is_put_to_food(database: object) -> None:
    cast = await enter()
    hand = await hired(cast, papers=False)
    with pytest.raises(Refusal, match="health_certificate_missing"):
        await put(cast, hand)
    await put(cast, hand, "clean")  # sweeping needs none
    (seen,) = await hands.hands_for(cast.kitchen, TODAY, "lunch")
    assert [duty.post for duty in seen.duties] == ["clean"]
    assert [gap.code for gap in seen.gaps(TODAY)] == [
        "health_certificate_missing",
        "training_missing",
    ]


@pytest.mark.parametrize(
    ("kind", "expires", "code"),
    [
        ("health", TODAY, "health_certificate_expired"),  # good today, not tomorrow
        ("training", TODAY, "training_expired"),
        ("training", None, ""),
    ],
)
async def test_papers_have_to_be_good_on_the_day_of_the_post(
    sqlite_database: object, kind: str, expires: date | None, code: str
) -> None:
    cast = await enter()
    hand = await hired(cast, papers=False)
    for each in certificates.FOOD_KINDS:
        last = expires if each == kind else None
        papers = (cast.kitchen, "hand", hand, each, "A1", TODAY - YEAR, last)
        await certificates.record_certificate(*papers, by=CHEN, now=MORNING)
    await put(cast, hand)
    tomorrow = (cast.kitchen, hand, TODAY + timedelta(days=1), "lunch", "cook")
    if not code:
        await hands.assign(*tomorrow, by=CHEN, now=MORNING)
        return
    with pytest.raises(Refusal, match=code):
        await hands.assign(*tomorrow, by=CHEN, now=MORNING)


async def test_without_training_nobody_is_put_to_food(database: object) -> None:
    cast = await enter()
    hand = await hired(cast, papers=False)
    health = (cast.kitchen, "hand", hand, "health", "A1", TODAY - YEAR, TODAY + YEAR)
    await certificates.record_certificate(*health, by=CHEN, now=MORNING)
    for post in hands.FOOD_POSTS:
        with pytest.raises(Refusal, match="training_missing"):
            await put(cast, hand, post)


async def test_a_wrong_certificate_is_taken_back_and_misses_again(
    database: object,
) -> None:
    cast = await enter()
    hand = await hired(cast)
    assert await put(cast, hand) == await put(cast, hand)  # twice is the same
    health = next(
        each
        for each in (await certificates.certificates_of("hand", [hand]))[hand]
        if each.kind == "health"
    )
    for _ in range(2):
        await certificates.void_certificate(
            cast.kitchen, health.id, "看错了", by=CHEN, now=MORNING
        )
    with pytest.raises(Refusal, match="health_certificate_missing"):
        await certificates.refuse_unfit("hand", hand, "孙师傅", TODAY)
    with pytest.raises(Refusal, match="certificate_unknown"):
        await certificates.void_certificate(
            cast.kitchen + 1, health.id, "别家的", by=CHEN, now=MORNING
        )


async def test_who_is_ill_this_morning_is_not_put_to_food(database: object) -> None:
    cast = await enter()
    hand = await hired(cast)
    assert await checked(cast, hand, "diarrhoea") is False
    with pytest.raises(Refusal, match="unfit_today"):
        await put(cast, hand)
    assert await checked(cast, hand) is True  # looked at again, by the doctor's word
    await put(cast, hand)
    (seen,) = await hands.hands_for(cast.kitchen, TODAY, "lunch")
    assert seen.check is not None
    assert seen.check.findings == ()
    assert len(await hands.checks_between(cast.kitchen, TODAY, TODAY)) == 2


async def test_what_was_found_is_sealed_in_the_rows(database: object) -> None:
    cast = await enter()
    hand = await hired(cast)
    await checked(cast, hand, "diarrhoea")
    (row,) = await rows("SELECT findings_sealed FROM morning_check")
    assert "diarrhoea" not in row["findings_sealed"]
    with pytest.raises(Exception, match="append_only"):
        async with writing():
            await rows("UPDATE morning_check SET fit = {}", True)


async def test_a_check_entered_an_hour_later_says_so(database: object) -> None:
    cast = await enter()
    hand = await hired(cast)
    late = MORNING + timedelta(minutes=31)
    place = (cast.kitchen, hand, TODAY, (), 366, "")
    await hands.record_check(*place, MORNING, by=CHEN, now=late)
    (check,) = await hands.checks_between(cast.kitchen, TODAY, TODAY)
    assert check.is_late


NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (NOW + timedelta(minutes=6), "checked_in_future"),
        (NOW - timedelta(days=1), "checked_other_day"),
    ],
)
async def test_an_impossible_check_is_refused(
    database: object, at: datetime, code: str
) -> None:
    cast = await enter()
    hand = await hired(cast)
    with pytest.raises(Refusal, match=code):
        await hands.record_check(
            cast.kitchen, hand, TODAY, (), None, "", at, by=CHEN, now=NOW
        )


@pytest.mark.parametrize(
    ("issued", "expires", "code"),
    [
        (TODAY, TODAY - timedelta(days=1), "certificate_backwards"),
        (TODAY + timedelta(days=1), TODAY + YEAR, "certificate_future"),
    ],
)
async def test_an_impossible_certificate_is_refused(
    database: object, issued: date, expires: date, code: str
) -> None:
    cast = await enter()
    hand = await hired(cast, papers=False)
    with pytest.raises(Refusal, match=code):
        await certificates.record_certificate(
            *(cast.kitchen, "hand", hand, "health", "", issued, expires),
            by=CHEN,
            now=MORNING,
        )


async def test_a_retired_hand_is_put_to_nothing(database: object) -> None:
    cast = await enter()
    hand = await hired(cast)
    duty = await put(cast, hand)
    for _ in range(2):
        await hands.end_duty(cast.kitchen, duty, "", by=CHEN, now=MORNING)
    await hands.set_active(cast.kitchen, hand, False, by=CHEN, now=MORNING)
    with pytest.raises(Refusal, match="hand_retired"):
        await put(cast, hand)
    assert await hands.hands_for(cast.kitchen, TODAY) == []
    with pytest.raises(Refusal, match="hand_unknown"):
        await hands.hand_of(cast.kitchen + 1, hand, TODAY)
