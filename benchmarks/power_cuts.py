"""Power cuts, simulated: what the server wrote is recorded write by write and sync by
sync; cut at a random moment, whatever was not synced by then is kept, dropped or torn,
and the books are opened from what is left.

The same images with the log's syncs not counted must lose meals, or the tool is blind:
that is what `synchronous = NORMAL` would leave on the disk.
"""

import asyncio
import random
import shutil
import signal
import sqlite3
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.figures import Figure
from benchmarks.spine import service_day
from benchmarks.till_server import TILLS, Server, act, open_point, signed_in
from kitchen import audit, database, sealing
from kitchen.schema import TABLES

HERE = Path(__file__).parent
HEADER = struct.Struct("<QIIQQ")
WRITE, TRUNCATE, SYNC = 1, 2, 3
DATABASE, LOG = 1, 2
SECTOR = 512
FILES = {DATABASE: "nuancan.db", LOG: "nuancan.db-wal"}


@dataclass(frozen=True)
class Op:
    """One thing done to a file. `at` in nanoseconds of the machine's monotonic clock;
    `offset` of a truncation is the new size."""

    at: int
    kind: int
    file: int
    offset: int
    content: bytes


@dataclass
class Disk:
    """One file as it is on the disk for certain, and what may be there besides."""

    safe: bytearray
    pending: list[Op] = field(default_factory=list)

    def sync(self) -> None:
        for op in self.pending:
            apply(self.safe, op)
        self.pending.clear()

    def cut(self, chance: random.Random) -> bytes:
        """What a power cut may leave: each write kept, dropped, or torn by sectors."""
        left = bytearray(self.safe)
        for op in self.pending:
            fate = chance.choice(("kept", "dropped", "torn"))
            if fate == "kept" or (fate == "torn" and op.kind == TRUNCATE):
                apply(left, op)
            elif fate == "torn":
                for start in range(0, len(op.content), SECTOR):
                    if chance.random() < 0.5:
                        piece = op.content[start : start + SECTOR]
                        apply(left, Op(op.at, WRITE, op.file, op.offset + start, piece))
        return bytes(left)


def apply(content: bytearray, op: Op) -> None:
    end = op.offset + len(op.content)
    if op.kind == TRUNCATE:
        del content[op.offset :]
        end = op.offset
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    if op.kind == WRITE:
        content[op.offset : end] = op.content


def read_record(path: Path) -> Iterator[Op]:
    content, place = path.read_bytes(), 0
    while place < len(content):
        at, kind, file, offset, length = HEADER.unpack_from(content, place)
        place += HEADER.size
        yield Op(at, kind, file, offset, content[place : place + length])
        place += length


@dataclass(frozen=True)
class Taken:
    """An acknowledged meal: when the tablet had its answer, the act and the meal."""

    at: int
    key: str
    meal_id: int


@dataclass
class Found:
    """What the images showed."""

    images: int = 0
    corrupt: int = 0
    losing: int = 0
    lost: int = 0
    unbalanced: int = 0
    broken: int = 0


class Recorded(Server):
    """A server whose writes are recorded."""

    recorder: Path | None = None

    @property
    def env(self) -> dict[str, str]:
        if self.recorder is None:
            return super().env
        ours = {"RECORD_FOLDER": str(self.folder), "RECORD_TO": str(self.record)}
        return {**super().env, **ours, "LD_PRELOAD": str(self.recorder)}

    @property
    def record(self) -> Path:
        return self.folder / "record"


def measure(cuts: int, seconds: int, seed: int) -> list[Figure]:
    """Serve at eight tills for some seconds, then cut the power `cuts` times."""
    with tempfile.TemporaryDirectory() as folder:
        server = Recorded(Path(folder) / "data")
        server.folder.mkdir()
        server.command("demo", "--people", "300", "--seed", "1")
        base = (server.folder / FILES[DATABASE]).read_bytes()
        server.recorder = built(Path(folder))
        server.start()
        taken = asyncio.run(_served(server, seconds))
        ops = list(read_record(server.record))
        sealing.use(sealing.Keyring.load_or_create(server.folder / "keys.json"))
        image = Path(folder) / "image"
        real = asyncio.run(cut(base, ops, taken, cuts, seed, image))
        blind = list(_without_commits(ops))
        control = asyncio.run(cut(base, blind, taken, cuts, seed, image))
    return figures(real, control, len(taken), len(ops))


def built(folder: Path) -> Path:
    """The recorder, compiled; a machine without a C compiler cannot measure this."""
    made = folder / "record_writes.so"
    source = str(HERE / "record_writes.c")
    command = ["cc", "-O2", "-shared", "-fPIC", "-o", str(made), source, "-ldl"]
    subprocess.run(command, check=True)
    return made


