"""Every sample paper drawn once, and the tools to read a PDF back."""

import asyncio
import io
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from app.paper_html import document_for
from app.printing import Printed, render
from tests.prints import samples

MM = 72 / 25.4  # points


@dataclass(frozen=True)
class Piece:
    """A run of text on a page: where its baseline begins, points from the bottom."""

    text: str
    x: float
    y: float
    size: float


@pytest.fixture(scope="session")
def drawn() -> dict[str, Printed]:
    """Every sample paper by its name."""
    documents = [
        document_for(make(), samples.STAMP) for make in samples.PAPERS.values()
    ]
    printed = asyncio.run(render(documents))
    return dict(zip(samples.PAPERS, printed, strict=True))


def texts(pdf: bytes) -> list[str]:
    """The text of each page, blanks taken out: line breaks are a matter of layout."""
    found = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    return ["".join(text.split()) for text in found]


def pieces(pdf: bytes, page: int) -> list[Piece]:
    """Runs of text of a page with the place and size they are drawn at."""
    found: list[Piece] = []

    def visit(
        text: str, cm: list[float], tm: list[float], font: object, size: float
    ) -> None:
        if not text.strip():
            return
        _, b, _, d, e, f = tm
        scale_y = b * cm[1] + d * cm[3]
        x = e * cm[0] + f * cm[2] + cm[4]
        y = e * cm[1] + f * cm[3] + cm[5]
        found.append(Piece(text.strip(), x, y, abs(size * scale_y)))

    PdfReader(io.BytesIO(pdf)).pages[page].extract_text(visitor_text=visit)
    return found


def pictures(pdf: bytes, folder: Path, dpi: int = 100) -> Iterator[Image.Image]:
    """The pages as a printer would show them, in colour."""
    source = folder / "paper.pdf"
    source.write_bytes(pdf)
    command = ["pdftoppm", "-r", str(dpi), str(source), str(folder / "page")]
    subprocess.run(command, check=True, timeout=240)
    for path in sorted(folder.glob("page-*.ppm")):
        yield Image.open(path).convert("RGB")
        path.unlink()
