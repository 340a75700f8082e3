"""What the log says of a fault of ours: where it broke, without anyone's data."""

import logging
import traceback

SAID_LENGTH = 120  # of the exception's own words: they may repeat a person's row

log = logging.getLogger("nuancan")


def log_fault(doing: str, error: BaseException) -> None:
    """Log the frames and the kind of the error, and only the beginning of its words."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    said = str(error)[:SAID_LENGTH]
    log.error("%s: %s: %s\n%s", doing, type(error).__name__, said, frames)
