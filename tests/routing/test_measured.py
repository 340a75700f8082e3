"""What the benchmark keeps: the newest answer, and a page changed only where asked."""

from dataclasses import replace
from pathlib import Path

from benchmarks import routing_measured as measured
from benchmarks.routing_measured import Measured

ROW = Measured(
    part="public10",
    instance="R104",
    engine="sisr",
    version="a",
    seed=1,
    cost=9760,
    rounds=10,
    left_out=0,
    violations=0,
    load=1.5,
    day="2026-11-28",
)


def test_the_newest_answer_of_each_engine_and_instance_counts(tmp_path: Path) -> None:
    store = tmp_path / "measured.csv"
    assert measured.read(store) == {}
    other = replace(ROW, engine="pyvrp", cost=9813)
    for row in (ROW, other, replace(ROW, version="b", cost=9750)):
        measured.add(row, store)
    assert measured.read(store) == {
        ROW.place: replace(ROW, version="b", cost=9750),
        other.place: other,
    }


def test_a_table_replaces_its_own_lines_of_the_page_and_nothing_else(
    tmp_path: Path,
) -> None:
    page = tmp_path / "page.md"
    page.write_text("one\n\n<!-- a -->\nold\n<!-- end of a -->\n\ntwo\n")
    measured.put("a", ["new", r"\1"], page)
    measured.put("b", ["more"], page)
    assert page.read_text() == (
        "one\n\n<!-- a -->\nnew\n\\1\n<!-- end of a -->\n\ntwo\n\n"
        "<!-- b -->\nmore\n<!-- end of b -->\n"
    )


def test_what_another_kernel_measured_is_starred() -> None:
    assert "*" in measured.remark([ROW])[0]
    now = replace(ROW, version=measured.kernel_version())
    assert measured.remark([now])[0] == "Measured 2026-11-28, load 1.5 to 1.5."
