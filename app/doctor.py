"""What is wrong with this machine, and how to put it right.

Every check answers for itself, whatever the others found, and says what to do.
"""

import ctypes.util
import datetime as dt
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from app import backups, dumps
from app.i18n import translate as _
from app.jobs import Job
from app.printing import font_faults
from app.refusals import sentence_for
from app.settings import Settings
from kitchen import calendar, database, places, registry, schema, sealing, upgrading
from kitchen.errors import Refusal

DISK_FREE_AT_LEAST = 0.10
BACKUP_AGE_AT_MOST = dt.timedelta(hours=3)
BUILT = dt.date(2026, 11, 1)  # no clock of a machine that runs this shows less
LIBRARIES = {  # library → Debian package
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}
PROGRAMS = {"fc-list": "fontconfig"}


@dataclass(frozen=True)
class Finding:
    """One check: what it is about, whether it is well, what was seen, what to do."""

    code: str
    title: str
    ok: bool
    seen: str = ""
    fix: str = ""


async def examine(settings: Settings, now: dt.datetime) -> list[Finding]:
    """Every check. Opens the database itself, and closes it again."""
    found = [_folder(settings), _keys(settings), _libraries(), _clock(settings, now)]
    found += [_disk(settings), _holidays(now), _port(settings)]
    opened = await _database(settings)
    found.append(opened)
    if opened.ok:
        try:
            found.append(await _fonts())
            found.append(await _places())
        finally:
            await database.close()
    found.append(_backup(settings, now))
    return found


# The machine ------------------------------------------------------------------


def _folder(settings: Settings) -> Finding:
    title, folder = _("数据目录可写"), settings.data.resolve()
    probe = folder / ".doctor"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe.write_text("", "utf-8")
        probe.unlink()
    except OSError as error:
        fix = _("让运行程序的用户能写 {folder}", folder=folder)
        return Finding("folder", title, False, str(error.strerror), fix)
    return Finding("folder", title, True, str(folder))


def _keys(settings: Settings) -> Finding:
    title, path = _("钥匙文件只有自己能读"), settings.keys_file
    if not path.exists():
        return Finding("keys", title, True, _("还没有,第一次启动时生成"))
    try:
        sealing.Keyring.load(path)
    except Refusal as refusal:
        fix = (
            f"chmod 600 {path}" if refusal.code == "keys_open" else _("找回另存的那份")
        )
        return Finding("keys", title, False, sentence_for(refusal), fix)
    except OSError as error:
        fix = _("用运行 serve 的用户执行")
        return Finding("keys", title, False, str(error.strerror), fix)
    return Finding("keys", title, True, str(path))


def _libraries() -> Finding:
    missing = [p for name, p in LIBRARIES.items() if not ctypes.util.find_library(name)]
    missing += [p for name, p in PROGRAMS.items() if not shutil.which(name)]
    fix = f"apt-get install {' '.join(missing)}" if missing else ""
    return Finding("libraries", _("系统组件"), not missing, " ".join(missing), fix)


def _clock(settings: Settings, now: dt.datetime) -> Finding:
    """A clock that stood still at the factory date prices meals by the wrong scheme."""
    local = now.astimezone(settings.timezone)
    seen = f"{local:%Y-%m-%d %H:%M} {settings.zone}"
    fix = "" if now.date() >= BUILT else _("校准时间:timedatectl set-ntp true")
    return Finding("clock", _("时钟和时区"), not fix, seen, fix)


def _disk(settings: Settings) -> Finding:
    folder = settings.data.resolve()
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    seen = _("剩余 {gib} GiB", gib=f"{usage.free / 2**30:.1f}")
    enough = usage.free >= usage.total * DISK_FREE_AT_LEAST
    fix = "" if enough else _("清理磁盘,至少留出十分之一")
    return Finding("disk", _("磁盘空间"), enough, seen, fix)


def _holidays(now: dt.datetime) -> Finding:
    """The State Council announces a year in the November before: from December on,
    a year that is not known needs an update."""
    first, last = calendar.known_years()
    due = now.year + (1 if now.month == 12 else 0)
    seen = _("已知 {first} 至 {last} 年", first=first, last=last)
    if last > now.year:
        return Finding("holidays", _("节假日数据"), True, seen)
    fix = _("{year} 年的放假安排公布后更新程序,或在设置里逐日标明", year=now.year + 1)
    return Finding("holidays", _("节假日数据"), last >= due, seen, fix)


