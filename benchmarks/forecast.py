"""`./run bench forecast [FILE] [--days N] [--libraries] [--write]`: the headcount
forecast against plain rules, day after day, each from the days before it alone. Without
a file on the eleven canteens of `benchmarks/data`; any list that the product imports
will do (CSV). `--libraries` also asks scikit-learn and statsmodels (twenty minutes).
"""

import csv
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks import forecast_libraries as libraries
from kitchen.forecast_replays import Measured, measured, replayed, weekday_mean
from kitchen.forecasts import Attendance, KindOf, kinds_beside, suggested
from kitchen.forecasts import expected_at as expected_day

ROOT = Path(__file__).parent.parent
DATA = ROOT / "benchmarks" / "data" / "canteens.csv"
PAGE = ROOT / "docs" / "forecast-benchmarks.md"
DAYS = 400
QUANTITIES = {"fed": "guests", "no_shows": "no-shows", "walk_ins": "walk-ins"}
PLAIN = {"last 4": 4, "last 8": 8, "all": None}
COSTS = (2_000, 800)  # the product's defaults: short, wasted

Places = dict[str, list[Attendance]]


@dataclass(frozen=True)
class Line:
    """One place and quantity. `plain`: the error of each same-weekday mean."""

    place: str
    quantity: str
    days: int
    usual: float
    with_bookings: Measured
    without: Measured
    plain: dict[str, float]


def places(file: Path = DATA) -> Places:
    """The days of each place in a list."""
    found: Places = {}
    with file.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            booked = int(row["booked"]) if row["booked"] else None
            day = date.fromisoformat(row["date"])
            one = Attendance(day, booked, int(row["came"]), int(row["walk_ins"] or 0))
            found.setdefault(row["point"], []).append(one)
    return found


def calendar_of(past: Sequence[Attendance]) -> KindOf:
    """The days of service stand for the published calendar of closed weeks."""
    return kinds_beside([one.day for one in past], lambda day: False)


def lines(found: Places, days: int = DAYS) -> Iterable[Line]:
    """Every place and quantity, measured over its last days."""
    for place, past in found.items():
        booked = {one.day: one.booked for one in past if one.booked is not None}
        kind_of = calendar_of(past)
        for quantity in QUANTITIES:
            counts = {one.day: getattr(one, quantity) for one in past}
            told = replayed(
                counts,
                booked=booked,
                kind_of=kind_of,
                of_booked=quantity == "no_shows",
                last=days,
            )
            alone = replayed(counts, kind_of=kind_of, last=days)
            plain = {
                name: statistics.fmean(
                    abs(one.came - (weekday_mean(counts, one.day, weeks) or 0.0))
                    for one in told
                )
                for name, weeks in PLAIN.items()
            }
            usual = statistics.fmean(counts.values())
            yield Line(
                *(place, quantity, len(told), usual, measured(told), measured(alone)),
                plain,
            )


def spares(found: Places, days: int = DAYS) -> str:
    """What the suggested spares would have cost, beside none and the usual rule."""
    short, wasted = COSTS
    fen = dict.fromkeys(("as booked", "same-weekday mean", "suggested"), 0)
    n = 0
    for past in found.values():
        kind_of = calendar_of(past)
        for one in past[-days:]:
            if one.booked is None:
                continue
            told = expected_day(past, one.day, one.booked, kind_of=kind_of)
            fed = {p.day: p.fed for p in past if p.day < one.day}
            mean = round(weekday_mean(fed, one.day) or one.booked)
            cooked = {
                "as booked": one.booked,
                "same-weekday mean": mean,
                "suggested": one.booked + suggested(told, *COSTS).portions,
            }
            for name, portions in cooked.items():
                missing = one.fed - portions
                fen[name] += missing * short if missing > 0 else -missing * wasted
            n += 1
    rows = "\n".join(f"| {k} | {v / 100 / n:.2f} |" for k, v in fen.items())
    return SPARES.format(short=short / 100, wasted=wasted / 100, n=n, rows=rows)


