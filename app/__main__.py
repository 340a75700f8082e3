"""The command line, `nuancan`; in a checkout `./run COMMAND`.

Data go to standard output, talk to standard error. Exit codes: 0 fine, 1 failure,
2 usage, 3 finished, but something is unserved or refused.
"""

from app.commands import main

if __name__ == "__main__":
    main()
