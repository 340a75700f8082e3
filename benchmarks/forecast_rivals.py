"""Two well-kept libraries (scikit-learn, statsmodels) on the days of
`benchmarks/forecast.py`.

Run by an interpreter that has them, which this project's does not:

    python forecast_rivals.py DAYS < canteens.csv > measured.json

Each of the last DAYS service days of every place is expected from the days before it.
The regressions and trees of scikit-learn see for each day what the product's own rule
sees: weekday, days beside a closed stretch, the last counts, their recent mean, the
last same weekdays, season, and what is booked with its usual error; they learn from
all days before (ours looks back 250), regressions fitted anew every five service days,
trees every ten. The models of statsmodels have a week of five service days; their
figures are chosen anew every twenty days and filtered forward in between. One thread.
Answered: what is counted → model → {error, seconds}; `error` is the mean absolute one.
"""

import csv
import json
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

Rows = Sequence[Mapping[str, str]]
FITTED, GROWN, CHOSEN, LOOKS_BACK, WEEK = 5, 10, 20, 250, 5
"""Service days until a regression, a forest and a model of statsmodels are made anew;
how far the last look back; a week."""
QUANTITIES = ("guests", "no-shows", "walk-ins")
SEED = 1


def main() -> None:
    warnings.simplefilter("ignore")
    days, rows = int(sys.argv[1]), list(csv.DictReader(sys.stdin))
    places = dict.fromkeys(row["point"] for row in rows)
    told: dict[str, dict[str, dict[str, float]]] = {}
    for quantity in QUANTITIES:
        misses: dict[str, list[float]] = {}
        seconds: dict[str, float] = {}
        for place in places:
            table, counts = seen([r for r in rows if r["point"] == place], quantity)
            for name, model in models().items():
                began = time.process_time()
                missed = model(table, counts, days)
                seconds[name] = seconds.get(name, 0) + time.process_time() - began
                misses.setdefault(name, []).extend(missed)
            print(quantity, place, file=sys.stderr)
        told[quantity] = {
            name: {"error": float(np.mean(all_)), "seconds": seconds[name]}
            for name, all_ in misses.items()
        }
    json.dump(told, sys.stdout)


# What is seen -----------------------------------------------------------------


def seen(rows: Rows, quantity: str) -> tuple[Any, Any]:
    """One line of signs a day, nothing of the day itself but its bookings, and what
    was counted."""
    rows = sorted(rows, key=lambda row: row["date"])
    dates = [date.fromisoformat(row["date"]) for row in rows]
    booked = np.array([float(row["booked"] or 0) for row in rows])
    counts = np.array([_counted(row, quantity) for row in rows])
    table = [_signs(n, dates, booked, counts) for n in range(len(rows))]
    return np.array(table), counts


def _counted(row: Mapping[str, str], quantity: str) -> float:
    booked, came = int(row["booked"] or 0), int(row["came"])
    walk_ins = int(row["walk_ins"] or 0)
    counted = (came + walk_ins, max(0, booked - came), walk_ins)
    return float(counted[QUANTITIES.index(quantity)])


def _signs(n: int, dates: Sequence[date], booked: Any, counts: Any) -> list[float]:
    day, before = dates[n], counts[:n]
    same = [counts[k] for k in range(n) if dates[k].weekday() == day.weekday()][-8:]
    turn = day.timetuple().tm_yday * 2 * np.pi / 365.25
    return [
        booked[n],
        _mean((before - booked[:n])[-10:]),
        *(float(before[-k]) if n >= k else 0.0 for k in (1, 2)),
        *(_mean(before[-k:]) for k in (5, 20, 60)),
        *(_mean(same[-k:]) for k in (1, 4, 8)),
        *(float(day.weekday() == k) for k in range(5)),
        float(n > 0 and (day - dates[n - 1]).days > WEEK - 1),
        float(n + 1 < len(dates) and (dates[n + 1] - day).days > WEEK - 1),
        float(np.sin(turn)),
        float(np.cos(turn)),
    ]


def _mean(values: Any) -> float:
    return float(np.mean(values)) if len(values) else 0.0


# Models -----------------------------------------------------------------------

