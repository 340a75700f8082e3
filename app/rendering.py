"""Templates → answers: whole pages, and the same partials alone for htmx."""

import base64
import datetime as dt
import json
import os
import time
import uuid
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    pass_context,
)
from jinja2.runtime import Context
from litestar.datastructures import Cookie
from litestar.enums import MediaType
from litestar.response import Response
from markupsafe import Markup, escape

from app.assets import Assets
from app.compiled import kept_compiled
from app.controllers import is_built
from app.days import MEALS, WEEKDAYS, day_words, lunar_words, stepped
from app.food_names import food_name
from app.forms import Form
from app.i18n import LANGUAGES, LOCALE, language
from app.i18n import translate as _
from app.navigation import Link, links_for
from app.policy import may
from app.refusals import sentence_for
from app.requests import Request
from app.words.diets import diet_words, key_words
from app.words.roles import role_word
from kitchen.off_loop import off_loop

TEMPLATES = Path(__file__).parent.parent / "templates"
MACROS = ("_macros/ui.html", "_macros/forms.html")
NOTICE_COOKIE = "nuancan_notice"
TYPE_COOKIE = "nuancan_type"
KEYS_COOKIE = "nuancan_keys"

# The request a template is being drawn for; macros have no other way to its token.
_drawn_for: ContextVar[Request] = ContextVar("drawn_for")

TOUCH_ROLES = frozenset({"point_staff", "driver", "cook"})

HTMX = json.dumps(
    {
        "allowEval": False,
        "allowScriptTags": False,
        "includeIndicatorStyles": False,
        "attributesToSettle": ["class"],  # settling "style" breaks the policy
        "selfRequestsOnly": True,
        "historyCacheSize": 0,
        "refreshOnHistoryMiss": True,
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "[45]..", "swap": True, "error": True},
        ],
    }
)


