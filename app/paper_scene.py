"""What the papers of one meal share: its head lines, people, doors, times and options,
and how they say portions and boxes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app import papers
from app.i18n import N_, said_once
from app.i18n import translate as _
from app.print_options import PrintOptions
from app.words.diets import key_word_list
from kitchen.blocks import Order
from kitchen.dispatches import Leaving
from kitchen.kitchen_day import KitchenDay
from kitchen.names import masked_name, surname_with_title
from kitchen.registry import Door, ElderFacts, House

SIZE_WORDS = {"small": N_("小份"), "large": N_("大份")}


@dataclass(frozen=True)
class Times:
    """When the food leaves the pots and until when it may be eaten, wall clock.
    `earlier` says that it has to be eaten before the time first printed."""

    made_at: str
    eat_before: str
    earlier: bool = False


@dataclass(frozen=True)
class Office:
    """What papers need to know of the installation."""

    zone: ZoneInfo
    operator: str = ""
    base_url: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Frame:
    """Head lines, the clock, and what boxes are called."""

    head: Mapping[str, Any]
    zone: ZoneInfo
    codes: Mapping[int, str]  # diner → "3-04"

    def clock(self, at: datetime | None) -> str:
        return at.astimezone(self.zone).strftime("%H:%M") if at else "—"


def frame_of(today: KitchenDay, leaving: Leaving, office: Office) -> Frame:
    """The frame of a meal's papers."""
    head = {
        "kitchen": today.kitchen.name,
        "phone": today.kitchen.phone,
        "day": today.day,
        "meal": today.meal,
        "operator": office.operator,
    }
    brought = {o.diner_id for o in today.orders if o.way == "deliver" and o.diner_id}
    codes = {
        number: code
        for (kind, number), code in leaving.codes.items()
        if kind == "diner" and number in brought
    }
    return Frame(head=head, zone=office.zone, codes=codes)


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene(Frame):
    """… with people, doors, times and options: for papers that name somebody."""

    options: PrintOptions
    people: Mapping[int, ElderFacts]
    doors: Mapping[int, Door]  # by address, of those who must be looked for
    houses: Mapping[int, House]  # by address, of all the others too
    homes: Mapping[int, int]  # elder → address
    times: Times
    base_url: str = ""
    undecided: Mapping[int, str] = field(default_factory=dict)  # elder → words

    def name_on_list(self, elder_id: int | None, name: str) -> str:
        """Full, or surname and title where the kitchen is strict."""
        if not self.options.strict_names:
            return name
        person = self.people.get(elder_id or 0)
        titles = (_("奶奶"), _("爷爷"), _("老人"))
        return surname_with_title(name, person.sex if person else None, titles)

    def tail(self, phone_tail: str) -> str:
        return "" if self.options.strict_names else phone_tail

    def home(self, order: Order) -> Door | None:
        """Where the meal is brought, or where somebody lives who must be looked for."""
        return self.doors.get(self._address(order))

    def house(self, order: Order) -> House | None:
        """Where the meal is brought, or where the person lives."""
        return self.houses.get(self._address(order))

    def _address(self, order: Order) -> int:
        return order.address_id or self.homes.get(order.elder_id or 0, 0)

    def box_words(
        self, elder_id: int | None, key: str, size: str, choice: str
    ) -> tuple[str, ...]:
        """What is special about somebody's box, and that a dish in it may not be for
        them as long as nobody has decided."""
        words = box_words(key, size, choice)
        return (*words, _("忌口未定")) if elder_id in self.undecided else words

    def name_on_box(self, name: str) -> str:
        return name if self.options.labels.full_name else masked_name(name)


def minutes_words(minutes: int) -> str:
    """630 → 10:30."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@said_once
def group_words(key: str) -> str:
    """A packing group: 普通, 软食 低盐."""
    return " ".join(key_word_list(key))


def load(key: str, portions: int) -> papers.Load:
    return papers.Load(key, group_words(key), portions, special=key != "regular")


def loads(counts: Mapping[str, int]) -> tuple[papers.Load, ...]:
    """Plain food first, then the larger groups."""
    order = sorted(counts, key=lambda key: (key != "regular", -counts[key], key))
    return tuple(load(key, counts[key]) for key in order if counts[key])


@said_once
def box_words(key: str, size: str, choice: str) -> tuple[str, ...]:
    """What is special about one box; nothing for a plain normal set A."""
    words = [] if key == "regular" else key_word_list(key)
    if size in SIZE_WORDS:
        words.append(_(SIZE_WORDS[size]))
    if choice not in ("", "A"):
        words.append(_("{choice} 餐", choice=choice))
    return tuple(words)
