"""Nobody is served an allergen without an override row that names who and why."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from kitchen.blocks import Order, servings
from kitchen.clashes import NEVER, Decision, Reason, clash, offending
from kitchen.diets import ALLERGENS, Diet, Texture, Vegetarian
from kitchen.dish_variants import NEEDS
from kitchen.food import DishFacts, Variant
from tests.kitchen.plates import dishes, order

ALL = sorted(dishes().values(), key=lambda one: one.code)
BY_ID = {one.id: one for one in ALL}
WORDS = ("花生", "海鲜", "蛋", "虾", "牛肉", "芒果", "香菇")

diets = st.builds(
    Diet,
    texture=st.sampled_from(Texture),
    low_salt=st.booleans(),
    sugar_control=st.booleans(),
    halal=st.booleans(),
    vegetarian=st.sampled_from(Vegetarian),
    allergies=st.lists(
        st.sampled_from((*ALLERGENS, *WORDS)), max_size=3, unique=True
    ).map(tuple),
    dislikes=st.lists(st.sampled_from(WORDS), max_size=2, unique=True).map(tuple),
)


@st.composite
def varied(draw: st.DrawFn) -> DishFacts:
    """A dish with standing variants, sensible or not."""
    dish = draw(st.sampled_from(ALL))
    needs = draw(st.lists(st.sampled_from(NEEDS), max_size=4, unique=True))
    made = [Variant(need, draw(st.sampled_from(ALL)).id, "") for need in needs]
    return replace(dish, variants=tuple(made))


@st.composite
def meals(
    draw: st.DrawFn,
) -> tuple[list[Order], dict[str, list[DishFacts]], dict[tuple[int, int], Decision]]:
    """Some people, a menu, and decisions of every kind – sensible or not."""
    sets = {
        choice: draw(st.lists(varied(), min_size=1, max_size=6, unique=True))
        for choice in ("A", "B")
    }
    people = [
        order(
            n if n < 6 else None, diet=draw(diets), choice=draw(st.sampled_from("AB"))
        )
        for n in range(1, 8)
    ]
    decided = {}
    for person in people:
        for dish in sets["A"] + sets["B"]:
            if person.elder_id is None or not draw(st.booleans()):
                continue
            known = clash(person.diet, dish)
            covers = (
                draw(st.lists(st.sampled_from(known), unique=True)) if known else []
            )
            decided[person.elder_id, dish.id] = Decision(
                kind=draw(st.sampled_from(("omit", "substitute", "override"))),
                substitute_id=draw(st.sampled_from(ALL)).id,
                reason="家属书面同意",
                covers=frozenset(covers),
                by="陈经理",
                at=datetime(2026, 11, 24, tzinfo=UTC),
            )
    return people, sets, decided


def is_left_out(reason: Reason, dish: DishFacts, steps: set[tuple[str, str]]) -> bool:
    """Whether everything the allergy is about stays out of a clean pan."""
    about = {line.ingredient.name for line in offending(reason, dish)}
    out = {word for kind, word in steps if kind == "omit"}
    return bool(about) and about <= out and ("clean_pan", "") in steps


@given(meals())
@settings(max_examples=150, deadline=None)
def test_nobody_is_served_an_allergen_without_an_override(
    meal: tuple[
        list[Order], dict[str, list[DishFacts]], dict[tuple[int, int], Decision]
    ],
) -> None:
    people, sets, decided = meal
    for person, serving in servings(people, sets, decided, BY_ID):
        if serving.is_open:
            continue  # in no pot until somebody decides
        steps = {(step.kind, step.word) for step in serving.steps}
        source = serving.source or serving.dish
        decision = decided.get((person.elder_id or 0, source.id))
        for reason in clash(person.diet, serving.dish):
            if reason.kind not in NEVER or is_left_out(reason, serving.dish, steps):
                continue
            assert decision is not None, (person.diet, serving.dish.name)
            assert decision.kind == "override"
            assert reason in decision.covers
            assert decision.by
            assert decision.reason
            assert ("as_is", decision.reason) in steps
