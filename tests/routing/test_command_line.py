"""The child-process contract: JSON in, JSON out, exit codes 0 to 3."""

import copy
import io
import json
import subprocess
import sys
from typing import Any

import pytest

from routing import (
    Round,
    Travel,
    check,
    read_problem,
    read_solution,
    schedule,
    solve,
    write_problem,
    write_solution,
)
from routing.__main__ import main
from tests.road_server import road_server
from tests.routing.cases import district, load, problem
from tests.routing.test_two_levels import morning


def call(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
    *arguments: str,
) -> tuple[int, Any, str]:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    code = main(arguments)
    said = capsys.readouterr()
    return code, json.loads(said.out), said.err


def test_a_solved_problem_exits_with_0(monkeypatch: Any, capsys: Any) -> None:
    text = json.dumps(load("three_doors_on_a_line")["problem"])
    code, answer, _ = call(monkeypatch, capsys, text, "--seconds", "0.2")
    assert code == 0
    assert answer["code"] == 0
    assert answer["summary"]["cost"] == 1500
    assert [step["type"] for step in answer["routes"][0]["steps"]] == [
        "start",
        "job",
        "job",
        "job",
        "end",
    ]


def test_unassigned_jobs_exit_with_3_and_still_answer(
    monkeypatch: Any, capsys: Any
) -> None:
    text = json.dumps(load("too_big_for_any_vehicle")["problem"])
    code, answer, _ = call(monkeypatch, capsys, text, "solve", "--engine", "floor")
    assert code == 3
    assert answer["unassigned"] == [
        {
            "id": 1,
            "type": "job",
            "reason": "too_big",
            "reasons": ["too_big"],
            "location_index": 1,
        }
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"jobs": 1}', '{"rounds": 3}'])
def test_bad_input_exits_with_2_and_lists_its_faults(
    monkeypatch: Any, capsys: Any, text: str
) -> None:
    code, answer, said = call(monkeypatch, capsys, text)
    assert code == 2
    assert answer["faults"]
    assert answer["faults"][0] in said


OPTIONS = [
    (["--seconds", "-1"], "argument --seconds: needs 0 or more seconds, got -1"),
    (["--seconds", "nan"], "argument --seconds: needs 0 or more seconds, got nan"),
    (["--workers", "0"], "argument --workers: needs 1 or more, got 0"),
    (["--steps", "x"], "argument --steps: invalid whole number value: 'x'"),
    (["--osrm", "bike"], "argument --osrm: needs PROFILE=…, got bike"),
    (["--osm", "bike=a.osm"], "no vehicle has the profile 'bike'"),
    (["dance"], "argument command: invalid choice: 'dance'"),
]


@pytest.mark.parametrize(("arguments", "said"), OPTIONS)
def test_options_that_make_no_sense_are_named_in_json(
    monkeypatch: Any, capsys: Any, arguments: list[str], said: str
) -> None:
    text = json.dumps(load("three_doors_on_a_line")["problem"])
    code, answer, _ = call(monkeypatch, capsys, text, *arguments)
    assert (code, answer["code"]) == (2, 2)
    assert answer["faults"][0].startswith(f"options: {said}")


