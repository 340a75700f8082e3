"""`./run bench [ARGS]` for the product, `./run bench routing [ARGS]` for the rounds,
`./run bench till [ARGS]` for the till under load, kills and history: figures, never
tests. Results are printed as tables; `--write` puts them into docs/.
"""

import sys

from benchmarks import routing, spine, till

AREAS = {"routing": routing.main, "till": till.main}

if __name__ == "__main__":
    area, *rest = sys.argv[1:] or [""]
    sys.exit(AREAS[area](rest) if area in AREAS else spine.main(sys.argv[1:]))