SPARES = """
With {short:g} yuan for one short and {wasted:g} for one wasted, a day at one canteen
would have cost ({n} days; the suggestion never cooks fewer than are booked):

| cooked | yuan a day |
| --- | --- |
{rows}
"""


def table(made: Sequence[Line]) -> str:
    head = (
        "| canteen | what | days | mean | error | without bookings |"
        " mean of last 4 / 8 / all | 90 % interval holds |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    body = [
        f"| {one.place} | {QUANTITIES[one.quantity]} | {one.days} | {one.usual:.1f}"
        f" | {one.with_bookings.error:.2f} | {one.without.error:.2f}"
        f" | {' / '.join(f'{error:.2f}' for error in one.plain.values())}"
        f" | {one.with_bookings.covers_percent:.0f} % |"
        for one in made
    ]
    return "\n".join([head, *body])


def summary(made: Sequence[Line]) -> str:
    """All canteens together, against the best of the plain rules."""
    rows = [
        "| what | days | error | without bookings | best same-weekday mean |"
        " smaller by | without bookings | interval holds |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for quantity, word in QUANTITIES.items():
        mine = [one for one in made if one.quantity == quantity]
        days = sum(one.days for one in mine)
        error = sum(one.with_bookings.error * one.days for one in mine) / days
        alone = sum(one.without.error * one.days for one in mine) / days
        plain = min(sum(one.plain[n] * one.days for one in mine) / days for n in PLAIN)
        held = 100 * sum(one.with_bookings.covered for one in mine) / days
        rows.append(
            f"| {word} | {days} | {error:.2f} | {alone:.2f} | {plain:.2f}"
            f" | {100 * (1 - error / plain):.1f} % | {100 * (1 - alone / plain):.1f} %"
            f" | {held:.1f} % |"
        )
    return "\n".join(rows)


HEAD = """# The headcount forecast, measured

Attendance that nobody here has made up: eleven school canteens of Nantes, 2015–2018
(source and licence in `benchmarks/data/README.md`). Each of the last {days} service
days is expected from the days before it alone, and the number booked for it. *Error* is
the mean absolute error in portions a day; beside it the same without knowing the
bookings, and the mean of the same weekday over the last four, eight and all weeks. The
constants of `kitchen/forecasts.py` were tuned while looking at eleven other canteens
of the same publication, and that no-shows are expected from both sides – those who stay
away, and the booked less those who come – was chosen on twenty-two others (the first
and the third and every eighth after each); none of them is in these tables. Figures do
not depend on the machine.

Run it yourself: `./run bench forecast --write`; on your own list:
`./run bench forecast FILE.csv`.

"""


def beside(file: Path, found: Places, days: int = libraries.DAYS) -> str:
    """The product and the best same-weekday mean among the models of libraries."""
    errors = libraries.of_libraries(file, days)
    if errors is None:
        return libraries.kept(PAGE)
    made = list(lines(found, days))
    ours: dict[str, float] = {}
    plain: dict[str, float] = {}
    for quantity, word in QUANTITIES.items():
        mine = [one for one in made if one.quantity == quantity]
        ours[word] = statistics.fmean(one.with_bookings.error for one in mine)
        plain[word] = min(statistics.fmean(one.plain[n] for one in mine) for n in PLAIN)
    return libraries.section(
        {libraries.OURS: ours, libraries.PLAIN: plain, **errors}, days
    )


def main(arguments: list[str]) -> int:
    file = next((Path(a) for a in arguments if a.endswith(".csv")), DATA)
    at = arguments.index("--days") + 1 if "--days" in arguments else 0
    days = int(arguments[at]) if at else DAYS
    found = places(file)
    made = list(lines(found, days))
    text = HEAD.format(days=days) + summary(made) + "\n" + spares(found, days)
    text += "\n" + table(made) + "\n\n"
    asked = "--libraries" in arguments
    text += beside(file, found) if asked else libraries.kept(PAGE)
    text = text.rstrip() + "\n"
    print(text)
    if "--write" in arguments:
        PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
