"""What drivers hold and what is stuck on their bags; who is on no round; what changed
since.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from app.i18n import translate as _
from app.papers.base import KINDS, Load, Paper, Unplaced


@dataclass(frozen=True)
class Contact:
    """One rung of the ladder behind a closed door; the kitchen dials `code`."""

    code: str
    who: str
    relation: str
    signed: bool = False


@dataclass(frozen=True)
class Visit:
    """One row of the driver's sheet: a door, or a dining point with containers."""

    key: str  # tells the same visit in another version of the sheet
    position: int
    code: str
    time: str
    place: str
    name: str
    portions: int
    access: str = ""
    diet: tuple[str, ...] = ()
    note: str = ""
    phone_tail: str = ""
    collect_fen: int = 0
    mark: str = ""  # "" | new | changed
    new_stairwell: bool = False
    slow: bool = False
    is_point: bool = False
    containers: tuple[Load, ...] = ()
    crates: tuple[str, ...] = ()  # what a point passes on to other rounds
    contacts: tuple[Contact, ...] = ()

    @property
    def line(self) -> str:
        """The row in one line, for a change slip."""
        loads = (f"{load.words} {load.portions}" for load in self.containers)
        diet = "、".join(self.diet) or "、".join((*loads, *self.crates))
        money = f"{self.collect_fen / 100:.2f}" if self.collect_fen else ""
        tail = f"···{self.phone_tail}" if self.phone_tail else ""
        slow = _("开门慢，多等") if self.slow else ""
        who = f"{self.name} {tail}".strip()
        parts = (self.place, self.access, who, diet, f"×{self.portions}", money, slow)
        return " · ".join(part for part in (*parts, self.note) if part)

    @property
    def ladder(self) -> str:
        """Whom to ring behind the closed door, in one line."""
        return " ".join(
            f"{c.code} {c.who} {c.relation}{' ✓' if c.signed else ''}"
            for c in self.contacts
        )


@dataclass(frozen=True)
class MapPlace:
    """A place of the sketch: WGS-84 degrees × 1,000,000."""

    label: str
    lon_e6: int
    lat_e6: int


@dataclass(frozen=True)
class Sketch:
    """The round seen from above; places in driving order, first the kitchen."""

    number: int
    places: tuple[MapPlace, ...]
    unplaced: tuple[str, ...] = ()  # codes without any coordinate


SHEET_FIELDS = ("time", "access", "diet", "slow", "note", "tail", "map")
"""What a driver's sheet may show besides door, name and portions, in the usual order;
the order counts among what stands below the door. Privacy limits are no fields: a whole
telephone number, a category or an illness cannot be asked for."""
NEEDED_ON_SHEET = ("diet",)


@dataclass(frozen=True, kw_only=True)
class DriverSheet(Paper):
    """送餐单: one round for the person who drives it."""

    kind: ClassVar[str] = "sheet"
    template: ClassVar[str] = "prints/sheet.html"

    plan_digest: str
    plan_version: int
    draft: bool
    number: int
    driver: str
    vehicle: str
    leave_at: str
    last_before: str
    doors: int
    portions: int
    kilometres: str
    collect_fen: int
    door_loads: tuple[Load, ...]
    visits: tuple[Visit, ...]
    begins: str = ""  # where the boxes are taken over; "" at the kitchen
    hot: str = "60.0"  # degrees below which no food leaves
    not_today: tuple[str, ...] = ()
    sketch: Sketch | None = None
    qr_text: str = ""
    strict: bool = False
    small: bool = False  # A5, two columns fewer
    fields: tuple[str, ...] = SHEET_FIELDS

    def __post_init__(self) -> None:
        if unknown := set(self.fields) - set(SHEET_FIELDS):
            raise ValueError(f"sheet fields {unknown}")
        if missing := set(NEEDED_ON_SHEET) - set(self.fields):
            raise ValueError(f"a sheet without {missing}")

    @property
    def below(self) -> tuple[str, ...]:
        """What stands below a door, in the kitchen's order."""
        return tuple(f for f in self.fields if f in ("access", "diet", "slow", "note"))

    @cached_property
    def digest(self) -> str:
        """The plan's own digest, as `kitchen.round_sheets` makes it; other names or
        another size are another paper."""
        options = (
            (":draft", self.draft),
            (":strict", self.strict),
            (":a5", self.small),
            (f":{self.hot}", self.hot != "60.0"),
            (":" + "+".join(self.fields), self.fields != SHEET_FIELDS),
        )
        return self.plan_digest + "".join(word for word, on in options if on)

    @property
    def points(self) -> tuple[Visit, ...]:
        """The dining points among its stops."""
        return tuple(visit for visit in self.visits if visit.is_point)

    @property
    def ladders(self) -> tuple[Visit, ...]:
        """The doors that have someone to ring when they stay closed."""
        return tuple(visit for visit in self.visits if visit.contacts)

    def lines(self) -> dict[str, str]:
        """Everything the digest stands for, each where a slip can name it; the times
        are one line, so that a minute's shift does not hide what matters."""
        visits = {v.key: f"{v.code} {v.line}" for v in self.visits}
        ladders = {
            f"{v.key}:ladder": f"{v.code} {v.ladder}" for v in self.visits if v.ladder
        }
        loads = {
            f"load:{load.key}": f"{load.words} ×{load.portions}"
            for load in self.door_loads
        }
        head = {"head:driver": self.driver, "head:leave": self.leave_at}
        head["head:hot"] = f"≥ {self.hot} ℃"
        if self.begins:
            head["head:begins"] = self.begins
        times = " ".join(f"{v.code} {v.time}" for v in self.visits)
        return {**head, **loads, **visits, **ladders, "times": times}


