"""QR codes as drawings: the digits of a member's card, the address of a round.

Drawn as filled runs of modules, not as a picture: sharp on any printer, and nothing
has to be fetched when the page is made.
"""

import segno
from markupsafe import Markup

QUIET_MODULES = 4


def card_qr(number: str) -> Markup:
    """The card's digits and nothing else, at the strongest correction.

    A scanner types what it reads as keystrokes; letters and punctuation would be
    swallowed by a Chinese input method, digits survive. Raises ValueError for
    anything but 1–17 digits, the most that the smallest code holds.
    """
    if not (number.isascii() and number.isdigit() and len(number) <= 17):
        raise ValueError(f"a card's QR holds 1 to 17 digits, not {number!r}")
    return _drawn(segno.make_qr(number, error="h", boost_error=False))


def round_qr(address: str) -> Markup | None:
    """The address of a round's phone page; None without a public https address,
    because phones are outside the local network."""
    if not address.startswith("https://"):
        return None
    return _drawn(segno.make_qr(address, error="m"))


def _drawn(code: segno.QRCode) -> Markup:
    rows = [bytes(row) for row in code.matrix_iter(border=QUIET_MODULES)]
    path = "".join(
        f"M{start} {y}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for start, length in _runs(row)
    )
    side = len(rows)
    return Markup(
        '<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}"'
        ' role="img"><path fill="#000" d="{}"/></svg>'
    ).format(side, side, path)


def _runs(row: bytes) -> list[tuple[int, int]]:
    """(start, length) of each dark run."""
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if not dark:
            continue
        if runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((x, 1))
    return runs
