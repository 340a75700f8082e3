"""Versions of paper: which one counts, which number it has, what changed since. Pure.

The same content is the same version however often it is printed; changed content is
the next version of the same number.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Literal

SUPERSEDED = "superseded"
"""The reason of a void that a newer version brought about."""

OTHER_PAPERS = 300
"""Whatever is no driver's sheet is numbered from here on."""

State = Literal["current", "stale", "never"]


@dataclass(frozen=True)
class PrintFacts:
    """One version of one paper, and whether it still counts."""

    id: int
    kitchen_id: int
    day: date
    meal: str
    kind: str
    subject: str
    number: int
    version: int
    digest: str
    pages: int
    holder: str
    at: datetime
    by: str
    void_reason: str | None = None

    @property
    def is_void(self) -> bool:
        return self.void_reason is not None

    @property
    def about(self) -> tuple[str, str]:
        """What tells papers of a day and meal apart."""
        return self.kind, self.subject


@dataclass(frozen=True)
class LabelFacts:
    """One label that counts: a portion of a diner, or a spare portion."""

    diner_id: int | None
    spare_id: int | None
    portion: int
    code: str
    subject: str = ""


@dataclass(frozen=True)
class LineChange:
    """One line that is not as it was. kind: added | removed | changed"""

    kind: str
    key: str
    before: str
    after: str


@dataclass(frozen=True)
class Content:
    """What is to be printed: its digest, and each line a later version could change."""

    kind: str
    subject: str
    digest: str
    holder: str = ""
    lines: Mapping[str, str] | None = None
    labels: Sequence[LabelFacts] = ()


@dataclass(frozen=True)
class Numbered:
    """The number and version a paper gets; `same` is the print it already is."""

    number: int
    version: int
    same: PrintFacts | None = None


def round_subject(number: int) -> str:
    """The subject of a round's papers; the number is the same over plan versions."""
    return f"round:{number}"


def latest_of(
    prints: Iterable[PrintFacts], kind: str, subject: str
) -> PrintFacts | None:
    """The newest version of one paper, void or not."""
    found = [p for p in prints if p.about == (kind, subject)]
    return max(found, key=lambda p: p.version, default=None)


def newest_of(prints: Iterable[PrintFacts]) -> dict[tuple[str, str], PrintFacts]:
    """`latest_of` every paper, in one pass."""
    newest: dict[tuple[str, str], PrintFacts] = {}
    for facts in prints:
        before = newest.get(facts.about)
        if before is None or facts.version > before.version:
            newest[facts.about] = facts
    return newest


def state_of(
    prints: Iterable[PrintFacts], kind: str, subject: str, digest: str
) -> State:
    """Whether the paper out there says what would be printed now."""
    return state_against(latest_of(prints, kind, subject), digest)


def state_against(latest: PrintFacts | None, digest: str) -> State:
    """`state_of` where the newest version is known."""
    if latest is None:
        return "never"
    is_true = latest.digest == digest and not latest.is_void
    return "current" if is_true else "stale"


def numbered(
    prints: Sequence[PrintFacts], taken: Collection[int], contents: Iterable[Content]
) -> list[Numbered]:
    """Numbers for papers printed together: a paper keeps its number over versions, a
    new one gets a free number of the day. `taken`: by whatever was printed for it."""
    found, taken = [], set(taken)
    for content in contents:
        latest = latest_of(prints, content.kind, content.subject)
        if latest is None:
            found.append(Numbered(_free_number(content, taken), 1))
            taken.add(found[-1].number)
        elif latest.digest == content.digest and not latest.is_void:
            found.append(Numbered(latest.number, latest.version, latest))
        else:
            found.append(Numbered(latest.number, latest.version + 1))
    return found


def _free_number(content: Content, taken: Collection[int]) -> int:
    """A round's sheet has the round's number, the dinner's a hundred more: it is what
    people say on the telephone. All other papers come after those."""
    kind, _, number = content.subject.partition(":")
    if content.kind == "sheet" and kind == "round":
        return next(n for n in count(int(number), 100) if n not in taken)
    return max((*taken, OTHER_PAPERS)) + 1


def line_changes(
    before: Mapping[str, str], after: Mapping[str, str]
) -> list[LineChange]:
    """What a change slip says: in the order of the new paper, the removed ones last."""
    changes = []
    for key, line in after.items():
        if key not in before:
            changes.append(LineChange("added", key, "", line))
        elif before[key] != line:
            changes.append(LineChange("changed", key, before[key], line))
    gone = (LineChange("removed", key, before[key], "") for key in before)
    return changes + [change for change in gone if change.key not in after]


def slipped(lines: Mapping[str, str], changes: Iterable[LineChange]) -> dict[str, str]:
    """What a holder reads after the slip: the old paper with its changes made."""
    held = dict(lines)
    for change in changes:
        if change.kind == "removed":
            held.pop(change.key, None)
        else:
            held[change.key] = change.after
    return held
