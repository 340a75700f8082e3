"""How one kitchen wants its papers: names, sizes, what stands on a label.

Kept as JSON by `kitchen.prints`; what it means is decided here, and a stored value
that a later version no longer knows falls back to the default.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from app.papers import NEEDED_ON_SHEET, SHEET_FIELDS, LabelLayout
from kitchen import prints

USUAL_LABELS = LabelLayout()


@dataclass(frozen=True)
class PrintOptions:
    """`strict_names`: sheets and rosters carry surname and title, no phone tail."""

    strict_names: bool = False
    small_sheets: bool = False
    labels: LabelLayout = USUAL_LABELS
    sheet_fields: tuple[str, ...] = SHEET_FIELDS

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "PrintOptions":
        usual = asdict(USUAL_LABELS)
        kept = {**usual, **stored.get("labels", {})}
        known = {name: kept[name] for name in usual}
        known["fields"] = tuple(known["fields"])
        try:
            layout = LabelLayout(**known)
        except (TypeError, ValueError):
            layout = USUAL_LABELS
        return cls(
            bool(stored.get("strict_names", False)),
            bool(stored.get("small_sheets", False)),
            layout,
            _sheet_fields(stored.get("sheet_fields")),
        )

    def starting_at(self, place: int) -> "PrintOptions":
        """The same, on a sheet of labels that was begun before."""
        return replace(self, labels=replace(self.labels, start_at=place))


def _sheet_fields(stored: object) -> tuple[str, ...]:
    """What is kept, without what this version no longer knows; the usual ones when
    anything that must be there is missing."""
    kept = stored if isinstance(stored, list | tuple) else ()
    known = tuple(dict.fromkeys(name for name in kept if name in SHEET_FIELDS))
    return known if set(NEEDED_ON_SHEET) <= set(known) else SHEET_FIELDS


async def options_for(kitchen_id: int) -> PrintOptions:
    """What the kitchen has set, or the defaults."""
    return PrintOptions.from_json(await prints.options_of(kitchen_id))
