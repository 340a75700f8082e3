"""How papers look: names, sizes, what stands on labels and sheets in which order, with
a preview drawn by the printer's own hand.
"""

from typing import Any
from urllib.parse import urlencode

from litestar import get, post
from litestar.response import Response

from app.forms import Form, read_form
from app.i18n import N_
from app.i18n import translate as _
from app.paper_html import document_for
from app.papers import NEEDED_ON_SHEET, SHEET_FIELDS, LabelLayout, Stamp
from app.pdf import pdf_answer
from app.print_options import PrintOptions, options_for
from app.print_preview import sample_labels, sample_sheet
from app.printing import join, render
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from kitchen import prints

LABEL_FIELDS = {
    "name": N_("姓名"),
    "place": N_("楼栋"),
    "diet": N_("饮食"),
    "times": N_("时间"),
}
SHEET_WORDS = {
    "time": N_("到达时间"),
    "access": N_("楼层和电梯"),
    "diet": N_("饮食"),
    "slow": N_("开门慢"),
    "note": N_("备注"),
    "tail": N_("电话尾号"),
    "map": N_("简图"),
}
SIZES = {
    "60x40": N_("60 × 40 毫米卷筒"),
    "100x70": N_("100 × 70 毫米卷筒"),
    "a4": N_("A4 每张 24 枚"),
}


@get("/prints/options", allows="prints.print", include_in_schema=False)
async def options(request: Request) -> Response[Any]:
    kitchen = await kitchen_of(request)
    return _options_page(request, _filled(await options_for(kitchen.id)))


@post("/prints/options", allows="settings.write", include_in_schema=False)
async def set_options(request: Request) -> Response[Any]:
    """Keep what is typed, or (with `preview`) only show it."""
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    wanted = read_options(form)
    if wanted is not None and form.checkbox("preview"):
        return _options_page(request, form, shown=_query(form))
    if wanted is None:
        return _options_page(request, form, status_code=422)
    await prints.set_options(
        kitchen.id, wanted.as_json(), by=request.actor, now=request.now
    )
    return see_other(request, "/prints/options", _("已保存，下次打印起生效"))


@get("/prints/options/preview.pdf", allows="prints.print", include_in_schema=False)
async def preview(request: Request) -> Response[Any]:
    """A label and a sheet of made-up people, as they would be printed with what is
    typed; with nothing typed, or with faults, as stored."""
    kitchen = await kitchen_of(request)
    wanted = read_options(Form.of(request.query_params))
    wanted = wanted or await options_for(kitchen.id)
    head = {
        "kitchen": kitchen.name,
        "phone": kitchen.phone,
        "day": request.today,
        "meal": "lunch",
        "operator": request.settings.operator,
    }
    stamp = Stamp(0, 0, "")
    papers = (sample_labels(wanted, head), sample_sheet(wanted, head))
    drawn = await render([document_for(paper, stamp) for paper in papers])
    return pdf_answer(await join([one.pdf for one in drawn]))


handlers = [options, set_options, preview]


def read_options(form: Form) -> PrintOptions | None:
    """What is typed, None with the faults noted in the form. What a privacy rule keeps
    off a paper is no field here, so nobody can ask for it."""
    size = form.choice("size", _("标签纸"), SIZES)
    x = form.number("offset_x", _("左右偏移"), least=-10, most=10)
    y = form.number("offset_y", _("上下偏移"), least=-10, most=10)
    on_label = _chosen(form, "field", LABEL_FIELDS)
    on_sheet = _chosen(form, "sheet", SHEET_WORDS) or SHEET_FIELDS
    if "diet" not in on_label or "times" not in on_label:
        form.refuse_field("field1", _("标签上必须有饮食和时间"))
    if not set(NEEDED_ON_SHEET) <= set(on_sheet):
        form.refuse_field("sheet1", _("送餐单上必须有饮食"))
    if not form.ok:
        return None
    layout = LabelLayout(
        size=size,
        offset_x=round(x * 10),
        offset_y=round(y * 10),
        full_name=form.checkbox("full_name"),
        show_place=form.checkbox("show_place"),
        fields=on_label,
    )
    return PrintOptions(
        form.checkbox("strict_names"), form.checkbox("small_sheets"), layout, on_sheet
    )


def _chosen(form: Form, name: str, words: dict[str, str]) -> tuple[str, ...]:
    """The fields picked line by line, each once."""
    picked = [
        form.choice(f"{name}{n}", _("第 {n} 行", n=n), words, required=False)
        for n in range(1, len(words) + 1)
    ]
    return tuple(dict.fromkeys(field for field in picked if field))


def _filled(stored: PrintOptions) -> Form:
    layout = stored.labels
    return Form.filled(
        strict_names="on" if stored.strict_names else "",
        small_sheets="on" if stored.small_sheets else "",
        full_name="on" if layout.full_name else "",
        show_place="on" if layout.show_place else "",
        size=layout.size,
        offset_x=f"{layout.offset_x / 10:g}",
        offset_y=f"{layout.offset_y / 10:g}",
        **{f"field{i}": name for i, name in enumerate(layout.fields, 1)},
        **{f"sheet{i}": name for i, name in enumerate(stored.sheet_fields, 1)},
    )


def _query(form: Form) -> str:
    """What is typed as the query of a preview, without the form's own secrets."""
    own = ("csrf", "act", "preview")
    return urlencode({k: v[-1] for k, v in form.typed.items() if k not in own and v})


def _options_page(
    request: Request, form: Form, status_code: int = 200, shown: str = ""
) -> Response[Any]:
    return page(
        request,
        "prints/options.html",
        status_code=status_code,
        form=form,
        sizes=[(name, _(words)) for name, words in SIZES.items()],
        label_fields=[(name, _(words)) for name, words in LABEL_FIELDS.items()],
        sheet_fields=[(name, _(words)) for name, words in SHEET_WORDS.items()],
        shown=shown,
    )
