"""Background work: done once, stoppable, never in doubt; children that misbehave."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app import jobs
from app.children import MEBIBYTE, end_all, run_child
from app.jobs import Arguments, JobFacts, Result, Supervisor, Tell
from kitchen import database as doors
from kitchen.database import Engine
from kitchen.errors import Refusal
from tests.app.client import Client, Clock, SignInAs


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "jobs")


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    """Kinds of work for these tests only."""
    known = dict(jobs._kinds)

    @jobs.kind("count")
    async def count(arguments: Arguments, tell: Tell) -> Result:
        for step in range(arguments["steps"]):
            await tell(100 * step // arguments["steps"], f"第 {step} 步")
        return {"location": "/jobs", "steps": arguments["steps"]}

    @jobs.kind("wait")
    async def wait(arguments: Arguments, tell: Tell) -> Result:
        await tell(10, "")
        await asyncio.sleep(60)
        return {}

    @jobs.kind("crash")
    async def crash(arguments: Arguments, tell: Tell) -> Result:
        raise RuntimeError("a fault of ours, with a secret in its text")

    @jobs.kind("refuse")
    async def refuse(arguments: Arguments, tell: Tell) -> Result:
        raise Refusal("job_queue_full", waiting=3)

    yield
    jobs._kinds.clear()
    jobs._kinds.update(known)


@pytest.fixture
async def supervisor(database: Engine, clock: Clock) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(clock, at_once=2)
    await supervisor.open()
    yield supervisor
    await supervisor.close()


async def until(job_id: int, *states: str) -> JobFacts:
    async with asyncio.timeout(60):
        while True:
            job = await jobs.job_by_id(job_id)
            assert job
            if job.state in states:
                return job
            await asyncio.sleep(0.02)


async def ended(job_id: int) -> JobFacts:
    return await until(job_id, "done", "failed", "stopped")


async def begun(job_id: int) -> JobFacts:
    return await until(job_id, "running")


async def test_a_job_runs_to_its_result(supervisor: Supervisor) -> None:
    job = await ended(await supervisor.start("count", "数数", {"steps": 3}, None))
    assert (job.state, job.percent, job.result["steps"]) == ("done", 100, 3)


async def test_a_crash_is_told_without_its_insides(
    supervisor: Supervisor, caplog: pytest.LogCaptureFixture
) -> None:
    job = await ended(await supervisor.start("crash", "坏掉", {}, None))
    assert (job.state, job.note, job.result) == ("failed", "crashed", {})
    assert "secret" in caplog.text


async def test_a_refusal_keeps_its_code_and_facts(supervisor: Supervisor) -> None:
    job = await ended(await supervisor.start("refuse", "不肯", {}, None))
    assert job.result["refusal"] == {
        "code": "job_queue_full",
        "facts": {"waiting": "3"},
    }


async def test_an_unknown_kind_is_refused(supervisor: Supervisor) -> None:
    with pytest.raises(Refusal, match="job_kind_unknown"):
        await supervisor.start("dance", "跳舞", {}, None)


async def test_a_long_queue_is_refused(supervisor: Supervisor) -> None:
    for _ in range(2):  # these two run; the next fifty wait
        await begun(await supervisor.start("wait", "等", {}, None))
    for _ in range(jobs.WAITING_AT_MOST):
        await supervisor.start("wait", "等", {}, None)
    with pytest.raises(Refusal, match="job_queue_full"):
        await supervisor.start("wait", "等", {}, None)


async def test_no_more_jobs_at_once_than_there_are_places(
    supervisor: Supervisor,
) -> None:
    ids = [await supervisor.start("wait", "等", {}, None) for _ in range(4)]
    await begun(ids[1])
    states = [job.state for job in await jobs.latest()]
    assert sorted(states) == ["queued", "queued", "running", "running"]


async def test_a_stopped_job_makes_room_for_the_next(supervisor: Supervisor) -> None:
    first = await supervisor.start("wait", "等", {}, None)
    await begun(first)
    await supervisor.stop(first)
    assert (await ended(first)).state == "stopped"
    job = await ended(await supervisor.start("count", "数数", {"steps": 1}, None))
    assert job.state == "done"


async def test_a_restart_leaves_no_job_in_doubt(database: Engine, clock: Clock) -> None:
    first = Supervisor(clock, at_once=1)
    await first.open()
    running = await first.start("wait", "等", {}, None)
    queued = await first.start("count", "数数", {"steps": 1}, None)
    await begun(running)
    await first.close()  # as a crash would, it leaves the row as it is
    second = Supervisor(clock, at_once=1)
    await second.open()
    assert (await ended(running)).note == "restarted"
    assert (await ended(queued)).state == "done"
    await second.close()


async def test_one_sees_ones_own_jobs(manager: Client, sign_in_as: SignInAs) -> None:
    supervisor: Supervisor = manager.app.state.jobs
    driver = await sign_in_as("driver", "赵师傅")
    theirs = await supervisor.start("count", "主管的活", {"steps": 1}, manager.actor)
    mine = await supervisor.start("count", "司机的活", {"steps": 1}, driver.actor)
    await ended(theirs)
    await ended(mine)
    assert (await driver.get(f"/jobs/{theirs}")).status_code == 404
    assert (await driver.submit(f"/jobs/{theirs}/stop")).status_code == 404
    assert (await driver.get(f"/jobs/{mine}")).status_code == 200
    listed = (await driver.get("/jobs")).text
    assert "司机的活" in listed
    assert "主管的活" not in listed
    assert "司机的活" in (await manager.get("/jobs")).text


async def test_the_progress_asks_again_until_the_job_is_over(manager: Client) -> None:
    supervisor: Supervisor = manager.app.state.jobs
    job_id = await supervisor.start("wait", "等", {}, manager.actor)
    await begun(job_id)
    part = (await manager.fragment(f"/jobs/{job_id}/progress")).text
    assert 'hx-trigger="load delay:1s"' in part
    assert "<html" not in part
    await manager.submit(f"/jobs/{job_id}/stop")
    assert "hx-trigger" not in (await manager.fragment(f"/jobs/{job_id}/progress")).text


async def test_a_note_in_a_job_is_text_and_nothing_else(manager: Client) -> None:
    supervisor: Supervisor = manager.app.state.jobs
    title = "<button hx-post=/sign-out>"
    job_id = await supervisor.start("count", title, {"steps": 1}, manager.actor)
    await ended(job_id)
    assert title not in (await manager.get(f"/jobs/{job_id}")).text


# children


def python(code: str) -> list[str]:
    return [sys.executable, "-I", "-c", code]


async def test_a_childs_answer_and_progress_come_back() -> None:
    told: list[dict[str, object]] = []
    code = (
        "import json,sys; data=json.load(sys.stdin);"
        "print(json.dumps({'percent': 50}), file=sys.stderr);"
        "print('a warning', file=sys.stderr);"
        "print(json.dumps({'double': data*2}))"
    )
    outcome = await run_child(python(code), b"21", seconds=20, on_progress=told.append)
    assert outcome.ok
    assert outcome.json() == {"double": 42}
    assert told == [{"percent": 50}]
    assert outcome.last_words == "a warning\n"


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        ("import sys; sys.exit(3)", "failed"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "killed"),
        ("x = bytearray(10**9)", "failed"),  # more memory than it is given
        ("import sys\nwhile True: sys.stdout.write('x' * 65536)", "too_much_output"),
    ],
)
async def test_a_child_that_misbehaves_is_an_outcome(code: str, ending: str) -> None:
    outcome = await run_child(
        python(code), b"", seconds=60, memory_bytes=512 * MEBIBYTE
    )
    assert outcome.ending == ending
    assert outcome.json() is None


async def test_a_child_that_takes_too_long_is_an_outcome() -> None:
    outcome = await run_child(python("import time; time.sleep(60)"), b"", seconds=2)
    assert outcome.ending == "timed_out"
    assert outcome.json() is None


async def test_nonsense_from_a_child_is_no_answer() -> None:
    outcome = await run_child(python("print('not json')"), b"", seconds=120)
    assert outcome.ok
    assert outcome.json() is None


async def test_a_child_that_reads_nothing_does_not_block_us() -> None:
    outcome = await run_child(python("pass"), b"x" * 5_000_000, seconds=120)
    assert outcome.ok


async def test_heavy_work_gives_way_to_the_tills() -> None:
    """Linux shares the processors out among sessions first, niceness counts within
    one: a child in a session of its own would not give way at all."""
    code = (
        "import json,os,sys; sys.stdin.read();"
        "print(json.dumps([os.getsid(0), os.nice(0), os.getpgid(0) == os.getpid()]))"
    )
    outcome = await run_child(python(code), b"", seconds=120)
    assert outcome.json() == [os.getsid(0), os.nice(0) + 10, True]


async def test_the_children_of_a_child_go_with_it() -> None:
    code = (
        "import subprocess,sys,time;"
        "p=subprocess.Popen([sys.executable,'-c','import time; time.sleep(60)']);"
        "print(p.pid, file=sys.stderr, flush=True); time.sleep(60)"
    )
    outcome = await run_child(python(code), b"", seconds=5)
    assert outcome.ending == "timed_out"
    async with asyncio.timeout(60):
        await asyncio.to_thread(wait_for_end_of, int(outcome.last_words))


def wait_for_end_of(pid: int) -> None:
    while is_running(pid):
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether the process still does anything; one waiting to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


async def test_cancelling_kills_the_child() -> None:
    task = asyncio.create_task(
        run_child(python("import time; time.sleep(60)"), b"", seconds=60)
    )
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_child_is_collected_however_often_and_whenever_its_caller_is_cancelled(
    no_child_left: None,
) -> None:
    for turns in (*range(12), 30, 100):  # from before its start to its sleep
        task = asyncio.create_task(run_child(["sleep", "60"], b"1" * 99, seconds=60))
        for _ in range(turns):
            await asyncio.sleep(0)
        for _ in range(4):  # stopped, and the server ended, and again
            task.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize(
    "code",
    [
        "import time; time.sleep(60)",
        # more than is read at once, so that reading pauses, and nothing follows
        "import sys,time; sys.stdout.write('x' * 900_000); time.sleep(60)",
        # a grandchild holds the pipes
        "import subprocess; subprocess.Popen(['sleep', '60'])",
    ],
)
async def test_the_end_of_the_server_is_the_end_of_its_children(
    code: str, no_child_left: None
) -> None:
    asked = [asyncio.create_task(run_child(python(code), b"", seconds=60))]
    asked.append(asyncio.create_task(run_child(["no such program"], b"", seconds=60)))
    await asyncio.sleep(0.3)
    await end_all()
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert getattr(found[0], "ending", "") in ("killed", "done")
    assert isinstance(found[1], FileNotFoundError)


async def test_jobs_survive_in_the_table(supervisor: Supervisor) -> None:
    await ended(await supervisor.start("count", "数数", {"steps": 1}, None))
    rows = await doors.rows("SELECT kind, state FROM job")
    assert [(row["kind"], row["state"]) for row in rows] == [("count", "done")]
