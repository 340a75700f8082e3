"""`init` and `migrate`: a real, empty kitchen; a database of today's shape."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NoReturn

import click

from app import restoring
from app.asgi import utc_now
from app.commands.common import (
    FAILED,
    OPERATOR,
    cannot_use,
    read_settings,
    say,
    show,
    with_database,
)
from app.commands.serving import has_demo, is_empty
from app.commands.speaking import Command
from app.commands.users import made_up_password
from app.commands.values import LOGIN, OneOf, Words, dry_run_option, json_option
from app.i18n import translate as _
from app.jobs import Job
from app.refusals import sentence_for
from app.settings import Settings
from app.typed import parse_fen
from kitchen import database, food, places, schema, staff, upgrading, vouching
from kitchen.errors import Refusal
from kitchen.passwords import check_password, hash_password
from kitchen.places import ServiceFacts
from kitchen.staff import Post

CLOCKS = {  # minutes after midnight: cut-off, cooked, depart, serve from – to
    "breakfast": (17 * 60, 375, 385, 390, 510),
    "lunch": (9 * 60, 615, 630, 660, 750),
    "dinner": (14 * 60, 975, 990, 1010, 1090),
}


@click.command(cls=Command)
@click.option(
    "--kitchen", required=True, metavar="NAME", type=Words(1, 40), help="厨房的名字"
)
@click.option("--area", default="", metavar="NAME", help="所在街道,不写就是“本街道”")
@click.option(
    "--price", default="13.00", metavar="YUAN", help="一餐定价", show_default=True
)
@click.option(
    "--admin",
    default="admin",
    metavar="LOGIN",
    type=LOGIN,
    show_default=True,
    help="管理员的登录名",
)
@click.option(
    "--manager",
    default="manager",
    metavar="LOGIN",
    type=LOGIN,
    show_default=True,
    help="厨房主管的登录名",
)
@click.option(
    "--passwords",
    metavar="HOW",
    type=OneOf(("generate", "ask")),
    default="generate",
    show_default=True,
    help="密码:替您编好并显示一次,或自己输入",
)
@dry_run_option
@json_option
def init(
    kitchen: str,
    area: str,
    price: str,
    admin: str,
    manager: str,
    passwords: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """从演示换成真实的空厨房。例:./run init --kitchen 东山街道助餐中心

    演示数据整个移到旁边留着;目录里已有真实资料时不动。建好管理员和厨房主管两个账号,
    密码只显示一次。先停下 serve。
    """
    list_price = parse_fen(price)
    if not list_price or list_price < 0:
        _refuse("--price", price, _("大于零的金额,如 13.00"))
    settings = read_settings()
    demo = _standing(settings)
    if dry_run:
        say(_("演示数据会移到旁边,再建空厨房") if demo else _("会建一个空厨房"))
        return
    logins = {"administrator": admin, "manager": manager}
    secret = {role: _password(login, passwords) for role, login in logins.items()}
    aside = _move_aside(settings) if demo else None

    async def work(settings: Settings) -> int:
        kitchen_id = await _kitchen(settings, kitchen, area or _("本街道"), list_price)
        for role, login in logins.items():
            await staff.hire_first(
                login=login,
                name=login,
                post=Post(role, None if role == "administrator" else kitchen_id),
                password_hash=hash_password(secret[role]),
                now=utc_now(),
            )
        by = OPERATOR
        await vouching.vouch_for_older(by=by.name, staff_id=by.staff_id, now=utc_now())
        return kitchen_id

    kitchen_id = with_database(work)
    if aside:
        say(_("演示数据移到了 {folder}", folder=aside))
    accounts = [
        {"login": login, "role": role, "password": secret[role]}
        for role, login in logins.items()
    ]
    if as_json:
        kept = str(aside) if aside else None
        show({"kitchen": kitchen_id, "accounts": accounts, "demo_kept_in": kept})
    else:
        for account in accounts:
            click.echo("\t".join(account.values()))
    say(_("空厨房已建好。密码只显示这一次;用 ./run serve 启动后登录"))


def _refuse(field: str, typed: str, accepted: str) -> NoReturn:
    click.get_current_context().fail(f"{field}: {cannot_use(typed, accepted)}")


def _standing(settings: Settings) -> bool:
    """True when the demo stands there. Ends the program when real data does, or when
    the server is running on it."""
    if with_database(is_empty):
        return False
    if not with_database(has_demo) or settings.database is not None:
        say(sentence_for(Refusal("already_in_use")))
        sys.exit(FAILED)
    if restoring.in_use(restoring.database_file(settings)):
        say(sentence_for(Refusal("database_in_use")))
        sys.exit(FAILED)
    return True


def _move_aside(settings: Settings) -> Path:
    """The whole folder, keys and all: the demo still opens where it is now."""
    home = settings.data.resolve()
    aside = home.with_name(f"{home.name}-demo-{utc_now():%Y%m%dT%H%M%SZ}")
    try:
        home.rename(aside)
    except OSError as error:
        say(_("移不动 {folder}:{why}", folder=home, why=error.strerror))
        sys.exit(FAILED)
    return aside


def _password(login: str, how: str) -> str:
    if how == "generate":
        return made_up_password()
    while True:
        typed, again = (
            str(click.prompt(asked, hide_input=True, err=True))
            for asked in (_("{login} 的密码", login=login), _("再输一次"))
        )
        try:
            check_password(typed, login)
        except Refusal as refusal:
            say(sentence_for(refusal))
            continue
        if typed == again:
            return typed
        say(_("两次输入的不一样"))


async def _kitchen(settings: Settings, name: str, area: str, price_fen: int) -> int:
    """An empty kitchen that can serve: its meals with the usual clocks, the dishes."""
    by, now = OPERATOR, utc_now()
    street = await places.add_area(area, "street", None, by=by, now=now)
    kitchen_id = await places.add_kitchen(name=name, area_id=street, by=by, now=now)
    for meal in settings.meals:
        cut_off, *clocks = CLOCKS[meal]
        days_before = 1 if meal == "breakfast" else 0
        service = ServiceFacts(meal, price_fen, days_before, cut_off, *clocks)
        await places.set_service(kitchen_id, service, by=by, now=now)
    await food.load_food(by=by, now=now)
    return kitchen_id


@click.command(cls=Command)
@dry_run_option
@json_option
def migrate(dry_run: bool, as_json: bool) -> None:
    """把数据库升级到这一版;可重复执行。例:./run migrate --dry-run"""
    settings = read_settings()
    if not dry_run:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def work() -> list[str]:
        engine = database.configure(settings.database_url, [*schema.TABLES, Job])
        try:
            step: Callable[..., Awaitable[list[str]]] = (
                upgrading.pending if dry_run else upgrading.upgrade
            )
            return await step(engine)
        finally:
            await database.close()

    try:
        names = asyncio.run(work())
    except Refusal as refusal:
        say(sentence_for(refusal))
        sys.exit(FAILED)
    if as_json:
        show(names)
    else:
        for name in names:
            click.echo(name)
    if not names:
        say(_("数据库已是最新"))
