"""Locks: what a search that begins from given rounds must leave as it is.

Four kinds, held by every engine. A locked stop keeps its round; locked stops of one
round keep their order; a locked round keeps exactly its jobs in their order; a driver
is locked by a job's `allowed_vehicles`. A lock whose place breaks a rule in the given
rounds cannot hold and is released.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from routing.problem import Id
from routing.solution import Round


@dataclass(frozen=True, slots=True)
class Locks:
    """The locked jobs of each given round, in order; `locked` closes the round."""

    rounds: tuple[Round, ...] = ()

    @classmethod
    def of(cls, start: Iterable[Round], locked: Collection[Id] = ()) -> "Locks":
        """The locks in given rounds: whole locked ones, and the jobs named."""
        named = frozenset(locked)
        kept = [
            Round(r.vehicle, tuple(j for j in r.jobs if r.locked or j in named), True)
            if r.locked
            else Round(r.vehicle, tuple(j for j in r.jobs if j in named))
            for r in start
        ]
        return cls(tuple(r for r in kept if r.jobs))

    @property
    def jobs(self) -> frozenset[Id]:
        return frozenset(job for r in self.rounds for job in r.jobs)

    def held_in(self, rounds: Sequence[Round]) -> "Locks":
        """The locks that these rounds keep; what of a lock is broken is left out."""
        held = (_held(lock, rounds) for lock in self.rounds)
        return Locks(tuple(lock for lock in held if lock is not None))

    def broken_by(self, rounds: Sequence[Round]) -> tuple[Round, ...]:
        """The locks that these rounds do not keep whole."""
        return tuple(lock for lock in self.rounds if _held(lock, rounds) != lock)


def _held(lock: Round, rounds: Sequence[Round]) -> Round | None:
    """As much of the lock as one round of its vehicle keeps."""
    mine = [r for r in rounds if r.vehicle == lock.vehicle]
    if lock.locked and any(r.jobs == lock.jobs for r in mine):
        return lock
    wanted = set(lock.jobs)
    kept = [tuple(job for job in r.jobs if job in wanted) for r in mine]
    best = max(kept, key=len, default=())
    return Round(lock.vehicle, best) if best else None