def page(
    request: Request,
    template: str,
    *,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response[str]:
    """A whole page with the shell around it."""
    answer = _answer(request, template, status_code, headers, context)
    notice = request.cookies.get(NOTICE_COOKIE)
    if notice and context.get("shell", True):
        answer.delete_cookie(NOTICE_COOKIE)
    return answer


async def large_page(
    request: Request, template: str, /, **context: Any
) -> Response[str]:
    """`page` for a page of hundreds of rows: drawn in a thread, so that no till waits
    for it."""
    return await off_loop(page, request, template, **context)


def fragment(
    request: Request,
    template: str,
    *,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response[str]:
    """A part of a page; `template` is the partial that the page includes."""
    return _answer(request, template, status_code, headers, context)


def part(request: Request, template: str, **context: Any) -> Markup:
    """A piece of a page that shows nothing but this context: no form, no visitor."""
    found = environment(request.assets).get_template(template)
    return escape(found.make_module({"settings": request.settings, **context}))


def page_or_fragment(
    request: Request, template: str, part: str, **context: Any
) -> Response[str]:
    """One handler for both: `part` for htmx, the page around it for everyone else."""
    if request.is_fragment:
        return fragment(request, part, **context)
    return page(request, template, **context)


def see_other(request: Request, path: str, notice: str = "") -> Response[str]:
    """After a form was taken: on to a page, with one sentence about what happened."""
    headers = {"HX-Redirect" if request.is_fragment else "Location": _ascii(path)}
    status = 200 if request.is_fragment else 303
    answer = Response("", status_code=status, headers=headers, media_type="text/html")
    if notice:
        value = base64.urlsafe_b64encode(notice[:300].encode()).decode("ascii")
        answer.set_cookie(
            Cookie(
                NOTICE_COOKIE,
                value=value,
                max_age=60,
                httponly=True,
                samesite="lax",
                secure=request.secure,
            )
        )
    return answer


def _ascii(path: str) -> str:
    return quote(path, safe="/?&=#%:@!$'()*+,;~-._")


def _answer(
    request: Request,
    template: str,
    status_code: int,
    headers: Mapping[str, str] | None,
    context: dict[str, Any],
) -> Response[str]:
    drawing = _drawn_for.set(request)
    try:
        html = (
            environment(request.assets)
            .get_template(template)
            .render(shell_for(request) | {"nav": _nav(request, context)} | context)
        )
    finally:
        _drawn_for.reset(drawing)
    return Response(
        html,
        status_code=status_code,
        headers=dict(headers or {}),
        media_type=MediaType.HTML,
    )


def shell_for(request: Request) -> dict[str, Any]:
    """What the frame around each page needs to know."""
    params = request.scope.get("path_params", {})
    day = params.get("day")
    day = day if isinstance(day, dt.date) else None
    actor = request.visitor
    path = request.scope["path"]
    return {
        "request": request,
        "actor": actor,
        "settings": request.settings,
        "today": request.today,
        "now": request.now.astimezone(request.settings.timezone),
        "path": path,
        "here": path if request.method == "GET" else "/",
        "stepper": _stepper(request, path, params) if day else None,
        "notice": _notice(request.cookies.get(NOTICE_COOKIE, "")),
        "large_type": request.cookies.get(TYPE_COOKIE) == "large",
        "keys_off": request.cookies.get(KEYS_COOKIE) == "off",
        "density": "touch" if actor and actor.role in TOUCH_ROLES else "compact",
        "lan_warning": not request.secure and not _is_this_machine(request),
    }


def _nav(request: Request, context: dict[str, Any]) -> list[Link]:
    """The areas, with the day of the address or else of the page itself: one round's
    page is of a day although its address names only the round."""
    if not request.visitor:
        return []
    about = context | request.scope.get("path_params", {})
    day, meal = about.get("day"), about.get("meal")
    return links_for(
        request.visitor,
        request.scope["path"],
        day if isinstance(day, dt.date) else None,
        meal if isinstance(meal, str) and meal in MEALS else None,
    )


def _stepper(request: Request, path: str, params: dict[str, Any]) -> dict[str, Any]:
    day: dt.date = params["day"]
    meal = params.get("meal", "")
    served = [m for m in MEALS if m in request.settings.meals or m == meal]
    one = dt.timedelta(days=1)
    return {
        "day": day,
        "meal": meal,
        "before": stepped(path, params, day - one, meal),
        "after": stepped(path, params, day + one, meal),
        "today": stepped(path, params, request.today, meal),
        "meals": [(m, MEALS[m], stepped(path, params, day, m)) for m in served]
        if meal
        else [],
    }


def _notice(cookie: str) -> str:
    try:
        return base64.urlsafe_b64decode(cookie).decode() if cookie else ""
    except ValueError:
        return ""


def _is_this_machine(request: Request) -> bool:
    host = request.headers.get("Host", "").rsplit(":", 1)[0]
    return host in ("localhost", "127.0.0.1", "[::1]")


@cache
def environment(assets: Assets) -> Environment:
    """One Jinja environment: a missing name is an error, all text is escaped."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=kept_compiled(),
    )
    env.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": True}
    env.filters.update(
        yuan=yuan,
        clock=clock,
        day_clock=day_clock,
        minutes=minutes,
        weekday=weekday,
        day=day_words,
        iso_day=lambda day: day.isoformat(),
        lunar=lunar_words,
        masked=masked,
        device=device_words,
        meal=lambda meal: _(MEALS[meal]),
        food=food_name,
        options=lambda words: [(key, _(word)) for key, word in words.items()],
    )
    env.globals.update(
        _=_,
        asset=assets.url,
        form_token=lambda: _drawn_for.get().form_token,
        new_act=new_act,
        may=may,
        role_word=role_word,
        diet_words=diet_words,
        key_words=key_words,
        blank=Form(),
        has_search=is_built("registry"),
        sentence=sentence_for,
        language=language.get,
        locale=lambda: LOCALE[language.get()],
        LANGUAGES=LANGUAGES,
        HTMX=HTMX,
    )
    # In this order: a macro may use those of the files before its own.
    for name in MACROS:
        for macro, function in vars(env.get_template(name).module).items():
            if not macro.startswith("_"):
                env.globals[macro] = function
    return env


_keys: list[str] = []


def new_act() -> str:
    """A key for one act. Drawn by the hundred: each question to the system hands the
    interpreter to another thread, and a board of rounds holds hundreds of forms."""
    while True:
        try:
            return _keys.pop()
        except IndexError:
            drawn = os.urandom(16 * 256)
            pieces = (drawn[at : at + 16] for at in range(0, len(drawn), 16))
            _keys.extend(str(uuid.UUID(bytes=piece, version=4)) for piece in pieces)


def compile_pages(assets: Assets) -> None:
    """Compile every page now, so that nobody is the first to wait for one."""
    env = environment(assets)
    for name in env.list_templates(extensions=["html"]):
        if not name.startswith("prints/"):  # papers have an environment of their own
            env.get_template(name)
            time.sleep(0.02)  # whoever is here already goes first


# filters


def yuan(fen: int | None) -> str:
    """500 → "5.00 元"; a minus sign, never brackets."""
    if fen is None:
        return "—"
    sign = "-" if fen < 0 else ""
    return sign + _("{amount} 元", amount=f"{abs(fen) // 100:,}.{abs(fen) % 100:02d}")


@pass_context
def clock(context: Context, at: dt.datetime | dt.time | None) -> str:
    """10:42 on the kitchen's wall; a time of day is taken as already there."""
    if at is None:
        return "—"
    if isinstance(at, dt.datetime):
        at = at.astimezone(context["settings"].timezone).time()
    return at.strftime("%H:%M")


@pass_context
def day_clock(context: Context, at: dt.datetime | None) -> str:
    """11月24日 周二 10:42, on the kitchen's wall."""
    if at is None:
        return "—"
    wall = at.astimezone(context["settings"].timezone)
    return f"{day_words(wall.date())} {wall:%H:%M}"


def minutes(after_midnight: int | None) -> str:
    """Minutes after local midnight as 10:42."""
    if after_midnight is None:
        return "—"
    return f"{after_midnight // 60 % 24:02d}:{after_midnight % 60:02d}"


def weekday(day: dt.date) -> str:
    return _(WEEKDAYS[day.weekday()])


def masked(digits: str | None) -> str:
    """A phone or card number by its tail: ···· 8000."""
    return f"···· {digits[-4:]}" if digits else "—"


_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device_words(user_agent: str) -> str:
    """What a browser says of itself, short enough to be recognised."""
    found = [
        next((word for sign, word in signs if sign in user_agent), "")
        for signs in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(filter(None, found)) or user_agent[:30] or _("未知设备")


def text_list(words: Sequence[str]) -> str:
    """Words joined as a list of the reader's language."""
    return ("、" if language.get() == "zh" else ", ").join(words)
