"""The labels of boxes, and how a kitchen wants them laid out."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from app.papers.base import Paper, digest_of, facts_on


@dataclass(frozen=True)
class LabelLayout:
    """How labels are printed. Offsets in tenths of a millimetre; `start_at` 1 is the
    first free label of a sheet that was begun before; `fields` in printing order."""

    size: str = "60x40"  # 60x40 | 100x70 | a4
    offset_x: int = 0
    offset_y: int = 0
    start_at: int = 1
    full_name: bool = False
    show_place: bool = True
    fields: tuple[str, ...] = ("name", "place", "diet", "times")

    SIZES: ClassVar[tuple[str, ...]] = ("60x40", "100x70", "a4")
    PER_SHEET: ClassVar[int] = 24
    FIELDS: ClassVar[tuple[str, ...]] = ("name", "place", "diet", "times")

    def __post_init__(self) -> None:
        if self.size not in self.SIZES:
            raise ValueError(f"label size {self.size!r}")
        if not 1 <= self.start_at <= self.PER_SHEET:
            raise ValueError(f"start_at {self.start_at}")
        if max(abs(self.offset_x), abs(self.offset_y)) > 100:
            raise ValueError("offsets are at most 10 mm")
        if unknown := set(self.fields) - set(self.FIELDS):
            raise ValueError(f"label fields {unknown}")


@dataclass(frozen=True)
class BoxLabel:
    """One label on one box. Exactly one of `diner_id` and `spare_id` is set."""

    code: str
    name: str
    place: str
    diet: tuple[str, ...]
    made_at: str
    eat_before: str
    portion: int = 1
    portions: int = 1
    kind: str = "door"  # door | spare | unplaced
    diner_id: int | None = None
    spare_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Labels(Paper):
    """餐盒标签: one for each portion, in packing order, the last stop first."""

    kind: ClassVar[str] = "labels"
    template: ClassVar[str] = "prints/labels.html"

    labels: tuple[BoxLabel, ...]
    layout: LabelLayout = LabelLayout()
    earlier: str = ""  # eat-before, where it is now sooner than first printed

    @cached_property
    def digest(self) -> str:
        """Of the labels alone: another paper size is the same set of labels, and a
        time to eat them by that is later than the printed one does no harm."""
        content = [
            {**facts_on(label), "made_at": "", "eat_before": self.earlier}
            for label in self.labels
        ]
        return digest_of(content)

    def lines(self) -> dict[str, str]:
        return {
            f"{label.diner_id or ''}:{label.spare_id or ''}:{label.portion}": " ".join(
                (label.code, label.name, "、".join(label.diet))
            )
            for label in self.labels
        }
