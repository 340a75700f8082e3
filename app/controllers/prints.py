"""Paper: what is printed, who holds which version, what changed since.

Printing is a POST and leaves a numbered version; reading a PDF leaves nothing.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Response

from app import jobs
from app.days import day_redirect, day_url, meal_in
from app.desk import Desk
from app.forms import Form, read_form
from app.i18n import translate as _
from app.morning import MAKERS
from app.papers import KINDS, LabelLayout, Paper
from app.pdf import pdf_answer
from app.print_acts import differences
from app.print_desk import (
    bundle,
    current_pages,
    joined_pages,
    preview,
    print_now,
    print_slip,
)
from app.print_options import PrintOptions, options_for
from app.print_papers import DAY_KINDS, paper_at, papers_for
from app.print_slips import print_slips
from app.printing import join
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of, points_of
from app.typed import parse_id
from app.words.prints import STATES, subject_words
from kitchen import headcounts, prints
from kitchen.errors import Refusal
from kitchen.off_loop import off_loop
from kitchen.prints import PrintFacts
from kitchen.staff import Actor

AT_ONCE = 2  # papers drawn while the browser waits; more are a job
LONGEST_SHEET = 3  # pages
JOB = "print_papers"
BEFORE_SERVICE = tuple(k for k in DAY_KINDS if k not in ("balance", "feedback"))
"""What "print all" means: the balance is of the evening, and slips are handed out on
the days the kitchen chooses."""

BALANCE = ("balance", "all")
Newest = Mapping[tuple[str, str], PrintFacts]
"""What is out there: kind and subject of a paper → its newest version."""

_BUYING = ("purchase", "purchase_order")
_NAMELESS = ("production", "packing", *_BUYING, "load", "labels", "menu")
_CLAIMS = ("claim", "statement", "notice")
_MONEY = ("balance", "settlement", *_CLAIMS)
_RECORDS = ("production", "packing", "inspection")
KINDS_OF_ROLE: dict[str, tuple[str, ...]] = {
    "manager": tuple(KINDS),
    "dispatcher": tuple(kind for kind in KINDS if kind not in _CLAIMS),
    "cook": (*_NAMELESS, "inspection"),
    "point_staff": ("roster", "load", "labels", "menu"),
    "finance": ("menu", *_MONEY),
    "supervisor": (*_RECORDS, "menu", *_MONEY),
    "auditor": (*_RECORDS, "menu", *_MONEY),
}
"""Which papers a role may read: sheets and lists with names only for those who bring
the meals or run the kitchen. Point staff see their own point's alone."""


@dataclass(frozen=True)
class Row:
    """One paper on the page: which it is, and what is out there."""

    kind: str
    subject: str
    day: dt.date
    meal: str
    words: str
    state: str
    latest: PrintFacts | None

    @property
    def url(self) -> str:
        path = self.kind if self.subject == "all" else f"{self.kind}/{self.subject}"
        return f"{day_url('prints', self.day, self.meal)}/{path}"

    @property
    def is_long(self) -> bool:
        """A sheet that falls apart in the rain: the round had better be two."""
        pages = self.latest.pages if self.latest else 0
        return self.kind == "sheet" and pages > LONGEST_SHEET

    @property
    def badge(self) -> tuple[str, str, str]:
        """Icon, tone and words of the state."""
        icon, tone, words = STATES[self.state]
        version = self.latest.version if self.latest else 0
        return icon, tone, _(words, version=version)


def may_read(actor: Actor, paper: Paper) -> bool:
    """Whether this paper is for this person's eyes."""
    return may_read_kind(actor, paper.kind) and (
        actor.point_id is None
        or paper.kind == "menu"
        or paper.subject == f"point:{actor.point_id}"
    )


def may_read_kind(actor: Actor, kind: str) -> bool:
    return kind in KINDS_OF_ROLE.get(actor.role, ())


def _desk(request: Request) -> Desk:
    return Desk.of(request.settings)


