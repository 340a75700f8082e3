"""The headcount forecast beside well-kept libraries.

For `./run bench forecast --libraries`. The libraries are installed into an environment
of their own on first use; they are no dependency of this project. Their models are in
`benchmarks/forecast_rivals.py`.
"""

import json
import statistics
import subprocess
from collections.abc import Mapping
from pathlib import Path

from benchmarks.rivals import interpreter

LIBRARIES = ("scikit-learn==1.9.1", "statsmodels==0.15.0")
SCRIPT = Path(__file__).with_name("forecast_rivals.py")
DAYS = 200  # a quarter of an hour of processor time; twice as many, half an hour
MARK = "<!-- libraries -->\n"
OURS, PLAIN = "nuancan", "best same-weekday mean"

Errors = dict[str, dict[str, float]]
"""Who expects → what is counted → mean absolute error, portions a day."""


def of_libraries(file: Path, days: int = DAYS) -> Errors | None:
    """Each model's errors over the last `days` of every place in the list; None
    where the libraries cannot be installed."""
    python = interpreter("forecasters", LIBRARIES)
    if python is None:
        return None
    child = subprocess.run(
        [python, str(SCRIPT), str(days)],
        input=file.read_text(encoding="utf-8"),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={"OMP_NUM_THREADS": "1"},
    )
    told: Mapping[str, Mapping[str, Mapping[str, float]]] = json.loads(child.stdout)
    models = list(next(iter(told.values())))
    return {m: {what: told[what][m]["error"] for what in told} for m in models}


def section(errors: Errors, days: int) -> str:
    """The table, each column's smallest error bold, the best on the whole first."""
    whats = list(next(iter(errors.values())))
    best = {what: min(row[what] for row in errors.values()) for what in whats}
    rows = sorted(errors.items(), key=lambda item: statistics.fmean(item[1].values()))

    def cell(row: Mapping[str, float], what: str) -> str:
        shown = f"{row[what]:.2f}"
        return f"**{shown}**" if shown == f"{best[what]:.2f}" else shown

    body = "\n".join(
        f"| {name} | {' | '.join(cell(row, what) for what in whats)} |"
        for name, row in rows
    )
    lines = "| --- |" + " ---: |" * len(whats)
    head = f"| expected by | {' | '.join(whats)} |\n{lines}"
    told = HEAD.format(days=days, libraries=" and ".join(LIBRARIES))
    return f"{MARK}{told}{head}\n{body}\n"


def read(page: str) -> Errors:
    """The table of a page that has one."""
    rows = [
        [cell.strip(" *") for cell in line.strip("|").split("|")]
        for line in page.partition(MARK)[2].splitlines()
        if line.startswith("| ")
    ]
    whats, body = rows[0][1:], rows[2:]
    return {
        name: dict(zip(whats, map(float, told), strict=True)) for name, *told in body
    }


def kept(page: Path) -> str:
    """The section as it stands on the page."""
    old = page.read_text(encoding="utf-8") if page.exists() else ""
    return MARK + old.partition(MARK)[2] if MARK in old else ""


HEAD = """
## Beside libraries

The last {days} service days of the same canteens, mean absolute error in portions a
day, the smallest of each column bold; {libraries}
in an environment of their own. What each model sees and how often it learns anew is
said in `benchmarks/forecast_rivals.py`: the same signs as the product's rule, settings
chosen once and not tuned. The product's figures are with bookings. Measure it again:
`./run bench forecast --libraries --write`.

"""
