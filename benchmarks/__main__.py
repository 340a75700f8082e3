"""`./run bench [spine|routing]`: figures, never tests. Results are printed as a
table; `--write` puts them into docs/benchmarks.md.
"""

import sys

from benchmarks import spine

if __name__ == "__main__":
    sys.exit(spine.main(sys.argv[1:]))
