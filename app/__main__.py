"""The command line, `nuancan`; in a checkout `./run COMMAND`.

Data go to standard output, talk to standard error. Exit codes: 0 fine, 1 failure,
2 usage, 3 finished, but something is unserved or refused.
"""

import gc

# A start makes three hundred thousand objects and drops next to none of them: looked
# through after every seven hundred they cost an eighth of the time a restart takes.
gc.set_threshold(100_000)

from app.commands import main  # noqa: E402 - the imports are what is meant

if __name__ == "__main__":
    main()
