"""Interpreters that have the rivals of a benchmark, which the product never has."""

import subprocess
import venv
from collections.abc import Sequence
from pathlib import Path

VENV = Path(__file__).parents[1] / ".venv"


def interpreter(name: str, packages: Sequence[str]) -> str | None:
    """The Python of the environment `name`, made and filled on first use; None when
    it cannot be filled, without a network for instance."""
    home = VENV / name
    python, done = home / "bin" / "python", home / "installed"
    wanted = "\n".join(packages)
    if not done.exists() or done.read_text() != wanted:
        venv.create(home, with_pip=True)
        pip = [str(python), "-m", "pip", "install", "-q", *packages]
        if subprocess.run(pip, check=False).returncode:
            return None
        done.write_text(wanted)
    return str(python)
