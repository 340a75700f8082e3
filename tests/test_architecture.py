"""Who may import whom, read from the syntax tree (CONTRIBUTING.md, "Directions").

Imports inside functions count as well: a lazy import is still a dependency.
"""

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

from kitchen.at_hand import THE_DAYS_WORK

ROOT = Path(__file__).resolve().parent.parent

# The order of the day. A module imports only modules above its own line; those on one
# line may use each other. A new module gets its place here, or the test fails.
KITCHEN_ORDER = """
    errors
    lateness off_loop made_once
    calendar coordinates names identity diets
    workbooks sheets
    transactions sqlite_engine postgres_engine database upgrading
    sealing audit at_hand vouching acts closed_days
    passwords
    staff
    place_tables
    approved_prices
    place_changes
    places
    tablets
    certificates hands
    people_tables people_facts people_trace
    elders
    addresses people_changes people_looks
    people_search cards
    enrolment
    registry
    tariffs
    pricing
    tariff_texts scheme_examples
    subsidies
    ledger
    recoveries
    purses
    meal_prices
    programmes
    plan_tables plan_facts
    plan_readers
    plan_changes
    plans
    people_columns people_words people_sheet people_doubles intake
    listings
    food nutrition food_files scaling prices menu_rules
    compositions recipes
    menu_days menu_edits menus menu_cycles
    headcount_tables headcount_facts headcount_readers
    count_closing late_changes headcounts
    closures
    weather
    forecasts forecast_replays
    attendance
    attendance_lists
    clashes dish_variants blocks clash_groups decisions variety equipment dish_traits
    consequences
    menu_questions menu_proposals
    packing portions pot_choices kitchen_day pot_planning
    production_records use_by
    batches samples production wastes
    goods buying
    print_versions prints
    distances
    drivers driver_absences driver_bonds driver_papers driver_starts
    round_tables
    stops round_preferences timetables round_inputs round_levels
    round_jobs rounds
    round_plans round_steps round_prices round_insertion
    round_thinking round_drafts round_publishing standing_rounds
    round_habits round_scopes
    round_changes round_proposals round_mending round_reasons boards driver_scope
    meal_tables
    meal_books meal_gates
    handing_over meal_voids
    meals
    meal_history
    round_sheets
    dispatches
    outcomes delivery_tables door_ladders second_visits door_cases
    deliveries sheet_returns loadings doors door_steps ladder_numbers delivery_days
    round_passes trip_acts
    counters
    receipts transfers leftovers counter_voids
    guests shifts
    servings day_packs till_tables
    till_reports till_decisions till_tallies
    dining
    feedback
    feedback_slips
    door_meals driver_work
    observations incidents callbacks standings
    provider_scores
    food_clocks trip_temperatures
    balance day_close
    reached
    recalls origins
    findings
    corrections
    settlement
    claim_packs claim_payments
    claims statements
    costs
    schema
    demo_people demo_menus
    demo_goods demo_history demo_hands demo_helpers demo_attendance demo_money
    demo_voices
    demo
"""
LINE_OF = {
    name: line
    for line, names in enumerate(KITCHEN_ORDER.split("\n"))
    for name in names.split()
}
SEARCHING = ("numpy", "numba", "ortools")
ROADS = ("osmium", "scipy")  # an optional extra
ROUTING_MAY_IMPORT = {*sys.stdlib_module_names, "routing", *SEARCHING, *ROADS}
WEB = {"app", "litestar", "litestar_htmx", "jinja2", "weasyprint", "uvicorn", "click"}
CLOCK = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "time.ctime",
}
QUERIES = {"select", "objects"}
WHOLE_NUMBERS = {"Integer", "BigInt", "SmallInt"}


def modules(*folders: str) -> list[Path]:
    return sorted(path for name in folders for path in (ROOT / name).rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=relative(path))


@cache
def imports(path: Path, lazy: bool = True) -> set[str]:
    """Dotted names of all modules imported; `from kitchen import x` is kitchen.x.

    Without `lazy`, only what loading the module itself imports.
    """
    found = set()
    for node in ast.walk(tree(path)) if lazy else tree(path).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            found.add(module)
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def packages(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(path)}


def dotted(node: ast.expr) -> str:
    """`datetime.datetime.now` as written, as far as it is names and dots."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


@cache
def uses(path: Path) -> set[str]:
    nodes = ast.walk(tree(path))
    return {dotted(node) for node in nodes if isinstance(node, ast.Attribute)}


def part_of(path: Path) -> str:
    """The kitchen module a file belongs to: its own name, or its sub-package's."""
    return path.relative_to(ROOT / "kitchen").parts[0].removesuffix(".py")


def kitchen_modules() -> list[Path]:
    return [
        path
        for path in modules("kitchen")
        if path.parent != ROOT / "kitchen" / "upgrades" and path.stem != "__init__"
    ]


def test_routing_knows_neither_food_nor_web() -> None:
    strangers = {
        (relative(path), package)
        for path in modules("routing")
        for package in packages(path) - ROUTING_MAY_IMPORT
    }
    assert strangers == set()


def test_kitchen_knows_no_web() -> None:
    strangers = {
        (relative(path), package)
        for path in modules("kitchen")
        for package in packages(path) & WEB
    }
    assert strangers == set()


