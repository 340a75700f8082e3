"""A well-kept library (statsforecast) on the days of `benchmarks/forecast.py`.

Run by an interpreter that has it, which this project's does not:

    python forecast_rivals.py DAYS < canteens.csv > errors.json

Each of the last DAYS service days of every place is forecast from at most 250 before
it. AutoETS and AutoTheta are fitted anew for every day and see the counts alone, a week
being five service days; AutoARIMA is chosen anew every twenty days and knows the
weekday, or the weekday and how many are booked. Answered: what is counted → model →
mean absolute error.
"""

import csv
import json
import sys
from datetime import date

import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import AutoARIMA, AutoETS, AutoTheta

LOOKS_BACK, WEEK, CHOSEN_ANEW = 250, 5, 20
QUANTITIES = ("guests", "no-shows", "walk-ins")


def main():
    days, rows = int(sys.argv[1]), list(csv.DictReader(sys.stdin))
    told = {quantity: errors(table(rows, quantity), days) for quantity in QUANTITIES}
    json.dump(told, sys.stdout)


def table(rows, quantity):
    """One row for each place and service day, numbered without gaps."""
    made = []
    for row in rows:
        booked, came = int(row["booked"] or 0), int(row["came"])
        walk_ins = int(row["walk_ins"] or 0)
        counts = (came + walk_ins, max(0, booked - came), walk_ins)
        weekday = date.fromisoformat(row["date"]).weekday()
        made.append(
            {
                "unique_id": row["point"],
                "day": row["date"],
                "y": float(counts[QUANTITIES.index(quantity)]),
                "booked": float(booked),
                **{f"w{n}": float(weekday == n) for n in range(1, 5)},
            }
        )
    frame = pd.DataFrame(made).sort_values(["unique_id", "day"])
    frame["ds"] = frame.groupby("unique_id").cumcount()
    return frame.drop(columns="day")


def errors(frame, days):
    alone, weekdays = frame[["unique_id", "ds", "y"]], frame.drop(columns="booked")
    ets, theta = missed(alone, [AutoETS(WEEK), AutoTheta(WEEK)], days, True)
    (by_weekday,) = missed(weekdays, [AutoARIMA()], days, CHOSEN_ANEW)
    (booked,) = missed(frame, [AutoARIMA()], days, CHOSEN_ANEW)
    return {
        "AutoETS": ets,
        "AutoTheta": theta,
        "AutoARIMA, weekday": by_weekday,
        "AutoARIMA, weekday and booked": booked,
    }


def missed(frame, models, days, refit):
    told = StatsForecast(models=models, freq=1).cross_validation(
        df=frame, h=1, step_size=1, n_windows=days, input_size=LOOKS_BACK, refit=refit
    )
    return [
        float(np.abs(told[str(model)].clip(lower=0) - told["y"]).mean())
        for model in models
    ]


if __name__ == "__main__":
    main()
