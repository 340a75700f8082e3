"""Papers without which somebody does not drive for the house, and when they run out.

What is known to have run out forbids: the person is in no new round and no round of
theirs is published. What was never entered is asked for, on Today and in the register.

Source of the rule: whoever hands out meals has a health certificate (Food Safety Law of
the PRC art. 45, as the platform delivery rules read it); who drives a motor vehicle has
a driving licence and its compulsory insurance (Road Traffic Safety Law art. 17 and 19).
An e-bike is no motor vehicle: its papers are only reminded of.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kitchen.certificates import (
    DRIVER_KINDS,
    SOON,
    CertificateFacts,
    certificates_of,
    ends_on,
    gaps,
)
from kitchen.drivers import DriverFacts


@dataclass(frozen=True)
class PaperNote:
    """Something to see to. state: missing | expired | ending; `on`: its last day."""

    kind: str
    state: str
    on: date | None = None


@dataclass(frozen=True)
class UnfitDriver:
    """A driver who would be there, and the paper that ran out."""

    driver: DriverFacts
    paper: PaperNote

    @property
    def code(self) -> str:
        """Of the refusal: driver_licence_expired …"""
        return f"driver_{self.paper.kind}_expired"


def needed_of(profile: str) -> tuple[str, ...]:
    """The kinds without which nobody goes by this mode."""
    return ("health", "licence", "insurance") if profile == "van" else ("health",)


def notes_on(
    profile: str, held: Sequence[CertificateFacts], day: date
) -> list[PaperNote]:
    """What is missing, has run out or ends soon, the needed papers first."""
    needed = needed_of(profile)
    notes = [
        PaperNote(gap.kind, "expired" if gap.on else "missing", gap.on)
        for gap in gaps(held, day, needed)
    ]
    for kind in (*needed, *(kind for kind in DRIVER_KINDS if kind not in needed)):
        end = ends_on(held, kind)
        if end is None or any(note.kind == kind for note in notes):
            continue
        if end < day:
            notes.append(PaperNote(kind, "expired", end))
        elif end <= day + SOON:
            notes.append(PaperNote(kind, "ending", end))
    return notes


def forbidding(
    profile: str, held: Sequence[CertificateFacts], day: date
) -> PaperNote | None:
    """The needed paper that is known to have run out by this day."""
    found = gaps(held, day, needed_of(profile))
    return next((PaperNote(g.kind, "expired", g.on) for g in found if g.on), None)


async def unfit_on(drivers: Iterable[DriverFacts], day: date) -> list[UnfitDriver]:
    """Those of the drivers whose papers forbid them this day."""
    crew = list(drivers)
    held = await certificates_of("driver", [driver.id for driver in crew])
    found = ((d, forbidding(d.profile, held[d.id], day)) for d in crew)
    return [UnfitDriver(driver, paper) for driver, paper in found if paper]


async def notes_for(
    drivers: Iterable[DriverFacts], day: date
) -> list[tuple[DriverFacts, PaperNote]]:
    """Everything to see to about the papers of these drivers."""
    crew = list(drivers)
    held = await certificates_of("driver", [driver.id for driver in crew])
    return [(d, note) for d in crew for note in notes_on(d.profile, held[d.id], day)]
