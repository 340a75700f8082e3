"""docs/integrators.md, block by block, as somebody would who has nothing but the page.

Shell blocks run as written, with `./run` as the program itself (its set-up is tested
elsewhere); Python blocks share one session. Port and folder are the test's own.
"""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "integrators.md"
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXPORT = re.compile(r"(\w+)=(\S+)")
PORT, FOLDER = "8510", "/tmp/nuancan"  # noqa: S108 - what the page says


@dataclass
class Session:
    """One shell and one Python, as a person at a terminal has them."""

    folder: Path
    port: int
    environment: dict[str, str]
    names: dict[str, Any] = field(default_factory=dict)
    server: subprocess.Popen[bytes] | None = None

    def own(self, text: str) -> str:
        """The page's port and folder replaced by this test's."""
        return text.replace(PORT, str(self.port)).replace(FOLDER, str(self.folder))

    def shell(self, block: str) -> None:
        for line in self.own(block).splitlines():
            if line.startswith("export "):
                self.environment.update(EXPORT.findall(line))
            elif line.endswith(" &"):
                self.serve(line.removesuffix(" &"))
            elif line == "kill %1":
                self.stop()
            elif line.strip():
                self.run(line)

    def run(self, line: str) -> None:
        done = subprocess.run(
            ["/bin/sh", "-c", self.command(line)],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"

    def command(self, line: str) -> str:
        return line.replace("./run ", f"{sys.executable} -m app ")

    def serve(self, line: str) -> None:
        self.server = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {self.command(line)}"],
            cwd=ROOT,
            env=self.environment,
            stderr=subprocess.DEVNULL,
        )
        for _look in range(600):
            try:
                httpx.get(f"http://127.0.0.1:{self.port}/healthz")
            except httpx.TransportError:
                assert self.server.poll() is None, "the server has ended"
                time.sleep(0.1)
            else:
                return
        raise AssertionError("the server does not answer")

    def stop(self) -> None:
        if self.server is not None:
            self.server.terminate()
            self.server.wait(30)
            self.server = None

    def python(self, block: str, line: int) -> None:
        """Faults point at the page's own lines."""
        code = "\n" * (line - 1) + self.own(block)
        exec(compile(code, str(PAGE), "exec"), self.names)  # noqa: S102 - our own page


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
    here = Session(tmp_path / "home", port, environment)
    yield here
    here.stop()
    for value in here.names.get("accounts", {}).values():
        value.close()


def test_every_line_of_the_page_does_what_it_says(session: Session) -> None:
    text = PAGE.read_text("utf-8")
    blocks = list(BLOCK.finditer(text))
    assert len(blocks) == text.count("```") // 2, "a block of another kind is not run"
    for block in blocks:
        line = text.count("\n", 0, block.start()) + 2
        if block[1] == "sh":
            session.shell(block[2])
        else:
            session.python(block[2], line)
