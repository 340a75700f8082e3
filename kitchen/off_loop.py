"""Long arithmetic beside the tills: off the event loop, one piece after the other.

Threads share one interpreter. With a single one of them busy, whoever serves the tills
still has half of it; with three, a quarter, and the queue at the counter grows. They
would not end sooner side by side either.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")

_arithmetic = ThreadPoolExecutor(1, thread_name_prefix="arithmetic")


async def off_loop(work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """What `work` returns, in the language and scope of the caller.

    For arithmetic only: nothing here may wait for a disk, a lock or the network, and
    nothing may ask for `off_loop` again.
    """
    here = partial(copy_context().run, work, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_arithmetic, here)