def _port(settings: Settings) -> Finding:
    title = _("端口 {port}", port=settings.port)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            seen = _("已被占用({why});serve 正在运行时是正常的", why=error.strerror)
            return Finding("port", title, True, seen)
    return Finding("port", title, True, _("空着"))


# The database -----------------------------------------------------------------


async def _database(settings: Settings) -> Finding:
    """Reachable and of today's shape. It stays open when all is well."""
    title = _("数据库")
    try:
        sealing.use(sealing.Keyring.load_or_create(settings.keys_file))
        engine = database.configure(settings.database_url, [*schema.TABLES, Job])
        pending = await upgrading.pending(engine)
        if pending:
            fix = "./run migrate"
            return Finding("database", title, False, " ".join(pending), fix)
        await database.open()
    except Refusal as refusal:
        fix = _("检查 NUANCAN_DATABASE,数据库服务器是否开着")
        if refusal.code.startswith("keys_"):
            fix = _("见上面几项")
        return Finding("database", title, False, sentence_for(refusal), fix)
    except OSError as error:
        return Finding("database", title, False, str(error), _("见上面几项"))
    kind = "PostgreSQL" if database.is_postgres() else "SQLite"
    return Finding("database", title, True, kind)


async def _fonts() -> Finding:
    """Every name in the database can be printed."""
    title = _("打印字体")
    names = {"暖餐"}
    for kitchen in await places.kitchens():
        names |= {person.name for person in await registry.elders_of(kitchen.id)}
    try:
        faults = await font_faults(sorted(names))
    except FileNotFoundError:
        fix = "apt-get install fontconfig fonts-noto-cjk"
        return Finding("fonts", title, False, _("没有 fontconfig"), fix)
    if faults.font_missing:
        fix = "apt-get install fonts-noto-cjk"
        return Finding("fonts", title, False, _("没有 Noto Sans CJK"), fix)
    if faults.names:
        seen = "、".join(
            f"{name}({bad})" for name, bad in list(faults.names.items())[:5]
        )
        fix = _("安装有这些字的字体,如 fonts-hanazono")
        return Finding("fonts", title, False, seen, fix)
    return Finding("fonts", title, True, _("{n} 个姓名都能打印", n=len(names) - 1))


async def _places() -> Finding:
    """Nobody can be served without a kitchen."""
    count = len(await places.kitchens())
    fix = "" if count else _("./run init 建一个空厨房,或 ./run demo 看演示")
    return Finding("kitchen", _("厨房"), bool(count), str(count), fix)


def _backup(settings: Settings, now: dt.datetime) -> Finding:
    title = _("自动备份")
    if settings.database is not None and not dumps.has_tools():
        fix = "apt-get install postgresql-client"
        return Finding(
            "backup", title, False, _("没有 pg_dump,PostgreSQL 没有备份"), fix
        )
    if not settings.backups:
        fix = _("去掉 NUANCAN_BACKUPS=false,或确认另有备份")
        return Finding("backup", title, False, _("自动备份关着"), fix)
    folder = backups.folder_of(settings)
    listed = backups.listing(folder)
    if not listed:
        seen = _("还没有;serve 运行一小时后自动做")
        return Finding("backup", title, True, seen)
    newest = listed[0]
    seen = f"{newest.file} {newest.at.astimezone(settings.timezone):%m-%d %H:%M}"
    path: Path = folder / newest.file
    if backups.sha256_of(path) != newest.sha256:
        fix = _("磁盘可能坏了:马上 ./run backup 到另一块盘")
        return Finding(
            "backup", title, False, _("{file} 被改动过", file=path.name), fix
        )
    if now - newest.at > BACKUP_AGE_AT_MOST:
        fix = _("让 serve 一直开着,或 ./run backup")
        return Finding(
            "backup", title, False, _("最近一次太久了:{seen}", seen=seen), fix
        )
    return Finding("backup", title, True, seen)
