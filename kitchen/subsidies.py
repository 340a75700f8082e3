"""Who pays for a meal: dated schemes of rules, and a pure price.

"5 yuan" is one scheme. A meal is priced by the version in force on its day, and
keeps the version's id for ever, so a later change never alters it.
"""

from piccolo.columns import Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen.places import Kitchen


class Scheme(Table, tablename="scheme"):
    """A tariff with a name, e.g. 五元午餐."""

    kitchen = ForeignKey(Kitchen, null=False)
    name = Text()
    at = Timestamptz()
    by = Text()


class SchemeVersion(Table, tablename="scheme_version"):
    """The scheme's rules from a day on. `rules` is JSON, see `Rules`."""

    scheme = ForeignKey(Scheme, null=False)
    number = Text()
    rules = Text()
    announced_on = Date()
    valid_from = Date()
    valid_to = Date(null=True)
    transition_to = Date(null=True)
    proposed_by = Text()
    proposed_at = Timestamptz()
    approved_by = Text()
    approved_at = Timestamptz(null=True)
