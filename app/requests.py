"""A request as our pages see it: who asks, in which language, at what time."""

import datetime as dt
import hmac
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from litestar.exceptions import NotAuthorizedException
from litestar_htmx import HTMXRequest

from app.assets import Assets
from app.settings import Settings
from kitchen.staff import Actor


class Request(HTMXRequest):
    """Adds what the doorway learned. The only clock a page looks at is here."""

    @property
    def settings(self) -> Settings:
        settings: Settings = self.app.state.settings
        return settings

    @property
    def assets(self) -> Assets:
        assets: Assets = self.app.state.assets
        return assets

    @property
    def now(self) -> dt.datetime:
        """The instant, aware, in UTC."""
        clock: Callable[[], dt.datetime] = self.app.state.clock
        return clock()

    @property
    def today(self) -> dt.date:
        """The day on the kitchen's wall."""
        return self.now.astimezone(self.settings.timezone).date()

    @property
    def visitor(self) -> Actor | None:
        """Who is signed in, or None."""
        actor: Actor | None = self.scope["state"].get("actor")
        return actor

    @property
    def actor(self) -> Actor:
        """Who is signed in; 401 when nobody is."""
        if self.visitor is None:
            raise NotAuthorizedException
        return self.visitor

    @property
    def session_token(self) -> str:
        """The cookie of the open session; "" for a visitor."""
        token: str = self.scope["state"].get("session_token", "")
        return token

    @property
    def address(self) -> str:
        """Where the request came from, forwarding proxies seen through."""
        address: str = self.scope["state"].get("address", "unknown")
        return address

    @property
    def device(self) -> str:
        return self.headers.get("User-Agent", "")[:200]

    @property
    def secure(self) -> bool:
        return bool(self.scope["state"].get("secure"))

    @property
    def form_token(self) -> str:
        """What a form of this session must bring back."""
        state: dict[str, Any] = self.scope["state"]
        state["token_shown"] = True  # tells the doorway to hand out the cookie
        return form_token(self.app.state.form_key, state.get("token_basis", ""))

    @property
    def is_fragment(self) -> bool:
        """True when htmx asks for a part of the page."""
        htmx = self.htmx
        return bool(htmx) and not htmx.boosted and not htmx.history_restore_request

    @property
    def wants_json(self) -> bool:
        accepted = self.headers.get("Accept", "")
        return self.scope["path"].startswith("/api") or (
            "application/json" in accepted and "text/html" not in accepted
        )


@lru_cache(maxsize=1024)  # a page has dozens of forms
def form_token(key: bytes, basis: str) -> str:
    """The token bound to one session (or one visitor's cookie) and to our key."""
    return hmac.digest(key, b"form:" + basis.encode(), "sha256").hex()
