"""The child that draws: no network, no files, a deadline, and the right glyphs."""

import asyncio
import http.server
import io
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader

from app import printing
from app.paper_html import document_for
from app.papers import UnplacedList
from app.printing import FONT, Document, PrintFailed, font_faults, render
from tests.app.conftest import children_alive
from tests.prints import samples
from tests.prints.conftest import pictures, texts

FONT_FILES = Path("/usr/share/fonts/opentype/noto")


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server on the loopback address, and every path it was asked for."""
    paths: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    thread.join()
    server.server_close()


def payload(address: str) -> str:
    return (
        f"<link rel=attachment href='file:///etc/hostname'>"
        f"<link rel=stylesheet href='{address}/style.css'>"
        f"<img src='{address}/pixel.png'><img src='file:///etc/hostname'>"
        f"<svg width=9 height=9><image href='{address}/vector.png'/></svg>"
        f"<p style='background: url({address}/back.png)'>x</p>"
    )


async def test_a_page_can_reach_neither_the_network_nor_a_file(
    asked: tuple[str, list[str]],
) -> None:
    address, paths = asked
    css = f"@import url({address}/import.css); p {{ list-style: url({address}/l.png) }}"
    (printed,) = await render([Document(payload(address), css=css)])
    assert paths == []
    root = PdfReader(io.BytesIO(printed.pdf)).root_object
    assert "/EmbeddedFiles" not in root.get("/Names", {})
    assert "/AF" not in root


async def test_what_people_type_is_printed_and_not_obeyed(
    asked: tuple[str, list[str]],
) -> None:
    address, paths = asked
    person = samples.unplaced().people[0]
    typed = payload(address)
    people = (
        type(person)(**{**vars(person), "name": typed, "place": typed, "why": typed}),
    )
    paper = UnplacedList(**samples.COMMON, people=people)
    (printed,) = await render([document_for(paper, samples.STAMP)])
    assert paths == []
    assert "<linkrel=attachment" in "".join(texts(printed.pdf))


async def test_the_same_document_gives_the_same_bytes() -> None:
    document = document_for(samples.slip(), samples.STAMP)
    first, second = await render([document, document])
    assert first.pdf == second.pdf


async def test_documents_come_back_in_their_order() -> None:
    told: list[int] = []
    documents = [Document(f"<p>第 {n} 张</p>") for n in range(9)]
    printed = await render(documents, on_done=told.append)
    found = ["".join(texts(p.pdf))[:3] for p in printed]
    assert found == [f"第{n}张" for n in range(9)]
    assert told == list(range(1, 10))


@pytest.mark.skipif(printing.CORES < 2, reason="one core draws one after another")
async def test_papers_are_drawn_in_several_processes_at_once() -> None:
    """As many as there are cores, and none is left afterwards."""
    quiet, most = children_alive(), 0
    document = document_for(samples.sheet(), samples.STAMP)
    drawing = asyncio.create_task(render([document] * 2 * printing.CORES))
    while not drawing.done():
        most = max(most, len(children_alive() - quiet))
        await asyncio.sleep(0.01)
    assert len(await drawing) == 2 * printing.CORES
    assert most == printing.CORES
    assert children_alive() <= quiet


async def test_a_paper_that_takes_too_long_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(printing, "START_SECONDS", 0.05)
    monkeypatch.setattr(printing, "DOCUMENT_SECONDS", 0.0)
    with pytest.raises(PrintFailed) as failed:
        await render([Document("<p>慢</p>", name="送餐单 round:3")])
    assert failed.value.name == "送餐单 round:3"
    assert failed.value.why.startswith("timed_out")


async def test_the_print_font_is_installed_and_draws_rare_names() -> None:
    faults = await font_faults(["王秀英", "𬭎", "㐂"])
    assert faults.ok


async def test_a_name_that_no_font_can_draw_is_told() -> None:
    faults = await font_faults(["王秀英", "王\U000e0101"])
    assert not faults.font_missing
    assert faults.names == {"王\U000e0101": "\U000e0101"}


# Right glyphs: text extraction would not notice a wrong drawing, so look.


RARE = ("王秀英欧阳慧", "仇单曾解区查", "㐂𬭎龘犇骉淼", "吐尔逊买提婉")
SIZE_PT, DPI = 36, 144
CELL = SIZE_PT * DPI // 72


def reference(character: str) -> Image.Image:
    """The glyph as another program draws it from the same font file."""
    path = FONT_FILES / "NotoSansCJK-Regular.ttc"
    for index in range(10):
        font = ImageFont.truetype(str(path), CELL, index=index)
        if font.getname()[0] == FONT:
            break
    image = Image.new("L", (2 * CELL, 2 * CELL), 255)
    ImageDraw.Draw(image).text((CELL // 2, CELL // 4), character, font=font, fill=0)
    return image


def ink(image: Image.Image) -> np.ndarray:
    """The drawn part, cut out, brought to one size."""
    dark = np.asarray(image) < 128
    rows, columns = np.where(dark.any(axis=1))[0], np.where(dark.any(axis=0))[0]
    box = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    return np.asarray(image.crop(box).resize((64, 64))).astype(float)


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


async def test_names_are_drawn_with_the_right_characters(tmp_path: Path) -> None:
    lines = "".join(f"<p>{name}</p>" for name in RARE)
    css = (
        f"@page {{ size: A4; margin: 20mm; @top-right {{ content: none }} }}"
        f" p {{ font-size: {SIZE_PT}pt; line-height: 2; margin: 0 }}"
    )
    (printed,) = await render([Document(f"<body>{lines}</body>", css=css)])
    page = next(pictures(printed.pdf, tmp_path, dpi=DPI)).convert("L")
    margin = round(20 * DPI / 25.4)
    references = {c: ink(reference(c)) for name in RARE for c in name}
    for row, name in enumerate(RARE):
        top = margin + row * 2 * CELL
        for column, character in enumerate(name):
            left = margin + column * CELL
            cell = page.crop((left, top, left + CELL, top + 2 * CELL))
            alike = {c: likeness(ink(cell), shape) for c, shape in references.items()}
            assert max(alike, key=lambda c: alike[c]) == character
            assert alike[character] > 0.9, character
