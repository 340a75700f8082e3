"""HTML → PDF, in child processes: killable, limited, without network or files.

`render` gives one PDF for each document, so that "page 2 / 3" counts the pages of one
round; `join` puts finished PDFs behind each other. The same module is the child
(`python -m app.printing`): its task is JSON on standard input, and the answer is one
line of JSON with the sizes, then the PDFs themselves. The style sheet travels with
the task, so the child needs to fetch nothing and may fetch nothing but data: addresses.
"""

import asyncio
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.children import Outcome, run_child
from kitchen.off_loop import off_loop

FONT = "Noto Sans CJK SC"
STATIC = Path(__file__).parent.parent / "static"
CORES = os.cpu_count() or 1
BATCH = 12  # documents that share one child's start and fonts
START_SECONDS = 30.0
DOCUMENT_SECONDS = 30.0
MEMORY_BYTES = 2 * 1024**3

Told = Callable[[int], None]


@dataclass(frozen=True)
class Document:
    """One paper as HTML. `name` is for messages; `tight_html` is a closer setting of
    it, taken when the plain one needs a page for its `#slip` and little else."""

    html: str
    name: str = ""
    pdf_variant: str | None = None
    tight_html: str = ""
    css: str = ""  # rules of this paper alone


@dataclass(frozen=True)
class Printed:
    """A finished PDF and how many pages it has."""

    pdf: bytes
    pages: int


