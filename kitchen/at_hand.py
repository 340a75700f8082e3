"""What was read or made of the rows lies at hand for as long as nothing is recorded
that concerns it.

Each act leaves a line in the audit, committed with its effect: the last line of those
that concern something stands for its state. A late order says nothing new about
anybody's name or door, a meal at the counter nothing new about the rounds. Every
process reads the lines, so whoever recorded, here or elsewhere, is heard by all.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from kitchen import database

Concern = Literal["all", "papers", "plan", "people"]
"""Of which acts something must hear: of all; of those that are not `RECORDED` at
counters and doors; not of the printer's either; and, for what is known of people, their
homes and prices, of none that belongs to `THE_DAYS_WORK`."""

RECORDED = ("meal.hand_over", "meal.void", "delivery.report", "dining.open_shift")
"""What happened at counters and doors. It is told hundreds of times an hour and changes
nothing that was planned: no paper of the morning, no round."""

THE_DAYS_WORK = frozenset(
    (
        *("plan", "menu", "food", "goods", "headcount", "production", "print"),
        *("driver", "hand", "standing_rounds", "round_plan", "round", "stop"),
        *("sheet", "door_case", "dining", "slip", "callback"),
    )
)
"""What acts of a day are done to. None of them writes what is known of people, their
homes or their prices, whatever it is called; an act not named here is thought to."""

_T = TypeVar("_T")


def concerns(concern: Concern, action: str) -> bool:
    """Whether something of that kind must hear of the act, `object.verb`."""
    if concern == "all":
        return True
    if action in RECORDED:
        return False
    done_to = action.partition(".")[0]
    if concern == "people":
        return done_to not in THE_DAYS_WORK
    return concern == "papers" or done_to != "print"


@dataclass
class _Heard:
    """How far this process has read the audit of a database."""

    engine: database.Engine
    seen: int  # the last line read, and its code: gone once another file is put there
    mac: str
    last: dict[Concern, int]


_heard: _Heard | None = None


async def last_line(concern: Concern) -> int:
    """The last line of the audit that something of that kind must hear of. Not inside a
    transaction: its lines are nobody else's yet."""
    global _heard
    engine = database.current()
    if engine.open_transaction() is not None:
        raise database.DatabaseMisuse("last_line() inside a transaction")
    known = _heard if _heard and _heard.engine is engine else await _begin(engine)
    seen, mac = known.seen, known.mac  # somebody else may hear of more meanwhile
    found = await database.rows(
        "SELECT id, action, mac FROM audit_line WHERE id >= {} ORDER BY id", seen
    )
    if seen and (not found or found[0]["mac"] != mac):
        known = await _begin(engine)
    for line in found:
        if line["id"] > known.seen:
            known.seen, known.mac = line["id"], line["mac"]
            for each in known.last:
                if concerns(each, line["action"]):
                    known.last[each] = line["id"]
    _heard = known
    return known.last[concern]


async def _begin(engine: database.Engine) -> _Heard:
    """Begin to listen: of what was recorded before nothing is known."""
    last = await database.one(
        "SELECT id, mac FROM audit_line ORDER BY id DESC LIMIT 1"
    ) or {"id": 0, "mac": ""}
    every: tuple[Concern, ...] = ("all", "papers", "plan", "people")
    return _Heard(engine, last["id"], last["mac"], dict.fromkeys(every, last["id"]))


@dataclass
class _Listening:
    """What is thrown away when something is recorded that concerns it."""

    concern: Concern
    most: int
    _state: tuple[object, ...] = field(init=False, default=())
    _kept: OrderedDict[Hashable, Any] = field(init=False, default_factory=OrderedDict)

    async def _now(self) -> OrderedDict[Hashable, Any] | None:
        """What is kept now; None inside a transaction, which may see what nobody else
        does yet. Whoever puts something into it later, when it has been thrown away
        meanwhile, does no harm."""
        engine = database.current()
        if engine.open_transaction() is not None:
            return None
        state = (engine, await last_line(self.concern))
        if self._state != state:
            self._state, self._kept = state, OrderedDict()
        return self._kept


class AtHand(_Listening):
    """Things made once, the `most` used last."""

    async def get(self, about: Hashable, make: Callable[[], Awaitable[_T]]) -> _T:
        """What `make` finds or makes."""
        kept = await self._now()
        if kept is None:
            return await make()
        if about not in kept:
            kept[about] = await make()
        kept.move_to_end(about)
        while len(kept) > self.most:
            kept.popitem(last=False)
        found: _T = kept[about]
        return found


class FactsAtHand(_Listening):
    """Facts by id, each read once; about `most` of them."""

    async def of(
        self,
        about: Hashable,
        ids: Iterable[int],
        read: Callable[[list[int]], Awaitable[Mapping[int, _T]]],
    ) -> dict[int, _T]:
        """What `read` tells of these ids, sorted, each once; of whom it tells nothing
        is asked again next time. `about` says of what kind."""
        wanted = sorted(set(ids))
        kept = await self._now()
        if kept is None:
            return dict(await read(wanted))
        known: dict[int, _T] = kept.setdefault(about, {})
        if missing := [one for one in wanted if one not in known]:
            known.update(await read(missing))
        found = {one: known[one] for one in wanted if one in known}
        if sum(map(len, kept.values())) > self.most:
            kept.clear()
        return found
