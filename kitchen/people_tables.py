"""The tables of the registry. `kitchen.registry` is the door to all of it.

ID numbers, phones, doors and evidence are sealed (`kitchen.sealing`); the name and
the building stay readable, because people search by them.
"""

from piccolo.columns import Boolean, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.places import Area, Building, DiningPoint, Kitchen


class Household(Table, tablename="household"):
    """People who share a purse and usually a door."""

    name = Text()


class ImportRun(Table, tablename="import_run"):
    """One spreadsheet brought in, so that the whole of it can be taken back."""

    kitchen = ForeignKey(Kitchen, null=False)
    file_name = Text()
    digest = Text()
    rows_good = Integer()
    rows_bad = Integer()
    at = Timestamptz()
    by = Text()
    undone_at = Timestamptz(null=True)
    undone_by = Text()


class Elder(Table, tablename="elder"):
    """One person. `number` is the member number (digits only, printed on the card)."""

    kitchen = ForeignKey(Kitchen, null=False)
    number = Text()
    name = Text()
    search = Text()  # initials and spellings of every reading, see kitchen.names
    sex = Text()  # female | male
    birth_date = Date()
    id_sealed = Text()
    id_index = Text()
    id_tail = Text()
    id_note = Text()  # why there is no verified number
    phone_sealed = Text()
    phone_index = Text()
    phone_tail = Text()
    household = ForeignKey(Household, null=True)
    point = ForeignKey(DiningPoint, null=True)  # the usual dining point
    hukou_area = ForeignKey(Area, null=True)  # registered here
    residence_area = ForeignKey(Area, null=True)
    residence_since = Date(null=True)
    self_care = Text()  # able | partly | unable
    lives_alone = Boolean()
    slow_door = Boolean()  # deaf or slow: knock for ten minutes
    language = Text(default="")  # the only one understood; "" = Mandarin
    texture = Text()
    low_salt = Boolean()
    sugar_control = Boolean()
    halal = Boolean()
    vegetarian = Text()
    allergies = Text()  # codes and words, separated by ";"
    dislikes = Text()
    enrolled_on = Date()
    import_run = ForeignKey(ImportRun, null=True)
    version = Integer()


class ElderState(Table, tablename="elder_state"):
    """A dated life state; the newest row that covers a day decides it."""

    elder = ForeignKey(Elder, null=False)
    state = Text()  # active | paused | ended | deceased
    from_day = Date()
    to_day = Date(null=True)  # the last day of it; None = for good
    reason = Text()
    at = Timestamptz()
    by = Text()


class Card(Table, tablename="card"):
    """Any card that names the elder at the till: ours, a bus card, an old canteen's."""

    elder = ForeignKey(Elder, null=False)
    number = Text()
    kind = Text()  # member | alias
    at = Timestamptz()
    by = Text()
    blocked_at = Timestamptz(null=True)
    blocked_reason = Text()


class Category(Table, tablename="category"):
    """A dated entitlement fact (低保, 特困, 独居…) with its sealed evidence."""

    elder = ForeignKey(Elder, null=False)
    code = Text()
    valid_from = Date()
    valid_to = Date(null=True)
    evidence_sealed = Text()
    at = Timestamptz()
    by = Text()
    withdrawn_at = Timestamptz(null=True)


class Contact(Table, tablename="contact"):
    """Whom to ring when the door stays closed, in order of `rank`."""

    elder = ForeignKey(Elder, null=False)
    rank = Integer()
    kind = Text()  # family | neighbour | clerk
    name = Text()
    relation = Text()
    phone_sealed = Text()
    phone_tail = Text()
    agreement_on = Date(null=True)  # the neighbour's signed watch agreement
    removed_at = Timestamptz(null=True)


class Address(Table, tablename="address"):
    """A dated address. Without a point of its own the building's is used, and
    without that the compound's: nobody is dropped for want of a coordinate."""

    elder = ForeignKey(Elder, null=False)
    building = ForeignKey(Building, null=False)
    door_sealed = Text()  # JSON {unit, floor, door, note}
    lon_e6 = Integer(null=True)
    lat_e6 = Integer(null=True)
    coordinate_source = Text()  # as entered: wgs84 | gcj02 | sketch | ""
    valid_from = Date()
    valid_to = Date(null=True)
    at = Timestamptz()
    by = Text()


class DeliveryEntitlement(Table, tablename="delivery_entitlement"):
    """Why this person is brought the meal, and until when."""

    elder = ForeignKey(Elder, null=False)
    reason = Text()  # mobility | illness | weather
    from_day = Date()
    to_day = Date(null=True)
    at = Timestamptz()
    by = Text()
    note = Text()
