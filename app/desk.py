"""The desk where papers are made: whose office it is, and where pages are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from app.paper_scene import Office
from app.print_store import PrintStore
from app.settings import Settings


@dataclass(frozen=True)
class Desk:
    """Where papers are made and kept."""

    office: Office
    store: PrintStore

    @classmethod
    def of(cls, settings: Settings) -> "Desk":
        return cls(
            Office(settings.timezone, settings.operator, settings.base_url),
            PrintStore(settings.data / "prints"),
        )

    def as_json(self) -> dict[str, str]:
        """For a job, which outlives the request that asked for it."""
        return {
            "zone": self.office.zone.key,
            "operator": self.office.operator,
            "base_url": self.office.base_url,
            "folder": str(self.store.folder),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, str]) -> "Desk":
        zone = ZoneInfo(kept["zone"])
        office = Office(zone, kept["operator"], kept["base_url"])
        return cls(office, PrintStore(Path(kept["folder"])))
