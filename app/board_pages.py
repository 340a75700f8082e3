"""What the pages of the rounds board share: the board's context, the page and its
fragment, and the way back to it.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from litestar.exceptions import NotFoundException
from litestar.response import Response
from markupsafe import Markup

from app import jobs
from app.days import day_url
from app.forms import Form
from app.headers import POLICY
from app.i18n import language
from app.jobs import JobFacts
from app.proposing import JOB
from app.rendering import fragment, large_page, page, part, see_other
from app.requests import Request
from app.round_desk import desk_for, stale_for
from app.round_sight import cut_for
from app.scope import kitchen_of
from app.sketch import colour_of, dash_of, sketch_svg
from app.timeline import axis_of, bars_of
from app.words.diets import diet_words, key_words
from app.words.hands import note_words
from app.words.proposals import ACTS, SCOPES, found_words, minutes, price_words
from app.words.rounds import (
    ENGINES,
    NO_ANSWER,
    PROFILES,
    begins_words,
    crate_words,
    fault_words,
    floor_words,
    travel_words,
    why_words,
)
from kitchen import boards
from kitchen.boards import Board, BoardRound, BoardStop
from kitchen.coordinates import gcj02_from_wgs84
from kitchen.driver_absences import absences_for
from kitchen.errors import Refusal
from kitchen.made_once import MadeOnce
from kitchen.off_loop import off_loop
from kitchen.round_plans import PlanFacts
from kitchen.round_proposals import compared, open_proposal
from kitchen.round_steps import last_step, shape_of
from kitchen.weather import weather_on

WORDS: dict[str, Any] = {
    "diet_words": diet_words,
    "key_words": key_words,
    "fault_words": fault_words,
    "floor_words": floor_words,
    "begins_words": begins_words,
    "crate_words": crate_words,
    "note_words": note_words,
    "travel_words": travel_words,
    "why_words": why_words,
    "price_words": price_words,
    "found_words": found_words,
    "whole_minutes": minutes,
    "ENGINES": ENGINES,
    "NO_ANSWER": NO_ANSWER,
    "PROFILES": PROFILES,
    "SCOPES": SCOPES,
    "ACTS": ACTS,
    "colour_of": colour_of,
    "dash_of": dash_of,
    "axis_of": axis_of,
    "bars_of": bars_of,
}


async def board_page(
    request: Request, day: dt.date, meal: str, form: Form, status_code: int = 200
) -> Response[Any]:
    """The whole board, or why there is none yet; for htmx the board alone."""
    if request.actor.role == "driver":  # the board is everybody's; theirs is the day
        return see_other(request, day_url("deliveries", day, meal))
    kitchen = await kitchen_of(request)
    try:
        desk = await desk_for(kitchen.id, day, meal)
    except Refusal as refusal:
        return page(request, "rounds/not_yet.html", refusal=refusal, day=day, meal=meal)
    whole = await off_loop(boards.board_of, desk.inputs, desk.plan)
    view = cut_for(request.actor, whole)
    context = await _context(request, view, form)
    if request.is_fragment and status_code == 200:
        return await off_loop(fragment, request, "rounds/_board.html", **context)
    return await large_page(
        request,
        "rounds/index.html",
        status_code=status_code,
        headers=_tile_policy(request),
        stale=await stale_for(kitchen.id, day, meal),
        sketch=await off_loop(sketch_svg, view),
        **context,
    )


async def _context(request: Request, view: Board, form: Form) -> dict[str, Any]:
    where = view.kitchen_id, view.day, view.meal
    desk = await desk_for(*where)
    offer = await open_proposal(*where) if desk.plan else None
    return {
        "board": view,
        "form": form,
        "day": view.day,
        "meal": view.meal,
        "running": await running_job(*where),
        "offer": offer,
        "comparison": compared(desk.inputs, shape_of(desk.plan), offer.shape)
        if offer and desk.plan
        else None,
        "step": await last_step(*where),
        "absences": await absences_for(*where),
        "weather": await weather_on(view.kitchen_id, view.day),
        "spot": spot_of(request),
        "stop_rows": _stop_rows(request),
        **WORDS,
    }


DRAWN = MadeOnce(400)
"""The rows of rounds on the boards looked at last: three quarters of a page."""


def _stop_rows(request: Request) -> Callable[[BoardRound], Markup]:
    """A round's rows, drawn again only when something is different on them."""
    spot, settings = spot_of(request), request.settings

    def rows(trip: BoardRound) -> Markup:
        shown = (trip.stops, settings.timezone, settings.tiles_datum)
        return DRAWN.of(
            (language.get(), trip.id),
            shown,
            lambda: part(
                request, "rounds/_stops.html", stops=trip.stops, spot=spot, **WORDS
            ),
        )

    return rows


async def running_job(kitchen_id: int, day: dt.date, meal: str) -> JobFacts | None:
    """The solver's run on these rounds: a page opened again finds it."""
    wanted = {"kitchen_id": kitchen_id, "day": day.isoformat(), "meal": meal}
    return await jobs.unfinished(JOB, wanted)


async def changed(
    request: Request, facts: PlanFacts, notice: str = ""
) -> Response[Any]:
    """After a change: the board again for htmx, else the way back to it."""
    if not request.is_fragment:
        return back(request, facts, notice)
    return await board_page(request, facts.day, facts.meal, Form())


def back(request: Request, facts: PlanFacts, notice: str = "") -> Response[Any]:
    return see_other(request, day_url("rounds", facts.day, facts.meal), notice)


def found_stop(view: Board, stop_id: int) -> tuple[BoardStop, BoardRound | None]:
    """A stop of the board with its round; a lost page when it is not there."""
    for trip in view.rounds:
        for one in trip.stops:
            if one.id == stop_id:
                return one, trip
    for one in view.waiting:
        if one.id == stop_id:
            return one, None
    raise NotFoundException


def spot_of(request: Request) -> Any:
    """From stored coordinates to what the map in use expects, as "lat,lon"."""
    chinese = request.settings.tiles_datum == "gcj02"

    def spot(lon_e6: int | None, lat_e6: int | None) -> str:
        if lon_e6 is None or lat_e6 is None:
            return ""
        lon, lat = lon_e6 / 1e6, lat_e6 / 1e6
        if chinese:
            lon, lat = gcj02_from_wgs84(lon, lat)
        return f"{lat:.6f},{lon:.6f}"

    return spot


def _tile_policy(request: Request) -> dict[str, str]:
    """Pictures may also come from the operator's tiles, on this page alone."""
    origin = request.settings.tiles_origin
    if not origin:
        return {}
    policy = POLICY.replace("img-src 'self'", f"img-src 'self' {origin}")
    return {"Content-Security-Policy": policy}