async def _papers(
    request: Request,
    kitchen_id: int,
    day: dt.date,
    meal: str,
    kind: str = "",
    start: int | None = None,
    every: Sequence[str] = DAY_KINDS,
    outline: bool = False,
) -> list[Paper]:
    kinds = (kind,) if kind else every
    readable = [one for one in kinds if may_read_kind(request.actor, one)]
    options = await _options(request, kitchen_id, start)
    about = (_desk(request), kitchen_id, day, meal)
    found = await papers_for(*about, readable, options, outline)
    return [paper for paper in found if may_read(request.actor, paper)]


async def _options(
    request: Request, kitchen_id: int, start: int | None = None
) -> PrintOptions:
    """As the kitchen has set them; `start` begins on a used sheet of labels."""
    options = await options_for(kitchen_id)
    asked = request.query_params.get("start", "")
    if start is None:
        start = parse_id(asked)
    if start is not None and 1 <= start <= LabelLayout.PER_SHEET:
        return options.starting_at(start)
    return options


async def _paper(
    request: Request,
    kitchen_id: int,
    day: dt.date,
    meal: str,
    kind: str,
    subject: str,
    start: int | None = None,
) -> Paper:
    """One readable paper, or a lost page."""
    if kind not in KINDS or not may_read_kind(request.actor, kind):
        raise NotFoundException
    options = await _options(request, kitchen_id, start)
    paper = await paper_at(
        _desk(request), kitchen_id, day, meal, kind, subject, options
    )
    if paper is None or not may_read(request.actor, paper):
        raise NotFoundException
    return paper


# The page


