"""What an operator may set, read once from NUANCAN_* variables.

Nothing needs to be set: without any variable the product starts on port 8420 of
this machine, with its database, keys and backups in `./data`.
"""

import os
import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.i18n import N_

Words = Annotated[tuple[str, ...], NoDecode]
MODES = ("walk", "ebike", "van")

ACCEPTED = {
    "port": N_("1 到 65535 的整数"),
    "database": N_("postgresql:// 开头的地址"),
    "base_url": N_("https:// 开头的地址，送餐员的手机要打得开"),
    "zone": N_("时区名，如 Asia/Shanghai"),
    "language": N_("zh 或 en"),
    "meals": N_("breakfast、lunch、dinner 中的几个，用逗号隔开"),
    "tls": N_("true 或 false"),
    "solver_seconds": N_("1 到 600 的整数"),
    "roads": N_("http(s):// 开头的地址，或 ebike=…,walk=…,van=…"),
    "tiles": N_("http(s):// 开头、含 {z}、{x}、{y} 的地址"),
    "tiles_datum": N_("wgs84 或 gcj02"),
    "backups": N_("true 或 false"),
    "demo": N_("true 或 false"),
}
"""What would do, for every setting that cannot be just any text."""


class Settings(BaseSettings):
    """The whole configuration; the settings page shows it as it is."""

    model_config = SettingsConfigDict(
        env_prefix="NUANCAN_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    host: str = Field(default="127.0.0.1", description=N_("监听地址"))
    port: int = Field(default=8420, ge=1, le=65535, description=N_("监听端口"))
    data: Path = Field(
        default=Path("data"), description=N_("数据库、密钥和备份所在的文件夹")
    )
    database: SecretStr | None = Field(
        default=None, description=N_("PostgreSQL 地址；不填则用文件夹里的 SQLite")
    )
    base_url: str = Field(default="", description=N_("二维码里的公开 https:// 地址"))
    zone: str = Field(default="Asia/Shanghai", description=N_("厨房所在时区"))
    language: Literal["zh", "en"] = Field(
        default="zh", description=N_("使用者选择之前的语言")
    )
    meals: Words = Field(default=("lunch", "dinner"), description=N_("厨房供应的餐次"))
    operator: str = Field(default="", description=N_("页眉上显示的运营单位名称"))
    allowed_hosts: Words = Field(
        default=(),
        description=N_("还可以用来访问的域名"),
    )
    trusted_proxies: Words = Field(
        default=(),
        description=N_("可信代理的地址（采信其 X-Forwarded-*）"),
    )
    tls: bool = Field(
        default=False, description=N_("由 HTTPS 提供服务，而代理没有声明")
    )
    solver_seconds: int = Field(
        default=20, ge=1, le=600, description=N_("排线求解的时间（秒）")
    )
    roads: str = Field(
        default="",
        description=N_(
            "OSRM 表服务地址，http://…/table/v1/bike，或按方式："
            "ebike=…,walk=…,van=…；不填则按直线距离 × 绕行系数"
        ),
    )
    tiles: str = Field(
        default="",
        description=N_("地图瓦片，https://…/{z}/{x}/{y}.png；不填则用素底"),
    )
    tiles_datum: Literal["wgs84", "gcj02"] = Field(
        default="wgs84", description=N_("瓦片所用的坐标系")
    )
    tiles_credit: str = Field(default="", description=N_("瓦片提供方要求的署名"))
    backups: bool = Field(default=True, description=N_("每小时备份并校验"))
    demo: bool = Field(default=False, description=N_("在登录页显示演示账号"))

    @field_validator("database")
    @classmethod
    def _known_engine(cls, value: SecretStr | None) -> SecretStr | None:
        known = ("postgresql://", "sqlite:///")
        if value is not None and not value.get_secret_value().startswith(known):
            raise ValueError(f"must start with {' or '.join(known)}")
        return value

    @field_validator("meals", "allowed_hosts", "trusted_proxies", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("meals")
    @classmethod
    def _known_meals(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        known = ("breakfast", "lunch", "dinner")
        if not value or any(meal not in known for meal in value):
            raise ValueError(f"meals are some of {', '.join(known)}")
        return tuple(meal for meal in known if meal in value)

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, OSError):
            raise ValueError("no such time zone, e.g. Asia/Shanghai") from None
        return value

    @field_validator("base_url")
    @classmethod
    def _https_base(cls, value: str) -> str:
        if value and not value.startswith("https://"):
            raise ValueError("must start with https:// (phones are outside the LAN)")
        return value.rstrip("/")

    @field_validator("roads")
    @classmethod
    def _roads_by_address(cls, value: str) -> str:
        for modes, address in _servers(value):
            if set(modes) - set(MODES):
                raise ValueError(f"modes are {', '.join(MODES)}, not {modes[0]}")
            parts = urlsplit(address)
            if parts.scheme not in ("http", "https") or not re.fullmatch(
                r"[\w.\-]+(:\d+)?|\[[\da-f:]+\](:\d+)?", parts.netloc
            ):
                raise ValueError(f"{address!r} must be http(s)://host/table/v1/…")
        return value

    @field_validator("tiles")
    @classmethod
    def _tiles_by_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and not (
            parts.scheme in ("http", "https")
            and re.fullmatch(r"[\w.:\-\[\]]+", parts.netloc)
            and all(part in value for part in ("{z}", "{x}", "{y}"))
        ):
            raise ValueError("must be http(s)://…{z}…{x}…{y}…")
        return value

    @property
    def road_servers(self) -> dict[str, str]:
        """Mode of going → address of the server that knows its ways."""
        return {mode: at for modes, at in _servers(self.roads) for mode in modes}

    @property
    def tiles_origin(self) -> str:
        """Where pictures of the map may come from; "" without tiles."""
        parts = urlsplit(self.tiles)
        return f"{parts.scheme}://{parts.netloc}" if self.tiles else ""

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def database_url(self) -> str:
        """`postgresql://…`, or `sqlite:///` and the file in the data folder."""
        if self.database is not None:
            return self.database.get_secret_value()
        return f"sqlite:///{self.data.resolve() / 'nuancan.db'}"

    @property
    def keys_file(self) -> Path:
        return self.data / "keys.json"


def language_wanted() -> str:
    """The language by itself: for what is said before the settings are read, and about
    settings that cannot be."""
    return "en" if os.environ.get("NUANCAN_LANGUAGE") == "en" else "zh"


def called_from() -> Path:
    """Where the command was typed and its files are: `./run` itself goes into the
    checkout."""
    return Path(os.environ.get("NUANCAN_CALLED_FROM", ""))


def _servers(roads: str) -> list[tuple[tuple[str, ...], str]]:
    """Each address with the modes it is for: one without is for who does not walk."""
    found: list[tuple[tuple[str, ...], str]] = []
    for part in filter(None, (part.strip() for part in roads.split(","))):
        named = re.fullmatch(r"(\w+)=(.*)", part)
        found.append(((named[1],), named[2]) if named else (("ebike", "van"), part))
    return found
