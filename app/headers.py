"""What every answer carries, errors and lost pages included."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network
from socket import gethostname
from urllib.parse import urlsplit

from litestar.datastructures import MutableScopeHeaders
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-src 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "report-uri /csp-report",
    )
)

# A PDF is previewed in a frame of our own page.
FRAMED_POLICY = POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")

ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}


def with_headers(app: ASGIApp) -> ASGIApp:
    """Add the headers; a header that the page itself set is left alone."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders(message)
                for name, value in ALWAYS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
                headers.setdefault("Vary", "HX-Request, Cookie")
                if scope["state"].get("secure"):
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        await app(scope, receive, send_with_headers)

    return answer


def connection_facts(settings: Settings) -> Callable[[Scope], tuple[str, bool]]:
    """How to learn (client address, whether it came over TLS) of a request.

    Forwarded headers are believed only from proxies the operator named.
    """
    proxies = [ip_network(proxy, strict=False) for proxy in settings.trusted_proxies]

    def trusted(address: str) -> bool:
        try:
            return any(ip_address(address) in network for network in proxies)
        except ValueError:
            return False

    def facts(scope: Scope) -> tuple[str, bool]:
        client = scope.get("client")
        address = client[0] if client else "unknown"
        secure = settings.tls or scope.get("scheme") == "https"
        if proxies and trusted(address):
            sent = dict(scope["headers"])
            secure = secure or sent.get(b"x-forwarded-proto") == b"https"
            hops = sent.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
            for hop in reversed([hop.strip() for hop in hops if hop.strip()]):
                address = hop
                if not trusted(hop):
                    break
        return address, secure

    return facts


def known_host(settings: Settings) -> Callable[[str], bool]:
    """Which Host names are ours: another site's name on our address is not.

    An address, localhost, *.local and this machine's own name always are, so that a
    kitchen's LAN needs no setting.
    """
    ours = {"localhost", gethostname().lower(), *map(str.lower, settings.allowed_hosts)}
    if settings.base_url:
        ours.add(urlsplit(settings.base_url).hostname or "")

    def known(host: str) -> bool:
        name = (urlsplit(f"//{host}").hostname or "").lower()
        if name in ours or name.endswith((".local", ".localhost", ".lan")):
            return True
        try:
            ip_address(name)
        except ValueError:
            return False
        return True

    return known
