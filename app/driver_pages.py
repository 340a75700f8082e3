"""The pages of the drivers' register: the list with papers and work, and one person."""

import datetime as dt
from typing import Any

from litestar.response import Response

from app.days import WEEKDAYS
from app.forms import Form
from app.i18n import translate as _
from app.rendering import page
from app.requests import Request
from app.scope import kitchen_of
from app.words import hands as papers
from app.words.rounds import DRIVER_KINDS, END_WORDS, PROFILES
from kitchen import calendar, certificates, drivers
from kitchen.driver_bonds import pairings_for, pledges_for
from kitchen.driver_papers import notes_on
from kitchen.driver_starts import starts_for, starts_on
from kitchen.driver_work import Work, work_between
from kitchen.drivers import EVERY_DAY, DriverFacts
from kitchen.errors import Refusal
from kitchen.places import points_for


async def list_page(
    request: Request, form: Form, status_code: int = 200
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    crew = await drivers.drivers_for(kitchen.id, retired=True)
    first, last = _month(request)
    return page(
        request,
        "drivers/index.html",
        status_code=status_code,
        drivers=crew,
        held=await certificates.certificates_of("driver", [one.id for one in crew]),
        pledges=await pledges_for(kitchen.id),
        starts=await starts_on(kitchen.id, request.today),
        points={p.id: p.name for p in await points_for(kitchen.id)},
        work=await work_between(kitchen.id, first, last),
        no_work=Work(),
        month=f"{first:%Y-%m}",
        form=form,
        **_words(request, crew),
    )


async def show_page(
    request: Request,
    driver: DriverFacts,
    form: Form,
    status_code: int = 200,
    candidates: list[tuple[str, str]] | None = None,
    main: Form | None = None,
) -> Response[Any]:
    """`form`: of the small forms at the side; `main`: of the facts, else as stored."""
    kitchen_id = driver.kitchen_id
    crew = await drivers.drivers_for(kitchen_id)
    bans = await drivers.bans_for(kitchen_id)
    pairs = await pairings_for(kitchen_id)
    points = {p.id: p.name for p in await points_for(kitchen_id)}
    return page(
        request,
        "drivers/show.html",
        status_code=status_code,
        driver=driver,
        bans=[ban for ban in bans if ban.driver_id == driver.id],
        pairs=[pair for pair in pairs if pair.driver_id == driver.id],
        pledge=(await pledges_for(kitchen_id)).get(driver.id),
        held=(await certificates.certificates_of("driver", [driver.id]))[driver.id],
        accounts=[
            (account.id, f"{account.name} {account.login}")
            for account in await drivers.accounts_for(kitchen_id)
        ],
        points=points,
        starts=[s for s in await starts_for(kitchen_id) if s.driver_id == driver.id],
        begins=(await starts_on(kitchen_id, request.today)).get(driver.id),
        candidates=candidates or [],
        form=form,
        main=main or _stored(driver),
        **_words(request, [one for one in crew if one.id != driver.id]),
    )


def _stored(driver: DriverFacts) -> Form:
    return Form.filled(
        name=driver.name,
        profile=driver.profile,
        capacity=driver.capacity,
        shift_from=_clock(driver.shift_from_minutes),
        shift_to=_clock(driver.shift_to_minutes),
        max_rounds=driver.max_rounds,
        carries_bulk=driver.carries_bulk,
        account=driver.staff_id or "",
        kind=driver.kind,
        weekdays=list(driver.weekdays),
        skills=driver.skills,
        languages=driver.languages,
        prefers=driver.prefers,
        ends_at=driver.ends_at,
        end=_place(driver),
        substitute=driver.substitute or "",
    )


def _place(driver: DriverFacts) -> str:
    if driver.end_lon_e6 is None or driver.end_lat_e6 is None:
        return ""
    return f"{driver.end_lon_e6 / 1_000_000}, {driver.end_lat_e6 / 1_000_000}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _words(request: Request, crew: list[DriverFacts]) -> dict[str, Any]:
    return {
        "PROFILES": PROFILES,
        "KINDS": DRIVER_KINDS,
        "ENDS": END_WORDS,
        "weekday_options": [(n, _(WEEKDAYS[int(n) - 1])) for n in EVERY_DAY],
        "days_of": _days,
        "minutes": _clock,
        "substitutes": [(one.id, one.name) for one in crew if one.active],
        "papers": papers,
        "notes": lambda one, held: notes_on(one.profile, held, request.today),
        "today": request.today,
    }


def _days(driver: DriverFacts) -> str:
    """每天; 周一、周三."""
    if driver.weekdays == EVERY_DAY:
        return _("每天")
    return _("、").join(_(WEEKDAYS[int(day) - 1]) for day in driver.weekdays)


def _month(request: Request) -> tuple[dt.date, dt.date]:
    """The month asked for, this one when it is none."""
    typed = request.query_params.get("month", "")
    try:
        return calendar.days_of(typed or f"{request.today:%Y-%m}")
    except (Refusal, ValueError):
        return calendar.days_of(f"{request.today:%Y-%m}")