class PrintFailed(Exception):
    """A paper could not be drawn: which, and the child's last words."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name
        self.why = why


@dataclass(frozen=True)
class FontFaults:
    """What the machine cannot print: without the font nothing Chinese at all, and
    otherwise each name with the characters that no installed font has."""

    font_missing: bool
    names: dict[str, str]

    @property
    def ok(self) -> bool:
        return not self.font_missing and not self.names


@cache
def stylesheet() -> str:
    """The tokens shared with the screens, then the rules of paper."""
    sheets = (STATIC / "tokens.css", STATIC / "print.css")
    return "\n".join(s.read_text("utf-8") for s in sheets if s.is_file())


async def render(
    documents: Sequence[Document], *, on_done: Told | None = None
) -> list[Printed]:
    """One PDF for each document, in the same order.

    `on_done` hears how many are finished. Raises `PrintFailed` naming the paper.
    """
    batches = [documents[i : i + BATCH] for i in range(0, len(documents), BATCH)]
    if len(documents) > 1 and len(batches) < CORES:
        batches = [documents[i::CORES] for i in range(CORES)]
        order = [
            i for start in range(CORES) for i in range(len(documents))[start::CORES]
        ]
    else:
        order = list(range(len(documents)))
    gate, finished = _gate(), 0

    def one_more() -> None:
        nonlocal finished
        finished += 1
        if on_done:
            on_done(finished)

    async def drawn(batch: Sequence[Document]) -> list[Printed]:
        async with gate:
            return await _drawn(batch, one_more)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(drawn(batch)) for batch in batches if batch]
    except ExceptionGroup as failed:
        # Not `except*`: before 3.11.4 it wraps what is raised inside in a group again.
        first = failed.exceptions[0]
        if not isinstance(first, PrintFailed):
            raise
        raise PrintFailed(first.name, first.why) from None
    in_turn = [printed for task in tasks for printed in task.result()]
    return [printed for _, printed in sorted(zip(order, in_turn, strict=True), key=_at)]


async def join(pdfs: Sequence[bytes]) -> bytes:
    """The PDFs behind each other, each with its own page numbers."""
    if len(pdfs) == 1:
        return pdfs[0]
    head = {"task": "join", "sizes": [len(pdf) for pdf in pdfs]}
    stdin = _framed(head, pdfs)
    outcome = await _child(stdin, START_SECONDS + len(pdfs))
    return _unframed(outcome, "join")[0].pdf


def _at(pair: tuple[int, Printed]) -> int:
    return pair[0]


_gates: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


def _gate() -> asyncio.Semaphore:
    """At most as many children as cores, over everyone who prints."""
    loop = asyncio.get_running_loop()
    for closed in [old for old in _gates if old.is_closed()]:
        del _gates[closed]
    return _gates.setdefault(loop, asyncio.Semaphore(CORES))


async def _drawn(
    batch: Sequence[Document], one_more: Callable[[], None]
) -> list[Printed]:
    head = {
        "task": "render",
        "css": stylesheet(),
        "documents": [
            {
                "html": d.html,
                "tight": d.tight_html,
                "variant": d.pdf_variant,
                "css": d.css,
            }
            for d in batch
        ],
    }
    outcome = await _child(
        _framed(head, ()),
        START_SECONDS + DOCUMENT_SECONDS * len(batch),
        lambda told: one_more() if "done" in told else None,
    )
    if not outcome.ok and len(batch) > 1:  # find the one that cannot be drawn
        return [
            printed
            for document in batch
            for printed in await _drawn([document], one_more)
        ]
    return _unframed(outcome, batch[0].name)


async def _child(
    stdin: bytes, seconds: float, heard: Callable[[dict[str, Any]], None] | None = None
) -> Outcome:
    return await run_child(
        [sys.executable, "-m", "app.printing"],
        stdin,
        seconds=seconds,
        memory_bytes=MEMORY_BYTES,
        on_progress=heard,
    )


def _framed(head: dict[str, Any], parts: Iterable[bytes]) -> bytes:
    line = json.dumps(head, ensure_ascii=False).encode()
    return b"".join([line, b"\n", *parts])


def _unframed(outcome: Outcome, name: str) -> list[Printed]:
    if not outcome.ok:
        raise PrintFailed(name, f"{outcome.ending}: {outcome.last_words[-500:]}")
    line, _, body = outcome.output.partition(b"\n")
    printed, start = [], 0
    for entry in json.loads(line)["printed"]:
        pdf = body[start : start + entry["size"]]
        start += entry["size"]
        printed.append(Printed(pdf, entry["pages"]))
    return printed


# Fonts


async def font_faults(names: Iterable[str] = ()) -> FontFaults:
    """Whether the print font is installed and which of `names` cannot be drawn.

    Asked of fontconfig, which chooses the fonts for the pages too.
    """
    outcome = await run_child(
        ["fc-list", "--format", "%{family}\t%{charset}\n"], b"", seconds=20
    )
    listed = outcome.output.decode("utf-8", "replace")
    return await off_loop(_faults_in, listed, tuple(names))


def _faults_in(listed: str, names: Sequence[str]) -> FontFaults:
    families, drawable = set[str](), set[int]()
    for line in listed.splitlines():
        family, _, charset = line.partition("\t")
        families.update(family.split(","))
        for piece in charset.split() if names else ():  # a quarter million characters
            first, _, last = piece.partition("-")
            drawable.update(range(int(first, 16), int(last or first, 16) + 1))
    faults = {
        name: "".join(dict.fromkeys(c for c in name if ord(c) not in drawable))
        for name in names
    }
    return FontFaults(
        FONT not in families, {n: bad for n, bad in faults.items() if bad}
    )


# The child


def _main() -> None:
    task = json.loads(sys.stdin.buffer.readline())
    if task["task"] == "join":
        parts = [sys.stdin.buffer.read(size) for size in task["sizes"]]
        printed = [_joined(parts)]
    else:
        printed = _rendered(task["documents"], task["css"])
    head = {"printed": [{"pages": p.pages, "size": len(p.pdf)} for p in printed]}
    sys.stdout.buffer.write(_framed(head, [p.pdf for p in printed]))


def _rendered(documents: list[dict[str, Any]], css: str) -> list[Printed]:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fetcher = URLFetcher(allowed_protocols=["data"], allow_redirects=False)
    fonts = FontConfiguration()
    style = CSS(string=css, font_config=fonts, url_fetcher=fetcher)
    printed = []
    for number, entry in enumerate(documents, 1):
        document = _laid_out(entry, style, fonts, fetcher)
        variant = entry["variant"]
        pdf = document.write_pdf(
            # The same content must give the same bytes: the identifier is fixed.
            pdf_identifier=b"nuancan",
            pdf_variant=variant,
            pdf_tags=bool(variant),
        )
        printed.append(Printed(pdf, len(document.pages)))
        print(json.dumps({"done": number}), file=sys.stderr, flush=True)
    return printed


def _laid_out(entry: dict[str, Any], style: Any, fonts: Any, fetcher: Any) -> Any:
    from weasyprint import CSS, HTML

    styles = [style]
    if entry["css"]:
        styles.append(CSS(string=entry["css"], font_config=fonts, url_fetcher=fetcher))

    def laid_out(html: str) -> Any:
        page = HTML(string=html, url_fetcher=fetcher)
        return page.render(font_config=fonts, stylesheets=styles)

    plain = laid_out(entry["html"])
    if entry["tight"] and _only_leftovers(plain):
        tight = laid_out(entry["tight"])
        if len(tight.pages) < len(plain.pages):
            return tight
    return plain


def _only_leftovers(document: Any) -> bool:
    """Whether the last page holds the slip, and of the rest no beginning of a part."""
    last = document.pages[-1].anchors
    parts = ("body-end", "map", "safety")
    return (
        len(document.pages) > 1
        and "slip" in last
        and not any(part in last for part in parts)
    )


def _joined(pdfs: Sequence[bytes]) -> Printed:
    from pypdf import PdfWriter

    writer = PdfWriter()
    for pdf in pdfs:
        writer.append(io.BytesIO(pdf), import_outline=False)
    writer.compress_identical_objects()
    out = io.BytesIO()
    writer.write(out)
    return Printed(out.getvalue(), len(writer.pages))


if __name__ == "__main__":
    _main()
