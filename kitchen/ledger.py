"""Double-entry books in integer fen. Entries are sets of postings that sum to zero;
nothing is edited or deleted, a correction is the mirrored entry.
"""

from piccolo.columns import BigInt, Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen.places import Kitchen


class Account(Table, tablename="account"):
    """`elder:12`, `funder:district`, `kitchen:1`, `cash:3`, `voucher:12` …"""

    code = Text()
    kind = Text()
    name = Text()


class Entry(Table, tablename="entry"):
    """One immutable event in the books. `reverses` is unique: undone at most once."""

    kitchen = ForeignKey(Kitchen, null=False)
    kind = Text()  # meal | top_up | refund | reversal …
    day = Date()
    at = Timestamptz()
    by = Text()
    note = Text()
    reverses = ForeignKey("self", null=True)


class Posting(Table, tablename="posting"):
    """A movement: positive debits the account, negative credits it."""

    entry = ForeignKey(Entry, null=False)
    account = ForeignKey(Account, null=False)
    fen = BigInt()
