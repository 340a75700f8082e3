"""Every "no" and every fault → a polite page, an htmx fragment or JSON."""

from typing import Any
from urllib.parse import quote

import litestar
from litestar.exceptions import HTTPException
from litestar.response import Redirect, Response

from app.faults import log_fault
from app.forms import BadForm
from app.i18n import N_
from app.i18n import translate as _
from app.refusals import sentence_for
from app.rendering import fragment, page
from app.requests import Request
from kitchen.errors import Refusal

AnyRequest = litestar.Request[Any, Any, Any]

# status → (what happened, what to do)
WORDS: dict[int, tuple[str, str]] = {
    400: (N_("这个请求看不懂"), N_("请返回上一页，重新操作一次。")),
    401: (N_("请先登录"), N_("登录已到期或还没有登录。重新登录后再提交一次。")),
    403: (N_("这一步不归您的岗位"), N_("需要的话，请管理员调整您的岗位。")),
    404: (N_("没有这一页"), N_("地址可能过期了，或者这条记录不在您的范围内。")),
    405: (N_("这个地址不能这样用"), N_("请从页面上的按钮进入。")),
    409: (N_("没有办成"), ""),
    413: (N_("提交的内容太大"), N_("请缩短文字或分几次提交；表格导入另有入口。")),
    415: (N_("不认识这种内容"), N_("接口只接受 JSON。")),
    421: (
        N_("不认识这个网址"),
        N_("请用本机地址打开，或在 NUANCAN_ALLOWED_HOSTS 里加上这个域名。"),
    ),
    422: (N_("有几处要改"), ""),
    429: (N_("试得太快了"), N_("请等一会儿再试。")),
    500: (N_("系统出错了"), N_("已经记下来了，没有保存一半的数据。请再试一次。")),
    503: (N_("系统正忙"), N_("刚才的操作没有保存，请过几秒再试。")),
}
FORM_EXPIRED = (N_("这张表单过期了"), N_("请返回、刷新页面，再提交一次。"))
RETRY_AFTER = {"Retry-After": "2"}

# Refusals that are not about the business but about the moment.
BUSY_CODES = frozenset(
    {"database_busy", "database_unreachable", "disk_full", "sign_in_crowded"}
)
CHANGED_CODES = frozenset({"act_tampered"})
LIMIT_CODES = frozenset({"sign_in_delayed"})


def handle(request: AnyRequest, error: Exception) -> Response[Any]:
    """The application's exception handler."""
    return answer_for(Request(request.scope, request.receive), error)


def status_of(refusal: Refusal) -> int:
    if refusal.code in BUSY_CODES:
        return 503
    if refusal.code in CHANGED_CODES:
        return 422
    return 429 if refusal.code in LIMIT_CODES else 409


def answer_for(request: Request, error: Exception) -> Response[Any]:
    """The answer for anything raised on the way."""
    if isinstance(error, Refusal):
        return _refused(request, error)
    if isinstance(error, BadForm):
        return _bad_form(request, error)
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status not in WORDS:
        status = 400 if status < 500 else 500
    if status == 500:
        log_fault(f"{request.method} {request.scope['path']}", error)
    if status == 401 and request.method == "GET" and not request.wants_json:
        return _to_sign_in(request)
    title, advice = WORDS[status]
    code = f"http_{status}"
    if status == 403 and "stale-form" in str(getattr(error, "detail", "")):
        (title, advice), code = FORM_EXPIRED, "stale_form"
    headers = RETRY_AFTER if status == 503 else {}
    if status == 405:  # which methods would do (RFC 9110)
        headers = dict(getattr(error, "headers", None) or {})
    return _told(request, status, code, _(title), _(advice) if advice else "", headers)


def _refused(request: Request, refusal: Refusal) -> Response[Any]:
    status = status_of(refusal)
    if request.wants_json:
        return _json(status, refusal.code, sentence_for(refusal), refusal.facts)
    title = _(WORDS[status][0])
    headers = RETRY_AFTER if status == 503 else {}
    return _told(request, status, refusal.code, title, sentence_for(refusal), headers)


def _bad_form(request: Request, error: BadForm) -> Response[Any]:
    form = error.form
    if form.refusal is not None and not form.errors:
        return _refused(request, form.refusal)
    if request.wants_json:
        message = "；".join(form.errors.values())
        return _json(422, "bad_form", message, {"fields": form.errors})
    title = _(WORDS[422][0])
    return _told(
        request, 422, "bad_form", title, "", {}, sentences=list(form.errors.values())
    )


def _told(
    request: Request,
    status: int,
    code: str,
    title: str,
    advice: str,
    headers: dict[str, str],
    sentences: list[str] | None = None,
) -> Response[Any]:
    if request.wants_json:
        message = f"{title}：{advice}" if advice else title
        answer = _json(status, code, message, {})
        answer.headers.update(headers)
        return answer
    context = {"title": title, "advice": advice, "sentences": sentences or []}
    if request.is_fragment:
        # The notice goes to the page's own place for notices, whatever was aimed at.
        headers = {**headers, "HX-Retarget": "#notices", "HX-Reswap": "innerHTML"}
        return fragment(
            request,
            "_notice.html",
            status_code=status,
            headers=headers,
            tone="bad" if status >= 500 else "warn",
            **context,
        )
    return page(
        request,
        "errors/error.html",
        status_code=status,
        headers=headers,
        status=status,
        **context,
    )


def _json(status: int, code: str, message: str, facts: dict[str, Any]) -> Response[Any]:
    told = {name: _plain(fact) for name, fact in facts.items()}
    body = {"code": code, "message": message, "facts": told}
    return Response(body, status_code=status, media_type="application/json")


def _plain(fact: object) -> object:
    if isinstance(fact, str | int | float | bool | dict | list | None):
        return fact
    return str(fact)


def _to_sign_in(request: Request) -> Response[Any]:
    here = request.scope["path"]
    query = request.scope.get("query_string", b"").decode("latin-1")
    target = f"/sign-in?next={quote(f'{here}?{query}' if query else here)}"
    if request.is_fragment:
        return Response("", status_code=401, headers={"HX-Redirect": "/sign-in"})
    return Redirect(target, status_code=303)
