"""Reading a stranger's spreadsheet in a child process with limits, and saying what
is wrong with its rows."""

import asyncio
import os
import sys

from app.children import MEBIBYTE, run_child
from app.i18n import translate as _
from app.refusals import sentence_for
from app.words.imports import COLUMNS
from kitchen.errors import Refusal
from kitchen.people_sheet import DOUBLE_CODES, Problem
from kitchen.sheets import MOST_BYTES, Grid

SECONDS = 20.0
MEMORY_BYTES = 512 * MEBIBYTE


class Reader:
    """At most as many children at once as there are cores."""

    def __init__(self) -> None:
        self._gate = asyncio.Semaphore(os.cpu_count() or 1)

    async def read(self, data: bytes, sheet_name: str = "") -> Grid:
        """The rows of a file. Refuses what `kitchen.sheets.read_grid` refuses, and
        `sheet_unreadable` when the child did not survive the file."""
        if len(data) > MOST_BYTES:
            raise Refusal("sheet_too_large", bytes=len(data), most_bytes=MOST_BYTES)
        argv = [sys.executable, "-m", "kitchen.sheets", "read", "-", sheet_name]
        async with self._gate:
            ended = await run_child(
                argv, data, seconds=SECONDS, memory_bytes=MEMORY_BYTES
            )
        if not ended.ok:
            raise Refusal("sheet_unreadable", reason=ended.ending)
        return Grid.from_json(ended.output.decode("utf-8"))


def explain(problem: Problem) -> str:
    """ "手机：电话“12”读不懂 …"; a sentence that names its column stands alone."""
    fault = problem.fault
    refusal = Refusal(fault.code, **{"value": fault.value, **fault.facts})
    word, sentence = _(COLUMNS[problem.column]), sentence_for(refusal)
    if sentence.startswith(word) or fault.code in DOUBLE_CODES:
        return sentence
    return _("{column}：{sentence}", column=word, sentence=sentence)
