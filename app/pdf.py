"""Printed pages as an answer of the server."""

from litestar.response import Response

from app.headers import FRAMED_POLICY


def pdf_answer(content: bytes) -> Response[bytes]:
    """Shown in the page's frame or a tab of its own, and kept by no cache."""
    return Response(
        content,
        media_type="application/pdf",
        headers={
            "Content-Disposition": "inline",
            "Content-Security-Policy": FRAMED_POLICY,
            "Cache-Control": "no-store",
        },
    )