async def _served(server: Server, seconds: int) -> list[Taken]:
    """Eight tills, each sending its next meal as soon as the last is answered; then
    the server is killed, so that nothing is tidied up."""
    day, taken, end = service_day(), list[Taken](), time.monotonic() + seconds
    async with httpx.AsyncClient(base_url=server.here, timeout=30) as client:
        await signed_in(client)
        await open_point(client, day)
        numbers = iter(range(10**9))

        async def one_till() -> None:
            while time.monotonic() < end:
                body = act(day, next(numbers), 300)
                answer = await client.post("/api/meals", json=body)
                if answer.status_code in (200, 201):
                    meal = int(answer.json()["meal_id"])
                    taken.append(Taken(time.monotonic_ns(), body["id"], meal))

        await asyncio.gather(*(one_till() for _ in range(TILLS)))
    await asyncio.to_thread(server.stop, signal.SIGKILL)
    if len(taken) < 100:
        raise RuntimeError(f"only {len(taken)} meals were taken: nothing is measured")
    return taken


def _without_commits(ops: Sequence[Op]) -> Iterator[Op]:
    """The record as if a commit did not wait for the disk: of the log's syncs only
    those right before the database itself is written count."""
    for op, after in zip(ops, [*ops[1:], None], strict=True):
        is_commit = op.kind == SYNC and op.file == LOG
        if not is_commit or (after is not None and after.file == DATABASE):
            yield op


async def cut(
    base: bytes,
    ops: Sequence[Op],
    taken: Sequence[Taken],
    cuts: int,
    seed: int,
    folder: Path,
) -> Found:
    """Images at random moments after the first meal, each opened and looked through."""
    chance, found = random.Random(seed), Found()
    moments = {chance.randrange(len(ops)) for _ in range(cuts)}
    while len(moments) < min(cuts, len(ops)):
        moments.add(chance.randrange(len(ops)))
    disks = {DATABASE: Disk(bytearray(base)), LOG: Disk(bytearray())}
    for number, op in enumerate(ops):
        disk = disks[op.file]
        if op.kind == SYNC:
            disk.sync()
        else:
            disk.pending.append(op)
        if number in moments:
            write_image(folder, disks, chance)
            promised = [one for one in taken if one.at < op.at]
            await _look_through(folder, promised, found)
    return found


def write_image(folder: Path, disks: Mapping[int, Disk], chance: random.Random) -> None:
    """The files as the cut may have left them; shared memory is gone with the power."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for file, name in FILES.items():
        (folder / name).write_bytes(disks[file].cut(chance))


async def _look_through(folder: Path, promised: Sequence[Taken], found: Found) -> None:
    found.images += 1
    path = folder / FILES[DATABASE]
    try:
        with closing(sqlite3.connect(path)) as file:
            said = file.execute("PRAGMA integrity_check").fetchone()[0]
            lost = missing(file, promised)
            unbalanced = file.execute(
                "SELECT COUNT(*) FROM (SELECT entry FROM posting GROUP BY entry"
                " HAVING SUM(fen) <> 0)"
            ).fetchone()[0]
    except sqlite3.DatabaseError:
        found.corrupt += 1
        return
    found.corrupt += said != "ok"
    found.lost += lost
    found.losing += lost > 0
    found.unbalanced += unbalanced
    found.broken += await _is_broken(path)


def missing(file: sqlite3.Connection, promised: Sequence[Taken]) -> int:
    held = dict(file.execute("SELECT key, json_extract(answer, '$.meal_id') FROM act"))
    meals = {row[0] for row in file.execute("SELECT id FROM meal")}
    return sum(
        held.get(one.key) != one.meal_id or one.meal_id not in meals for one in promised
    )


async def _is_broken(path: Path) -> bool:
    database.configure(f"sqlite:///{path}", TABLES)
    await database.open()
    try:
        return await audit.verify() is not None
    finally:
        await database.close()


def figures(real: Found, control: Found, meals: int, ops: int) -> list[Figure]:
    what = f"{real.images} power cuts in {ops} writes and syncs of {meals} meals"
    return [
        Figure(f"{what}: images that lose one", str(real.losing), "0"),
        Figure("… databases that do not open whole", str(real.corrupt), "0"),
        Figure("… entries that do not balance", str(real.unbalanced), "0"),
        Figure("… broken audit chains", str(real.broken), "0"),
        Figure(
            "… the same without waiting for the disk at a commit (control)",
            f"{control.losing} images lose {control.lost} meals,"
            f" {control.corrupt} do not open",
            "must lose",
        ),
    ]