@get("/prints/{day:date}/{meal:str}", allows="prints.read", include_in_schema=False)
async def index(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    found = await prints.prints_for(kitchen.id, day, meal_in(meal))
    rows = await _rows(request, kitchen.id, day, meal, prints.newest_of(found))
    due = [row for row in rows if row.kind in BEFORE_SERVICE]
    current = {(row.kind, row.subject) for row in rows}
    gone = [
        facts
        for facts in found
        if not facts.is_void
        and facts.about not in current
        and facts.kind in DAY_KINDS
        and may_read_kind(request.actor, facts.kind)
        and request.actor.point_id is None
    ]
    return page(
        request,
        "prints/index.html",
        day=day,
        meal=meal,
        groups=[
            (kind, _(title), [row for row in rows if row.kind == kind])
            for kind, title in KINDS.items()
            if any(row.kind == kind for row in rows)
        ],
        stale=[row for row in due if row.state == "stale"],
        missing=[row for row in due if row.state == "never"],
        total=len(due),
        gone=[f"{_(KINDS[one.kind])} {subject_words(one)}".strip() for one in gone],
        labels_layout=(await options_for(kitchen.id)).labels,
    )


async def _rows(
    request: Request, kitchen_id: int, day: dt.date, meal: str, newest: Newest
) -> list[Row]:
    """Every paper of the day for this person. What nobody holds is only named: the
    balance is not added up before its first print, nor anybody looked up for sheets."""
    kinds = [one for one in DAY_KINDS if one != "balance" or BALANCE in newest]
    held = any(kind in MAKERS for kind, _subject in newest)
    papers = await _papers(
        request, kitchen_id, day, meal, every=kinds, outline=not held
    )
    rows = await off_loop(lambda: [_row(paper, newest) for paper in papers])
    whole = request.actor.point_id is None
    if whole and "balance" not in kinds and may_read_kind(request.actor, "balance"):
        closed = await headcounts.closed(kitchen_id, day, meal)
        rows += [Row(*BALANCE, day, meal, "", "never", None)] if closed else []
    return rows


def _row(paper: Paper, newest: Newest) -> Row:
    """What nobody holds yet need not be compared with anything."""
    latest = newest.get((paper.kind, paper.subject))
    state = prints.state_against(latest, paper.digest if latest else "")
    where = (paper.kind, paper.subject, paper.day, paper.meal)
    return Row(*where, subject_words(paper), state, latest)


# Printing


@post("/prints/{day:date}/{meal:str}", allows="prints.print", include_in_schema=False)
async def create(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Print one paper, all of a kind, or everything that is missing or stale."""
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    kind = form.choice("kind", _("单子"), KINDS, required=False)
    subject = form.text("subject", _("哪一张"), required=False)
    start = form.integer(
        "start", _("从第几张开始"), least=1, most=LabelLayout.PER_SHEET, required=False
    )
    slip = form.checkbox("slip")
    form.check()
    here = day_url("prints", day, meal_in(meal))
    if form.checkbox("slips"):
        return await _all_slips(request, kitchen.id, day, meal)
    if kind and subject:
        paper = await _paper(request, kitchen.id, day, meal, kind, subject, start)
        if slip:
            return await _slip(request, kitchen.id, paper)
        papers = [paper]
    else:
        papers = await _papers(
            request, kitchen.id, day, meal, kind, start, BEFORE_SERVICE
        )
    if not papers:
        raise Refusal("print_nothing", what=_(KINDS[kind]) if kind else here)
    if len(papers) > AT_ONCE:
        return await _as_job(request, kitchen.id, day, meal, kind, len(papers))
    await print_now(
        _desk(request), kitchen.id, papers, by=request.actor, now=request.now
    )
    tail = f"?start={start}" if start and start > 1 else ""
    if len(papers) == 1:
        return see_other(request, f"{_row(papers[0], {}).url}.pdf{tail}")
    return see_other(request, f"{here}/joined/{kind}.pdf{tail}")


async def _slip(request: Request, kitchen_id: int, paper: Paper) -> Response[Any]:
    found = await prints.prints_for(kitchen_id, paper.day, paper.meal)
    old = prints.latest_of(found, paper.kind, paper.subject)
    if old is None:
        raise Refusal("print_never")
    made = await print_slip(
        _desk(request), kitchen_id, paper, old, by=request.actor, now=request.now
    )
    return pdf_answer(made.pdf)


async def _all_slips(
    request: Request, kitchen_id: int, day: dt.date, meal: str
) -> Response[Any]:
    """What changed since printing: new papers, and a slip for each holder."""
    if not may_read_kind(request.actor, "sheet") or request.actor.point_id is not None:
        raise PermissionDeniedException
    made = await print_slips(
        _desk(request), kitchen_id, day, meal, by=request.actor, now=request.now
    )
    if not made:
        here = day_url("prints", day, meal)
        return see_other(request, here, _("外面的单子都和现在一样，不用变更单"))
    return pdf_answer(await join([one.pdf for one in made]))


async def _as_job(
    request: Request, kitchen_id: int, day: dt.date, meal: str, kind: str, count: int
) -> Response[Any]:
    job_id = await request.app.state.jobs.start(
        JOB,
        _("打印 {n} 份单子", n=count),
        {
            "kitchen": kitchen_id,
            "day": day.isoformat(),
            "meal": meal,
            "kind": kind,
            "actor": vars(request.actor),
            "now": request.now.isoformat(),
            "desk": _desk(request).as_json(),
        },
        request.actor,
    )
    return see_other(request, f"/jobs/{job_id}")


@jobs.kind(JOB)
async def print_all(arguments: jobs.Arguments, tell: jobs.Tell) -> jobs.Result:
    """The job: everything of a kind, or of the whole morning, with progress."""
    desk = Desk.from_json(arguments["desk"])
    actor = Actor(**arguments["actor"])
    day, meal = dt.date.fromisoformat(arguments["day"]), arguments["meal"]
    kinds = [arguments["kind"]] if arguments["kind"] else list(BEFORE_SERVICE)
    readable = [kind for kind in kinds if may_read_kind(actor, kind)]
    papers = await papers_for(desk, arguments["kitchen"], day, meal, readable)
    papers = [paper for paper in papers if may_read(actor, paper)]

    async def told(done: int, of: int) -> None:
        await tell(
            95 * done // max(of, 1), _("已排好 {n} 份，共 {of} 份", n=done, of=of)
        )

    now = dt.datetime.fromisoformat(arguments["now"])
    await print_now(desk, arguments["kitchen"], papers, by=actor, now=now, told=told)
    here = day_url("prints", day, meal)
    return {"location": f"{here}/joined/{kinds[0]}.pdf" if len(kinds) == 1 else here}


# Reading


@get(
    "/prints/{day:date}/{meal:str}/{file:str}",
    allows="prints.read",
    include_in_schema=False,
)
async def show(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], file: FromPath[str]
) -> Response[Any]:
    """A paper of the whole meal, or everything as a ZIP."""
    meal_in(meal)
    kitchen = await kitchen_of(request)
    if file == "all.zip":
        papers = await _papers(request, kitchen.id, day, meal)
        data = await bundle(_desk(request), kitchen.id, papers)
        name = f"{day.isoformat()}-{meal}.zip"
        return Response(
            data,
            media_type="application/zip",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    kind = _without_suffix(file)
    subject = "week" if kind == "menu" else "all"
    return await _show(request, kitchen.id, day, meal, kind, subject)


@get(
    "/prints/{day:date}/{meal:str}/{kind:str}/{file:str}",
    allows="prints.read",
    include_in_schema=False,
)
async def show_one(
    request: Request,
    day: FromPath[dt.date],
    meal: FromPath[str],
    kind: FromPath[str],
    file: FromPath[str],
) -> Response[Any]:
    """One round's, one point's … paper, or all of a kind behind each other."""
    meal_in(meal)
    kitchen = await kitchen_of(request)
    name = _without_suffix(file)
    if kind != "joined":
        return await _show(request, kitchen.id, day, meal, kind, name)
    papers = await _papers(request, kitchen.id, day, meal, name)
    if not papers:
        raise NotFoundException
    return pdf_answer(await joined_pages(_desk(request), kitchen.id, papers))


async def _show(
    request: Request, kitchen_id: int, day: dt.date, meal: str, kind: str, subject: str
) -> Response[Any]:
    paper = await _paper(request, kitchen_id, day, meal, kind, subject)
    if "preview" in request.query_params:
        return pdf_answer(await preview(_desk(request), paper))
    return pdf_answer(await current_pages(_desk(request), kitchen_id, paper))


@get(
    "/prints/{day:date}/{meal:str}/{kind:str}/{subject:str}/changes",
    allows="prints.read",
    include_in_schema=False,
)
async def changes(
    request: Request,
    day: FromPath[dt.date],
    meal: FromPath[str],
    kind: FromPath[str],
    subject: FromPath[str],
) -> Response[Any]:
    """What is different now from the version somebody holds."""
    kitchen = await kitchen_of(request)
    paper = await _paper(request, kitchen.id, day, meal_in(meal), kind, subject)
    found = await prints.prints_for(kitchen.id, day, meal)
    latest = prints.latest_of(found, kind, subject)
    if latest is None:
        raise NotFoundException
    return page(
        request,
        "prints/changes.html",
        day=day,
        meal=meal,
        row=_row(paper, prints.newest_of(found)),
        latest=latest,
        title=_(KINDS[kind]),
        differences=await differences(paper, latest),
    )


@get("/prints/settlement/{file:str}", allows="settlement.read", include_in_schema=False)
async def settlement(request: Request, file: FromPath[str]) -> Response[Any]:
    """A month's settlement; the printed version once it was printed."""
    kitchen = await kitchen_of(request)
    month = _without_suffix(file)
    if not may_read_kind(request.actor, "settlement"):
        raise PermissionDeniedException
    try:
        paper = await paper_at(
            _desk(request), kitchen.id, request.today, "", "settlement", month
        )
    except Refusal:
        raise NotFoundException from None
    if paper is None:
        raise NotFoundException
    return pdf_answer(await current_pages(_desk(request), kitchen.id, paper))


def _without_suffix(file: str) -> str:
    name, dot, suffix = file.rpartition(".")
    if not dot or suffix != "pdf":
        raise NotFoundException
    return name


# Members' cards


@get("/prints/cards", allows="prints.print", include_in_schema=False)
async def cards(request: Request) -> Response[Any]:
    kitchen = await kitchen_of(request)
    if not may_read_kind(request.actor, "cards"):
        raise PermissionDeniedException
    return page(
        request,
        "prints/member_cards.html",
        form=Form(),
        points=[
            (f"point:{p.id}", p.name) for p in await points_of(request, kitchen.id)
        ],
        meal=request.settings.meals[0],
    )


handlers = [
    day_redirect("prints", "prints.read"),
    index,
    create,
    show,
    show_one,
    changes,
    settlement,
    cards,
]
