"""`./run bench [ARGS]` for the product, and by area: `./run bench routing [ARGS]` for
the rounds, `menus` for the menu planner, `till` for the till under load, kills and
history, `board` for a delivery morning, `history` for the close of a month, `forecast`
for the headcount forecast on real attendance. Figures, never timed tests: tables are
printed, a missed figure is marked and ends with exit code 3; `--write` puts them into
docs/, where a test reads them.
"""

import sys

from benchmarks import board, forecast, history, menus, routing, spine, till

AREAS = {
    "board": board.main,
    "forecast": forecast.main,
    "history": history.main,
    "menus": menus.main,
    "routing": routing.main,
    "till": till.main,
}

if __name__ == "__main__":
    area, *rest = sys.argv[1:] or [""]
    sys.exit(AREAS[area](rest) if area in AREAS else spine.main(sys.argv[1:]))
