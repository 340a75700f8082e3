"""Whole travel tables with numpy, equal number for number to the pairwise rule."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from routing.problem import Location, Matrix, Mode

Table = NDArray[np.int32]
LONGEST = np.iinfo(np.int32).max


def mode_table(
    mode: Mode,
    places: Sequence[Location | None],
    planes: Sequence[tuple[float, float]],
    speed_percent: int,
) -> Table:
    """Seconds from coordinates, row by row so that memory stays at one table."""
    x = np.array([plane[0] for plane in planes])
    y = np.array([plane[1] for plane in planes])
    names: dict[str | None, int] = {None: -1}
    compounds = np.array(
        [names.setdefault(p.compound if p else None, len(names)) for p in places]
    )
    table = np.empty((len(places), len(places)), np.int32)
    for row in range(len(places)):
        dx, dy = x[row] - x, y[row] - y
        metres = _metres(mode, np.sqrt(dx * dx + dy * dy))
        ride = _ride(mode, metres)
        gates = (compounds >= 0) & (compounds != compounds[row])
        seconds = _at_speed(ride + gates * mode.gate_seconds, speed_percent)
        table[row] = seconds
    np.fill_diagonal(table, 0)
    _clear_nowhere(table, places)
    return table


def given_table(
    matrix: Matrix, places: Sequence[Location | None], speed_percent: int
) -> Table:
    """The rows and columns of a given matrix that the places stand for."""
    index = np.array([(p.index or 0) if p else 0 for p in places])
    wanted = np.unique(index)
    small = np.array(
        [np.asarray(matrix.durations[row], np.int64)[wanted] for row in wanted],
        np.int64,
    )
    at = np.searchsorted(wanted, index)
    table = _at_speed(small, speed_percent)[np.ix_(at, at)].astype(np.int32)
    np.fill_diagonal(table, 0)
    _clear_nowhere(table, places)
    return table


def _metres(mode: Mode, crow: NDArray[np.float64]) -> NDArray[np.int64]:
    return (crow * mode.detour_percent / 100 + 0.5).astype(np.int64)


def _ride(mode: Mode, metres: NDArray[np.int64]) -> NDArray[np.int64]:
    slow, fast = mode.metres_per_hour, mode.far_metres_per_hour
    if fast is None:
        return (metres * 3600 + slow // 2) // slow
    near = np.minimum(metres, mode.near_metres)
    far = ((metres - near) * 3600 + fast // 2) // fast
    return (near * 3600 + slow // 2) // slow + far


def _at_speed(seconds: NDArray[np.int64], percent: int) -> NDArray[np.int64]:
    if percent != 100:
        seconds = (seconds * 100 + percent // 2) // percent
    return np.minimum(seconds, LONGEST)  # a crawl of years is never worth its way


def _clear_nowhere(table: Table, places: Sequence[Location | None]) -> None:
    """A missing start or open end is reached and left in no time."""
    nowhere = [number for number, place in enumerate(places) if place is None]
    table[nowhere, :] = 0
    table[:, nowhere] = 0
