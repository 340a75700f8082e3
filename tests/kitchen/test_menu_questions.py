"""Menus proposed by the planner, examined by the kitchen's rules; impossible weeks."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from benchmarks.menu_cases import question
from kitchen.diets import Diet, Vegetarian
from kitchen.food import RecipeLine
from kitchen.menu_questions import (
    Question,
    Stock,
    cells_of,
    examined,
    problem_of,
    proposed,
)
from kitchen.menu_rules import usual_rules
from kitchen.menus import DayMenu, MenuLine, Place
from planning.plan import faults
from planning.solver import solve
from tests.kitchen.plates import dish, dishes, ingredients, order

ALL = tuple(dishes().values())
MONDAY = date(2026, 11, 30)
DAYS = tuple(MONDAY + timedelta(days=n) for n in range(3))
KILO = {food.id: 1000 for food in ingredients().values()}
PEOPLE = [
    order(1),
    order(2, diet=Diet(allergies=("peanut",))),
    order(3, diet=Diet(vegetarian=Vegetarian.OVO_LACTO)),
    order(4, diet=Diet(halal=True)),
    order(5, diet=Diet(dislikes=("茄子",))),
    order(6, diet=Diet(low_salt=True), way="dine_in"),
]


def asked(**facts: object) -> Question:
    values = {
        "days": DAYS,
        "meal": "lunch",
        "dishes": ALL,
        "orders": dict.fromkeys(DAYS, PEOPLE),
        "menus": {day: DayMenu(1, day, "lunch") for day in DAYS},
        "rules": replace(usual_rules("lunch"), budget_fen=1000),
        "prices": KILO,
        **facts,
    }
    return Question(**values)


def planned(
    wanted: Question, seconds: float = 4
) -> tuple[dict[Place, int | None], str]:
    made = problem_of(wanted)
    plan = solve(made.problem, seconds)
    return cells_of(wanted, made.items, plan.cells), plan.status


def test_a_proposal_feeds_everybody_and_breaks_no_rule() -> None:
    wanted = asked(stock=(Stock("冬瓜", DAYS[1]),))
    cells, status = planned(wanted)
    assert status in ("optimal", "feasible")
    assert examined(wanted, cells) == []
    menus = proposed(wanted, cells)
    assert all(menu.dish_at("A", row) for menu in menus.values() for row in range(1, 6))
    assert any("冬瓜" in d.name for day in DAYS[:2] for d in menus[day].dishes)


def test_four_weeks_are_planned_at_once() -> None:
    """Twenty days, three rows: nothing left open, no rule broken."""
    days = [MONDAY + timedelta(days=n) for n in range(28)]
    month = tuple(day for day in days if day.weekday() < 5)
    wanted = asked(
        days=month,
        orders=dict.fromkeys(month, PEOPLE),
        menus={day: DayMenu(1, day, "lunch") for day in month},
        rows=(1, 3, 5),
        second_rows=(1,),
    )
    cells, status = planned(wanted, 15)
    assert status in ("optimal", "feasible")
    assert examined(wanted, cells) == []
    menus = proposed(wanted, cells)
    mains = [menus[day].dish_at("A", 1) for day in month]
    assert None not in mains
    for week in range(4):  # nothing twice within seven days
        assert len(set(mains[week * 5 : week * 5 + 5])) == 5


def test_the_bench_case_is_feasible_and_examined_clean() -> None:
    wanted = question(3, ALL, people=60)
    made = problem_of(wanted)
    plan = solve(made.problem, 8)
    assert plan.status in ("optimal", "feasible")
    assert faults(made.problem, plan.cells) == []
    assert examined(wanted, cells_of(wanted, made.items, plan.cells)) == []
    assert plan.bound <= plan.total


def test_locked_cells_stay_and_their_repetition_counts() -> None:
    held = DayMenu(1, DAYS[0], "lunch", (MenuLine("A", 1, dish("红烧肉")),))
    wanted = asked(menus={**asked().menus, DAYS[0]: held})
    cells, _status = planned(wanted)
    assert proposed(wanted, cells)[DAYS[0]].dish_at("A", 1) == dish("红烧肉")
    assert examined(wanted, cells) == []
    free = replace(wanted, keep_planned=False)
    assert len(problem_of(free).problem.fixed) == 0


BROKEN: dict[str, dict[Place, str | None]] = {
    "diet": {Place(DAYS[0], "A", 5): "红烧肉"},  # no vegetarian, no halal
    "budget": {Place(DAYS[0], "A", row): "清炒虾仁" for row in (1, 2, 3, 4)},
    "empty": {Place(DAYS[0], "A", 1): None},
}


@pytest.mark.parametrize("kind", BROKEN)
def test_the_examination_finds_what_is_wrong_with_a_proposal(kind: str) -> None:
    rules = replace(usual_rules("lunch"), budget_fen=700)
    wanted = asked(rules=rules)
    cells, _status = planned(replace(wanted, rules=usual_rules("lunch")), 2)
    broken = {
        place: dish(name).id if name else None for place, name in BROKEN[kind].items()
    }
    found = examined(wanted, {**cells, **broken})
    assert kind in {fault.kind for fault in found}


def test_a_person_whom_nothing_suits_is_named_with_the_row() -> None:
    strict = Diet(
        vegetarian=Vegetarian.VEGAN,
        allergies=("gluten", "soy", "白萝卜", "egg", "milk"),
    )
    nothing = Diet(allergies=tuple({i.name for i in ingredients().values()}))
    for diet in (strict, nothing):
        wanted = asked(orders={day: [order(1, diet=diet)] for day in DAYS})
        made = problem_of(wanted)
        plan = solve(made.problem, 5)
        if plan.status == "infeasible":
            assert {fault.kind for fault in plan.faults} == {"diet"}
    assert plan.status == "infeasible"
    assert {fault.name.split("|")[0] for fault in plan.faults} == set("12345")
    assert {fault.day for fault in plan.faults} == {0, 1, 2}


def test_a_budget_nobody_can_cook_for_is_named_with_what_is_missing() -> None:
    wanted = asked(rules=replace(usual_rules("lunch"), budget_fen=1))
    made = problem_of(wanted)
    plan = solve(made.problem, 5)
    assert plan.status == "infeasible"
    assert {fault.kind for fault in plan.faults} == {"budget"}
    assert all(fault.amount > 0 for fault in plan.faults)


def test_one_pot_is_too_few_for_thousands() -> None:
    crowd = [order(n, portions=9) for n in range(1, 400)]
    rules = replace(usual_rules("lunch"), pots=1, steamers=0, ovens=0)
    wanted = asked(orders=dict.fromkeys(DAYS, crowd), rules=rules)
    plan = solve(problem_of(wanted).problem, 5)
    assert plan.status == "infeasible"
    assert {fault.name for fault in plan.faults} <= {"pot", "steamer", "oven"}


def test_no_dish_out_of_season_or_unfit_for_the_road_is_proposed() -> None:
    names = {d.name: d for d in asked().usable}
    assert all(d.hot_hold_ok for d in names.values())
    assert all("夏" not in d.season or "秋冬" in d.season for d in names.values())
    eaten = asked(orders={day: [order(1, way="dine_in")] for day in DAYS})
    assert any(not d.hot_hold_ok for d in eaten.usable)


def test_puree_is_nobodys_usual_meal() -> None:
    made = problem_of(asked())
    chewed = [slot for slot in made.problem.slots if slot.row != 4]  # all but soups
    textures = {made.items[n].texture for slot in chewed for n in slot.items}
    assert textures <= {"regular", "soft"}


def test_what_nobody_knows_counts_as_the_dearest_and_saltiest() -> None:
    """Pork without a price, salt without its sodium: no dish is cheap or mild by it."""
    pork = dish("鱼香肉丝").recipe[0].ingredient.id
    made = problem_of(asked(prices={k: fen for k, fen in KILO.items() if k != pork}))
    costs = dict(zip(made.items, (i.cost_fen for i in made.problem.items), strict=True))
    priced = [
        fen
        for each, fen in costs.items()
        if all(line.ingredient.id != pork for line in each.recipe)
    ]
    assert costs[dish("鱼香肉丝")] == max(priced)

    def unknown(line: RecipeLine) -> RecipeLine:
        known = {k: n for k, n in line.ingredient.per_100g.items() if k != "na_mg"}
        return replace(line, ingredient=replace(line.ingredient, per_100g=known))

    mild = made.items[0]
    blank = replace(mild, recipe=tuple(map(unknown, mild.recipe)))
    made = problem_of(asked(dishes=(blank, *(d for d in ALL if d != mild))))
    salt = dict(zip(made.items, (i.na_mg for i in made.problem.items), strict=True))
    assert salt[mild] == max(salt.values()) > 0