Model = Callable[[Any, Any, int], list[float]]
"""Signs, counts and how many last days → what was missed on each of them."""


def models() -> dict[str, Model]:
    from sklearn.ensemble import (
        GradientBoostingRegressor,
        HistGradientBoostingRegressor,
        RandomForestRegressor,
    )
    from sklearn.linear_model import BayesianRidge, HuberRegressor, QuantileRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def scaled(regressor: Any) -> Any:
        return make_pipeline(StandardScaler(), regressor)

    absolute = {"loss": "absolute_error", "random_state": SEED}
    return {
        "sklearn BayesianRidge": learned(lambda: scaled(BayesianRidge())),
        "sklearn Huber": learned(lambda: scaled(HuberRegressor(alpha=1, max_iter=500))),
        "sklearn Quantile": learned(
            lambda: scaled(QuantileRegressor(alpha=0.02, solver="highs"))
        ),
        "sklearn GradientBoosting": learned(
            lambda: GradientBoostingRegressor(
                **absolute,
                n_estimators=120,
                learning_rate=0.05,
                max_depth=3,
                subsample=0.7,
                min_samples_leaf=10,
            ),
            GROWN,
        ),
        "sklearn HistGradientBoosting": learned(
            lambda: HistGradientBoostingRegressor(
                **absolute, max_iter=120, learning_rate=0.05, max_leaf_nodes=8
            ),
            GROWN,
        ),
        "sklearn RandomForest": learned(
            lambda: RandomForestRegressor(
                120, min_samples_leaf=5, max_features=0.5, random_state=SEED
            ),
            GROWN,
        ),
        "statsmodels ETS": ets,
        "statsmodels SARIMAX": sarimax,
    }


def learned(made: Callable[[], Any], anew: int = FITTED) -> Model:
    """A regression of scikit-learn: how far from the recent level a day will be."""

    def missed(table: Any, counts: Any, days: int) -> list[float]:
        found: list[float] = []
        level = table[:, 6]  # the mean of the last sixty days
        centred = np.array(table)
        centred[:, [0, 2, 3, 4, 5, 7, 8, 9]] -= level[:, None]
        for first, last in stretches(len(counts), days, anew):
            model = made()
            model.fit(centred[:first], (counts - level)[:first])
            told = level[first:last] + model.predict(centred[first:last])
            found += np.abs(np.maximum(told, 0) - counts[first:last]).tolist()
        return found

    return missed


def ets(_table: Any, counts: Any, days: int) -> list[float]:
    """Error, damped trend and season; the counts alone."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    found: list[float] = []
    for first, last in stretches(len(counts), days, CHOSEN):
        past = max(0, first - LOOKS_BACK)
        kind = {"error": "add", "seasonal": "add", "seasonal_periods": WEEK}
        chosen = ETSModel(counts[past:first], **kind).fit(disp=False)
        model = ETSModel(counts[past:last], **kind)
        told = model.smooth(chosen.params).fittedvalues[first - past :]
        found += np.abs(np.maximum(told, 0) - counts[first:last]).tolist()
    return found


def sarimax(table: Any, counts: Any, days: int) -> list[float]:
    """A regression on weekday, season and what is booked, with ARMA(1, 1) errors."""
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    columns = [0, 1, *range(10, table.shape[1])]
    found: list[float] = []
    for first, last in stretches(len(counts), days, CHOSEN):
        past = max(0, first - LOOKS_BACK)
        signs = table[:, columns]
        kind = {"order": (1, 0, 1), "enforce_stationarity": False}
        chosen = SARIMAX(counts[past:first], signs[past:first], **kind).fit(
            disp=False, maxiter=50
        )
        longer = chosen.append(counts[first:last], signs[first:last], refit=False)
        told = np.asarray(longer.fittedvalues)[first - past :]
        found += np.abs(np.maximum(told, 0) - counts[first:last]).tolist()
    return found


def stretches(count: int, days: int, step: int) -> Iterator[tuple[int, int]]:
    """(first, last) of each run of days expected with the same figures."""
    for first in range(count - days, count, step):
        yield first, min(first + step, count)


if __name__ == "__main__":
    main()