def test_only_rounds_translate_between_kitchen_and_routing() -> None:
    users = {part_of(p) for p in modules("kitchen") if "routing" in packages(p)}
    assert users <= {
        *("rounds", "round_jobs", "round_levels", "round_prices"),
        *("round_mending", "round_reasons"),
    }


def test_every_kitchen_module_has_its_place_in_the_order() -> None:
    homeless = {part_of(path) for path in kitchen_modules()} - set(LINE_OF)
    assert homeless == set(), "give it a line in KITCHEN_ORDER"


def test_a_kitchen_module_imports_only_modules_above_it() -> None:
    uphill = [
        f"{relative(path)} imports kitchen.{other}"
        for path in kitchen_modules()
        for name in sorted(imports(path))
        if name.startswith("kitchen.")
        for other in [name.split(".")[1]]
        if other in LINE_OF and part_of(path) in LINE_OF
        if LINE_OF[other] > LINE_OF[part_of(path)]
    ]
    assert uphill == []


@pytest.mark.parametrize("package", ["app", "kitchen", "routing", "planning"])
def test_loading_a_module_goes_in_no_circle(package: str) -> None:
    graph = {
        relative(path).removesuffix(".py").replace("/", "."): imports(path, lazy=False)
        for path in modules(package)
    }
    done: set[str] = set()

    def walk(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " → ".join((*trail, module))
        if module in done:
            return
        for other in sorted(graph[module] & graph.keys()):
            walk(other, (*trail, module))
        done.add(module)

    for module in graph:
        walk(module, ())


@pytest.mark.parametrize(
    ("package", "home"),
    [
        ("weasyprint", "app/printing.py"),
        ("numba", "routing/"),
        ("litestar", "app/"),
        ("jinja2", "app/"),
        ("click", "app/"),
        ("pydantic_settings", "app/settings.py"),
    ],
)
def test_a_library_is_used_in_one_home_only(package: str, home: str) -> None:
    users = {
        relative(path)
        for path in modules("app", "kitchen", "routing")
        if package in packages(path)
    }
    assert {user for user in users if not user.startswith(home)} == set()


def test_the_solver_is_in_the_two_libraries_that_search() -> None:
    users = {
        relative(path)
        for path in modules("app", "kitchen", "routing", "planning")
        if "ortools" in packages(path)
    }
    homes = ("routing/", "planning/")
    assert {user for user in users if not user.startswith(homes)} == set()


def test_planning_knows_neither_food_nor_kitchen_nor_web() -> None:
    known = {*sys.stdlib_module_names, "planning", "ortools"}
    strangers = {
        (relative(path), package)
        for path in modules("planning")
        for package in packages(path) - known
    }
    assert strangers == set()
    speakers = {part_of(p) for p in modules("kitchen") if "planning" in packages(p)}
    assert speakers <= {"menu_questions", "menu_proposals"}


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        relative(path)
        for path in modules("app", "kitchen", "routing")
        if {"os.environ", "os.getenv"} & (uses(path) | imports(path))
    }
    assert readers <= {"app/settings.py"}


def test_only_the_doorway_looks_at_the_clock() -> None:
    lookers = {
        (relative(path), use)
        for path in modules("kitchen", "routing")
        for use in uses(path)
        if any(use == clock or use.endswith(f".{clock}") for clock in CLOCK)
    }
    assert lookers == set()


def test_controllers_never_import_each_other() -> None:
    friends = {
        (relative(path), name)
        for path in modules("app/controllers")
        for name in imports(path)
        if name.startswith("app.controllers.")
        if path.stem != "__init__"
    }
    assert friends == set()


def test_controllers_build_no_query() -> None:
    builders = {
        relative(path)
        for path in modules("app/controllers")
        if "piccolo" in packages(path)
        or any(use.rpartition(".")[2] in QUERIES for use in uses(path))
    }
    assert builders == set()


def test_money_is_kept_in_whole_fen() -> None:
    fractions = [
        f"{relative(path)}: {target.id}"
        for path in modules("kitchen")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id.endswith("_fen")
        if dotted(node.value.func)[:1].isupper()  # a column or another class
        if dotted(node.value.func) not in WHOLE_NUMBERS
    ]
    assert fractions == []


WHAT_IS_KNOWN_OF_PEOPLE = {
    *("Elder", "Address", "Contact", "Category", "Household", "Building", "Area"),
    *("Kitchen", "DiningPoint", "MealService", "ListPrice", "ServiceOverride"),
    *("ApprovedPrice", "Scheme", "SchemeVersion", "PurseGrant", "PurseExpiry"),
}
WRITERS = {"insert", "insert_many", "update_row"}


def test_the_days_work_writes_nothing_that_is_known_of_people() -> None:
    """Only so may it lie at hand while the day goes on. A module that records such an
    act and writes one of those tables has to be looked at."""
    prefixes = tuple(f"{done_to}." for done_to in THE_DAYS_WORK)
    both = set()
    for path in modules("kitchen"):
        words = [n.value for n in ast.walk(tree(path)) if isinstance(n, ast.Constant)]
        if not any(isinstance(w, str) and w.startswith(prefixes) for w in words):
            continue
        calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
        written = {
            dotted(call.args[0])
            for call in calls
            if dotted(call.func) in WRITERS and call.args
        } | {
            dotted(call.func).removesuffix(".update")
            for call in calls
            if dotted(call.func).endswith(".update")
        }
        both |= {(relative(path), name) for name in written & WHAT_IS_KNOWN_OF_PEOPLE}
    assert both == set()
