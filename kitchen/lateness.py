"""When a record was made too long after the fact to be one "at the time". Pure."""

from datetime import datetime, timedelta

LATE_AFTER = timedelta(minutes=30)
"""A record made longer after the fact than this is marked late (ours)."""


def is_late(happened_at: datetime, recorded_at: datetime) -> bool:
    """Records are made when things happen; a later one is kept, and says so."""
    return recorded_at - happened_at > LATE_AFTER
