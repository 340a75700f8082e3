"""`serve` and `demo`: from an empty machine to something to click on."""

import datetime as dt
import errno
import gc
import socket
import sys

import click
import uvicorn

from app.asgi import create_app, utc_now
from app.commands.common import read_settings, say, stop, with_database
from app.commands.speaking import Command
from app.commands.values import Whole, dry_run_option
from app.i18n import N_
from app.i18n import translate as _
from app.settings import Settings
from app.words.roles import role_word
from kitchen import demo as community
from kitchen.database import one
from kitchen.passwords import hash_password

DEMO_PASSWORD = "nuancan-demo-2026"  # noqa: S105 - printed for everybody to read


@click.command(cls=Command)
@click.option(
    "--port",
    metavar="PORT",
    type=Whole(1, 65535),
    help="端口,默认 8420 或 NUANCAN_PORT",
)
@click.option("--host", metavar="HOST", help="监听地址,默认 127.0.0.1 或 NUANCAN_HOST")
@dry_run_option
def serve(port: int | None, host: str | None, dry_run: bool) -> None:
    """启动;空数据目录会先放进演示社区。例:./run serve --port 9000"""
    settings = read_settings()
    given = {"port": port or settings.port, "host": host or settings.host}
    settings = settings.model_copy(update=given)
    _refuse_a_taken_port(settings)
    empty, has_accounts = with_database(_who_is_here)
    shown = settings.host if settings.host != "0.0.0.0" else "127.0.0.1"  # noqa: S104
    address = f"http://{shown}:{settings.port}"
    if dry_run:
        if empty:
            say(_("会先放进演示社区"))
        say(_("能在 {address} 启动;没有启动", address=address))
        return
    if empty:
        say(_("第一次启动,正在准备演示社区……"))
        _fill(180, 1)
    say("\n  " + _("打开 {address}", address=address) + "\n")
    if empty or has_accounts:
        settings = settings.model_copy(update={"demo": True})
        _show_accounts()
    # What runs in threads beside the tills (papers, plans) hands the interpreter on
    # after half a millisecond instead of five: a check-in crosses a dozen of these.
    sys.setswitchinterval(0.0005)
    app = create_app(settings)
    # A page of two thousand people makes a hundred thousand objects and drops them
    # all: looked through after every seven hundred, they cost a third of its time.
    # What lives long (pages, words, counts kept) is looked through more rarely still.
    gc.freeze()
    gc.set_threshold(5_000, 10, 100)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        timeout_keep_alive=75,
        server_header=False,
        proxy_headers=False,  # app/headers.py believes only the proxies it is told of
    )


@click.command(cls=Command)
@click.option(
    "--people",
    metavar="N",
    type=Whole(1, 20_000),
    default=180,
    show_default=True,
    help="多少位老人",
)
@click.option(
    "--seed",
    metavar="N",
    type=Whole(),
    default=1,
    show_default=True,
    help="同样的数字得到同样的社区",
)
@dry_run_option
def demo(people: int, seed: int, dry_run: bool) -> None:
    """放进一个演示社区(数据目录须为空)。例:./run demo --people 600 --seed 7"""
    if not with_database(is_empty):
        stop(
            _(
                "数据目录里已经有资料,没有改动。换一个目录:"
                "NUANCAN_DATA=另一目录 ./run demo"
            )
        )
    if dry_run:
        say(_("会放进演示社区:老人 {people} 位;没有写入", people=people))
        return
    _fill(people, seed)
    _show_accounts()


def _refuse_a_taken_port(settings: Settings) -> None:
    """Before anything is built or printed: whoever opened that address would meet
    somebody else's pages. Ends the program (1) with a sentence."""
    try:
        socket.create_server(
            (settings.host, settings.port),
            family=socket.AF_INET6 if ":" in settings.host else socket.AF_INET,
        ).close()
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        if error.errno == errno.EADDRINUSE:
            said = N_("{where} 已经有程序在用:先停掉它,或换一个端口,如 --port {other}")
        else:
            said = N_("不能在 {where} 上监听:{why}")
        other = settings.port % 65535 + 1
        stop(_(said, where=where, other=other, why=error.strerror))


async def _who_is_here(settings: Settings) -> tuple[bool, bool]:
    """(nobody yet, the demo): asked once, because a restart keeps the tills waiting."""
    return await is_empty(settings), await has_demo(settings)


async def is_empty(_settings: Settings) -> bool:
    """Nobody works here yet."""
    row = await one("SELECT COUNT(*) AS n FROM staff")
    return row is None or row["n"] == 0


async def has_demo(_settings: Settings) -> bool:
    """The demo's manager has an account: this is the demo community."""
    row = await one(
        "SELECT COUNT(*) AS n FROM staff WHERE login = {} AND name = {}",
        community.ACCOUNTS[0].login,
        community.ACCOUNTS[0].name,
    )
    return bool(row and row["n"])


def _fill(people: int, seed: int) -> None:
    async def build(settings: Settings) -> community.Community:
        now = utc_now()
        today: dt.date = now.astimezone(settings.timezone).date()
        return await community.build(
            people=people,
            seed=seed,
            today=today,
            now=now,
            password_hash=hash_password(DEMO_PASSWORD),
            history=True,
        )

    made = with_database(build)
    say(
        _(
            "演示社区:老人 {elders} 位,送餐 {deliveries} 位",
            elders=made.elders,
            deliveries=made.deliveries,
        )
    )


def _show_accounts() -> None:
    say("  " + _("演示账号(密码都是 {password}):", password=DEMO_PASSWORD))
    for account in community.ACCOUNTS:
        say(f"    {account.login:<6} {account.name}  {role_word(account.role)}")
    say("")