@dataclass(frozen=True, kw_only=True)
class LoadCard(Paper):
    """装箱卡: stuck on the bags of one round or the containers of one point."""

    kind: ClassVar[str] = "load"
    template: ClassVar[str] = "prints/load_cards.html"
    frame: ClassVar[str] = "load-card"

    cards: tuple["Card", ...]

    def lines(self) -> dict[str, str]:
        return {
            f"{card.big}:{load.key}": f"{card.big} {load.words} ×{load.portions}"
            for card in self.cards
            for load in card.loads
        }


@dataclass(frozen=True)
class Card:
    """One crate's card. `big` is read from three metres: "3" or a point's name."""

    big: str
    heading: str
    driver: str
    leave_at: str
    loads: tuple[Load, ...]
    portions: int
    eat_before: str = ""
    qr_text: str = ""


@dataclass(frozen=True, kw_only=True)
class UnplacedList(Paper):
    """待解决名单: who eats today and is on no round, until someone resolves it."""

    kind: ClassVar[str] = "unplaced"
    template: ClassVar[str] = "prints/unplaced.html"

    people: tuple[Unplaced, ...]

    def lines(self) -> dict[str, str]:
        return {
            f"person:{p.number}": f"{p.place} {p.name} ×{p.portions} {p.why}"
            for p in self.people
        }


@dataclass(frozen=True)
class WeatherGuest:
    """Who would walk to a table on a day of bad weather, and what is arranged."""

    number: str
    name: str
    place: str
    phone_tail: str
    point: str
    fate: str  # in words; "" while nothing is arranged
    who: str


@dataclass(frozen=True, kw_only=True)
class WeatherList(Paper):
    """恶劣天气名单: whom to escort to the table, and whom to ring up first."""

    kind: ClassVar[str] = "weather"
    template: ClassVar[str] = "prints/weather.html"

    reason: str
    escorts: tuple[WeatherGuest, ...]
    calls: tuple[WeatherGuest, ...]

    def lines(self) -> dict[str, str]:
        return {
            f"person:{p.number}": f"{p.place} {p.name} {p.fate} {p.who}"
            for p in (*self.escorts, *self.calls)
        }


@dataclass(frozen=True, kw_only=True)
class FeedbackSlips(Paper):
    """意见条: one for each door of a round, ticked at home and handed back. `codes`
    tell the round, never the person."""

    kind: ClassVar[str] = "feedback"
    template: ClassVar[str] = "prints/feedback.html"

    codes: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """One line that changed: kind is "added", "removed" or "changed"."""

    kind: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class ChangeSlip(Paper):
    """变更单: what differs from the version in the holder's hands."""

    kind: ClassVar[str] = "slip"
    template: ClassVar[str] = "prints/slip.html"

    of_kind: str
    of_number: int
    from_version: int
    to_version: int  # 0: the paper is no more, hand it back
    differences: tuple[Difference, ...]

    @property
    def of_title(self) -> str:
        return KINDS[self.of_kind]
