"""What is made of the very same things is the very same thing.

A late order changes one door of a thousand. The others' rounds, sheets and labels are
made of what they were made of before, and are taken again; nothing has to know what a
change may touch, since all that something is made of is compared.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass
class MadeOnce:
    """The last of each thing, of at most `most`; for pure functions of frozen values.
    Comparing takes next to nothing where the values are the very same ones."""

    most: int
    _made: dict[Hashable, tuple[tuple[Any, ...], Any]] = field(
        init=False, default_factory=dict
    )

    def of(self, about: Hashable, things: tuple[Any, ...], make: Callable[[], T]) -> T:
        """What `make` makes of these things, all that it looks at. `about` says which
        one it is, so that the next of it takes its place."""
        known = self._made.get(about)
        if known is not None and known[0] == things:
            found: T = known[1]
            return found
        if len(self._made) >= self.most:
            self._made.clear()
        made = make()
        self._made[about] = (things, made)
        return made
