"""`./run bench [ARGS]` for the product, `./run bench routing [ARGS]` for the rounds:
figures, never tests. Results are printed as tables; `--write` puts them into docs/.
"""

import sys

from benchmarks import routing, spine

if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["routing"]:
        sys.exit(routing.main(arguments[1:]))
    sys.exit(spine.main(arguments))