def test_an_internal_error_exits_with_1_and_says_so_in_json(
    monkeypatch: Any, capsys: Any
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("routing.commands.solve", fail)
    text = json.dumps(load("three_doors_on_a_line")["problem"])
    code, answer, said = call(monkeypatch, capsys, text)
    assert (code, answer["code"]) == (1, 1)
    assert "RuntimeError: broken" in said


FINDERS = [
    ("auto", "by_kernel", "district"),
    ("sisr", "by_kernel", "district"),
    ("sisr", "by_levels", "levels"),
    ("ortools", "by_authority", "district"),
    ("floor", "by_floor", "district"),
]


@pytest.mark.parametrize(("engine", "finder", "kind"), FINDERS)
def test_a_plan_the_checker_refuses_is_made_whole_before_it_is_told(
    monkeypatch: Any, capsys: Any, engine: str, finder: str, kind: str
) -> None:
    question = district(3) if kind == "district" else morning()
    everybody = tuple(job.id for job in question.jobs if job.id != "crate")
    broken = schedule(question, [Round(question.vehicles[0].id, everybody * 2)])
    monkeypatch.setattr(f"routing.solver.Task.{finder}", lambda *_, **__: broken)
    text = json.dumps(write_problem(question))
    code, answer, _ = call(monkeypatch, capsys, text, "--engine", engine)
    assert code in (0, 3)
    assert answer["notes"] == ["made whole: the plan found broke a rule"]
    assert check(question, read_solution(answer)) == []


@pytest.mark.parametrize("command", ["solve", "replan"])
def test_a_plan_that_cannot_be_made_whole_is_an_error_that_names_its_faults(
    monkeypatch: Any, capsys: Any, command: str
) -> None:
    question, true = district(3), Travel.seconds
    monkeypatch.setattr(Travel, "seconds", lambda *way: true(*way) * 9 // 10)
    document = {"problem": write_problem(question), "rounds": [], "change": {}}
    arguments = (command, "--engine", "floor", "--seconds", "0")
    code, answer, said = call(monkeypatch, capsys, json.dumps(document), *arguments)
    assert (code, answer["code"]) == (1, 1)
    assert "wrong_time: job" in said


def test_progress_comes_as_json_lines(monkeypatch: Any, capsys: Any) -> None:
    text = json.dumps(load("three_doors_on_a_line")["problem"])
    arguments = ("--seconds", "0.2", "--progress")
    _, _, said = call(monkeypatch, capsys, text, *arguments)
    first = json.loads(said.splitlines()[0])
    assert first["phase"] == "search"
    assert {"seconds", "cost"} <= first.keys()


def test_a_written_solution_passes_the_check_command(
    monkeypatch: Any, capsys: Any
) -> None:
    question = district(seed=5)
    answer = write_solution(solve(question, engine="floor"), question)
    both = {"problem": write_problem(question), "solution": answer}
    code, found, _ = call(monkeypatch, capsys, json.dumps(both), "check")
    assert (code, found) == (0, {"faults": []})
    bare = {**both, "solution": write_solution(solve(question, engine="floor"))}
    code, found, _ = call(monkeypatch, capsys, json.dumps(bare), "check")
    assert (code, found) == (0, {"faults": []})
    answer["routes"][0]["steps"][1]["arrival"] += 60
    code, found, _ = call(monkeypatch, capsys, json.dumps(both), "check")
    assert code == 3
    assert found["faults"][0]["cause"] == "wrong_time"


def test_every_figure_of_a_written_solution_is_counted_again(
    monkeypatch: Any, capsys: Any
) -> None:
    question = district(seed=5)
    given = write_solution(solve(question, engine="floor"), question)

    def figures(told: Any, *path: Any) -> list[tuple[Any, ...]]:
        if isinstance(told, dict | list):
            inside = told.items() if isinstance(told, dict) else enumerate(told)
            return [p for key, more in inside for p in figures(more, *path, key)]
        return [path] if type(told) is int else []

    names = {path[-1] for path in figures(given) if type(path[-1]) is str}
    assert names > {"departs", "ends", "priority", "duration", "waiting_time", "code"}
    for path in figures(given):
        if path[0] == "routes" and path[1] > 0:
            continue  # the first round stands for all
        answer = copy.deepcopy(given)
        *way, last = path
        inner = answer
        for key in way:
            inner = inner[key]
        inner[last] += 1
        both = {"problem": write_problem(question), "solution": answer}
        code, found, _ = call(monkeypatch, capsys, json.dumps(both), "check")
        assert code == 3, path
        assert found["faults"]


@pytest.mark.parametrize("garbage", [None, [], {}, {"routes": 3}, {"summary": {}}])
def test_a_garbage_solution_is_an_input_fault(
    monkeypatch: Any, capsys: Any, garbage: Any
) -> None:
    both = {"problem": load("three_doors_on_a_line")["problem"], "solution": garbage}
    code, _, _ = call(monkeypatch, capsys, json.dumps(both), "check")
    assert code == 2


def test_given_rounds_are_scheduled_in_their_order(
    monkeypatch: Any, capsys: Any
) -> None:
    data = load("three_doors_on_a_line")["problem"]
    data["vehicles"][0]["steps"] = [
        {"type": "start"},
        *({"type": "job", "id": number} for number in (2, 3, 1)),
        {"type": "end"},
    ]
    code, answer, _ = call(monkeypatch, capsys, json.dumps(data), "schedule")
    assert code == 0
    steps = answer["routes"][0]["steps"]
    assert [step["arrival"] for step in steps] == [0, 200, 300, 500, 600]


def test_an_unassigned_job_is_explained_with_a_remedy(
    monkeypatch: Any, capsys: Any
) -> None:
    question = problem("hot_limit_too_far")
    answer = write_solution(solve(question, engine="floor"))
    both = {"problem": write_problem(question), "solution": answer}
    code, said, _ = call(monkeypatch, capsys, json.dumps(both), "explain")
    assert code == 0
    assert said["unassigned"][0]["remedies"][0]["change"] == "age"
    assert said["unassigned"][0]["remedies"][0]["size"] == 100


@pytest.mark.parametrize("seed", range(10))
def test_problems_and_solutions_survive_json_both_ways(seed: int) -> None:
    question = district(seed)
    copy = read_problem(json.loads(json.dumps(write_problem(question))))
    assert copy == question
    answer = solve(question, engine="floor")
    assert read_solution(json.loads(json.dumps(write_solution(answer)))) == answer


def test_the_module_runs_as_a_child_process() -> None:
    text = json.dumps(load("three_doors_on_a_line")["problem"])
    child = subprocess.run(
        [sys.executable, "-m", "routing", "--engine", "floor"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert child.returncode == 0
    assert json.loads(child.stdout)["engine"] == "floor"


def test_the_start_loads_nothing_that_the_kernel_has_no_use_for() -> None:
    child = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "routing", "--steps", "1"],
        input=json.dumps(load("three_doors_on_a_line")["problem"]),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in child.stderr.splitlines()}
    assert "numba" in loaded
    assert not {name for name in loaded if name.startswith(("scipy._", "coverage."))}


def test_a_cancellation_is_replanned_and_tells_who_moves(
    monkeypatch: Any, capsys: Any
) -> None:
    question = district(seed=5)
    plan = solve(question, engine="floor")
    gone = plan.routes[0].jobs[0]
    data = {
        "problem": write_problem(question),
        "rounds": [{"vehicle": r.vehicle, "jobs": list(r.jobs)} for r in plan.rounds],
        "change": {"cancelled": [gone]},
    }
    text = json.dumps(data)
    _, said, _ = call(monkeypatch, capsys, text, "replan", "--seconds", "0")
    assert gone not in [job["id"] for job in said["problem"]["jobs"]]
    both = {"problem": said["problem"], "solution": said["solution"]}
    code, found, _ = call(monkeypatch, capsys, json.dumps(both), "check")
    assert (code, found) == (0, {"faults": []})


def test_whoever_is_added_comes_by_road_too(monkeypatch: Any, capsys: Any) -> None:
    data = {
        "problem": {
            "jobs": [{"id": 1, "location": [116.401, 39.90], "compound": "里"}],
            "vehicles": [{"id": "钱", "profile": "bike", "start": [116.40, 39.90]}],
        },
        "rounds": [{"vehicle": "钱", "jobs": [1]}],
        "change": {"added": [{"id": 2, "location": [116.40, 39.902]}]},
    }
    with road_server() as server:
        text, road = json.dumps(data), f"bike={server.url}"
        flags = ("--seconds", "0", "--osrm", road)
        code, said, _ = call(monkeypatch, capsys, text, "replan", *flags)
    assert (code, said["moved"][0]["why"]) == (0, "added")
    (route,) = said["solution"]["routes"]
    # A second and two metres for ten millionths of a degree: 100 out to the nearer
    # door and 50 at its gate, 300 from there on to the new one.
    assert (route["duration"], route["distance"]) == (450, 800)
    both = {"problem": said["problem"], "solution": said["solution"]}
    code, found, _ = call(monkeypatch, capsys, json.dumps(both), "check")
    assert (code, found) == (0, {"faults": []})


@pytest.mark.parametrize(
    "more",
    [{}, {"change": 3}, {"change": {"added": [3]}}, {"change": {}, "scope": "x"}],
)
def test_a_change_that_cannot_be_read_is_refused(
    monkeypatch: Any, capsys: Any, more: Any
) -> None:
    data = {"problem": load("three_doors_on_a_line")["problem"], **more}
    code, _, _ = call(monkeypatch, capsys, json.dumps(data), "replan", "--seconds", "0")
    assert code == 2


def test_a_solution_that_names_strangers_is_refused(
    monkeypatch: Any, capsys: Any
) -> None:
    question = district(seed=5)
    answer = write_solution(solve(question, engine="floor"))
    other = load("three_doors_on_a_line")["problem"]
    text = json.dumps({"problem": other, "solution": answer})
    assert call(monkeypatch, capsys, text, "explain")[0] == 2
    assert call(monkeypatch, capsys, text, "geojson")[0] == 2


def test_told_to_end_the_child_still_gives_its_best(tmp_path: Any) -> None:
    text = json.dumps(write_problem(district(seed=5)))
    child = subprocess.Popen(
        [sys.executable, "-m", "routing", "--seconds", "60", "--progress"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stderr is not None
    child.stdin.write(text)
    child.stdin.close()
    child.stderr.readline()  # the search has begun
    child.terminate()
    assert child.stdout is not None
    answer = json.loads(child.stdout.read())
    assert child.wait(timeout=120) in (0, 3)
    assert answer["routes"]
    child.stdout.close()
    child.stderr.close()
