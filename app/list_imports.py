"""Lists that are no lists of people, on their way in: choose a file, look at what each
row would do, enter the good ones. What differs between lists is a `Desk`.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import quote
from uuid import UUID

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Response

from app import drafts
from app.drafts import Draft
from app.forms import Form, act_id
from app.i18n import translate as _
from app.refusals import sentence_for
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.spreadsheets import Reader
from kitchen import listings
from kitchen.errors import Refusal
from kitchen.identity import Fault
from kitchen.listings import Listing
from kitchen.sheets import Column, Grid
from kitchen.sheets import template as workbook

T = TypeVar("T")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST_UPLOAD = 8 * 1024 * 1024
SHOWN = 200

reader = Reader()


@dataclass(frozen=True)
class Desk(Generic[T]):
    """One kind of list. `url` is where its pages lie, `back` the page it belongs to;
    `preview` judges a file, `bring_in` enters it and answers how many."""

    url: str
    back: str
    title: str
    lead: str
    columns: Sequence[Column]
    required: str
    example: Mapping[str, str]
    words: Mapping[str, str]
    """Column key → its label, for translation."""
    preview: Callable[[Request, Grid], Awaitable[Listing[T]]]
    bring_in: Callable[[Request, Draft, UUID], Awaitable[int]]
    runs: Callable[[Request], Awaitable[Sequence[Any]]]
    was: Callable[[str], str]
    """How a row stands now, in words."""

    @property
    def column_words(self) -> list[str]:
        return [_(word) for word in self.words.values()]

    async def index(self, request: Request, form: Form | None = None) -> Response[Any]:
        """The file to choose, and the lists of the past."""
        return page(
            request,
            "listings/index.html",
            status_code=422 if form else 200,
            desk=self,
            form=form or Form(),
            runs=await self.runs(request),
        )

    def template(self) -> Response[bytes]:
        """The empty list, with an example row that is passed over."""
        kept = [column for column in self.columns if column.key in self.words]
        data = workbook(_(self.title), kept, self.example)
        return _download(data, _("{name}模板", name=_(self.title)) + ".xlsx")

    async def create(self, request: Request) -> Response[Any]:
        """Read the file and keep it, sealed, for its preview."""
        fields = await request.form()
        form = Form.of(fields)
        uploads = [f for f in fields.getall("file", []) if isinstance(f, UploadFile)]
        try:
            if not uploads or not uploads[0].filename:
                raise Refusal("sheet_missing")
            data = await uploads[0].read()
            draft = Draft(
                token=drafts.new_token(),
                staff_id=request.actor.staff_id,
                kitchen_id=(await kitchen_of(request)).id,
                file_name=Path(uploads[0].filename).name[:200],
                digest=hashlib.sha256(data).hexdigest(),
                grid=await reader.read(data, _(self.title)),
            )
            await self.preview(request, draft.grid)
        except Refusal as refusal:
            form.refuse_field("file", sentence_for(refusal))
            return await self.index(request, form)
        drafts.keep(self._folder(request), draft, request.now)
        return see_other(request, f"{self.url}/drafts/{draft.token}")

    async def show(
        self, request: Request, token: str, form: Form | None = None
    ) -> Response[Any]:
        """What the file would do, rows to correct first."""
        draft = self._draft(request, token)
        return page(
            request,
            "listings/draft.html",
            status_code=409 if form else 200,
            desk=self,
            draft=draft,
            listing=await self.preview(request, draft.grid),
            form=form or Form(),
            shown=SHOWN,
            explain=self.explain,
        )

    async def problems(self, request: Request, token: str) -> Response[bytes]:
        """The refused rows, each with its reason, to be corrected."""
        draft = self._draft(request, token)
        read = await self.preview(request, draft.grid)
        data = listings.rows_back(
            *(_(self.title), self.columns, self.required, draft.grid, read),
            *(_("问题"), self.explain),
        )
        stem = Path(draft.file_name).stem
        return _download(data, _("{name}-待改", name=stem) + ".xlsx")

    async def enter(self, request: Request, token: str) -> Response[Any]:
        """Enter the good rows, all of them or none."""
        draft = self._draft(request, token)
        form = Form.of(await request.form())
        try:
            n = await self.bring_in(request, draft, act_id(form))
        except Refusal as refusal:
            form.refuse(refusal)
            return await self.show(request, token, form)
        drafts.forget(self._folder(request), token)
        return see_other(request, self.url, _("已导入 {n} 行", n=n))

    def discard(self, request: Request, token: str) -> Response[Any]:
        """Drop the file that was sent."""
        self._draft(request, token)
        drafts.forget(self._folder(request), token)
        return see_other(request, self.url, _("已放弃这个文件"))

    def explain(self, column: str, fault: Fault) -> str:
        """ "到场：“六十”应为 0 到 5000 的整数"."""
        refusal = Refusal(fault.code, **{"value": fault.value, **fault.facts})
        word, sentence = _(self.words[column]), sentence_for(refusal)
        if sentence.startswith(word):
            return sentence
        return _("{column}：{sentence}", column=word, sentence=sentence)

    def _draft(self, request: Request, token: str) -> Draft:
        draft = drafts.find(self._folder(request), token, request.actor.staff_id)
        if draft is None:
            raise NotFoundException
        return draft

    def _folder(self, request: Request) -> Path:
        return request.settings.data / "lists" / self.url.strip("/").replace("/", "-")


def routes_of(desk: Desk[Any], allows: str) -> list[HTTPRouteHandler]:
    """The pages of a list, for whoever may do what `allows` names."""
    ours: dict[str, Any] = {"allows": allows, "include_in_schema": False}
    draft = f"{desk.url}/drafts/{{token:str}}"

    @get(desk.url, **ours)
    async def index(request: Request) -> Response[Any]:
        return await desk.index(request)

    @get(f"{desk.url}/template.xlsx", **ours)
    async def template() -> Response[bytes]:
        return desk.template()

    @post(desk.url, request_max_body_size=LARGEST_UPLOAD, **ours)
    async def create(request: Request) -> Response[Any]:
        return await desk.create(request)

    @get(draft, **ours)
    async def show(request: Request, token: FromPath[str]) -> Response[Any]:
        return await desk.show(request, token)

    @get(f"{draft}/problems.xlsx", **ours)
    async def problems(request: Request, token: FromPath[str]) -> Response[bytes]:
        return await desk.problems(request, token)

    @post(f"{draft}/entry", **ours)
    async def enter(request: Request, token: FromPath[str]) -> Response[Any]:
        return await desk.enter(request, token)

    @post(f"{draft}/removal", **ours)
    async def discard(request: Request, token: FromPath[str]) -> Response[Any]:
        return desk.discard(request, token)

    return [index, template, create, show, problems, enter, discard]


def _download(data: bytes, name: str) -> Response[bytes]:
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(data, media_type=XLSX, headers={"Content-Disposition": disposition})
