"""Whom a dish hurts, what is done about it, and that nobody falls out."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitchen.blocks import Block, blocks_for, clashes_for, servings
from kitchen.clashes import Decision, Reason, Step, answer, clash, diet_of_key
from kitchen.diets import ALLERGENS, Diet, Texture, Vegetarian
from kitchen.food import DishFacts
from tests.kitchen.plates import dish, dishes, order

AT = datetime(2026, 11, 24, 0, 5, tzinfo=UTC)
PEANUT = Reason("allergen", "peanut")


def decision(
    kind: str, *covers: Reason, substitute: str = "", why: str = ""
) -> Decision:
    other = dish(substitute).id if substitute else None
    return Decision(kind, other, why, frozenset(covers), "陈经理", AT)


def kinds(diet: Diet, name: str) -> set[str]:
    return {reason.kind for reason in clash(diet, dish(name))}


@pytest.mark.parametrize(
    ("diet", "name", "expected"),
    [
        (Diet(), "宫保鸡丁", set()),
        (Diet(allergies=("peanut",)), "宫保鸡丁", {"allergen"}),
        (Diet(allergies=("peanut",)), "白米饭", set()),
        (Diet(allergies=("花生",)), "宫保鸡丁", {"allergy_word"}),  # a word, not a code
        (Diet(allergies=("海鲜",)), "清炒虾仁", {"allergy_word"}),
        (Diet(allergies=("海鲜",)), "鱼香肉丝", set()),  # no fish in it
        (Diet(allergies=("香菇",)), "香菇油菜", {"allergy_word"}),
        (Diet(allergies=("青霉素",)), "红烧肉", set()),  # not a food
        (Diet(halal=True), "红烧肉", {"halal"}),
        (Diet(halal=True), "清炒菠菜", set()),
        (Diet(vegetarian=Vegetarian.VEGAN), "番茄炒蛋", {"vegan"}),
        (Diet(vegetarian=Vegetarian.OVO_LACTO), "番茄炒蛋", set()),
        (Diet(vegetarian=Vegetarian.OVO_LACTO), "红烧肉", {"vegetarian"}),
        (Diet(texture=Texture.PUREED), "红烧肉", {"texture"}),
        (Diet(texture=Texture.SOFT), "红烧肉", set()),  # soft already
        (Diet(texture=Texture.SOFT), "清蒸鲈鱼", {"bones"}),
        (Diet(low_salt=True), "红烧肉", {"salt"}),
        (Diet(low_salt=True), "白米饭", set()),
        (Diet(low_salt=True), "咸蛋蒸肉饼", {"salt_raw"}),  # the salt is in the egg
        (Diet(sugar_control=True), "红烧肉", {"sugar"}),
        (Diet(dislikes=("羊肉",)), "白萝卜炖羊肉", {"dislike"}),
        (Diet(dislikes=("羊肉",)), "葱爆羊肉", {"dislike"}),
    ],
)
def test_a_dish_clashes_with(diet: Diet, name: str, expected: set[str]) -> None:
    assert kinds(diet, name) == expected


def test_an_allergic_person_is_never_told_an_unknown_recipe_is_safe() -> None:
    unknown = replace(dish("红烧肉"), recipe=(), allergens=frozenset())
    assert clash(Diet(allergies=("milk",)), unknown) == (Reason("recipe_unknown"),)
    assert clash(Diet(), unknown) == ()


def test_a_dish_of_unknown_sodium_is_salty() -> None:
    unknown = replace(dish("白米饭"), recipe=())
    assert Reason("salt") in clash(Diet(low_salt=True), unknown)


def test_the_kitchen_answers_diets_by_itself_and_leaves_allergies_open() -> None:
    porridge = answer([Reason("texture", "pureed")], dish("红烧肉"), None)
    assert porridge == ((Step("puree"),), False)
    assert answer([Reason("salt")], dish("红烧肉"), None) == (
        (Step("low_salt"),),
        False,
    )
    assert answer([PEANUT], dish("宫保鸡丁"), None) == ((), True)


def test_a_disliked_seasoning_is_left_out_and_a_disliked_dish_only_noted() -> None:
    leek = Reason("dislike", "大葱")
    assert answer([leek], dish("红烧肉"), None) == ((Step("omit", "大葱"),), False)
    lamb = Reason("dislike", "羊肉")
    assert answer([lamb], dish("葱爆羊肉"), None) == ((Step("prefer", "羊肉"),), False)


def test_leaving_the_peanuts_out_needs_a_clean_pan() -> None:
    steps, is_open = answer([PEANUT], dish("宫保鸡丁"), decision("omit", PEANUT))
    assert Step("clean_pan") in steps
    assert any(step.kind == "omit" and "花生" in step.word for step in steps)
    assert not is_open


def test_an_override_covers_only_what_was_known_when_it_was_made() -> None:
    chicken = dish("宫保鸡丁")
    written = decision("override", PEANUT, why="家属书面确认")
    assert answer([PEANUT], chicken, written) == (
        (Step("as_is", "家属书面确认"),),
        False,
    )
    later = [PEANUT, Reason("allergen", "soy")]
    assert answer(later, chicken, written)[1]


def test_people_with_the_same_clashes_are_one_block() -> None:
    soft = Diet(texture=Texture.PUREED, low_salt=True)
    orders = [
        order(1, diet=soft),
        order(2, diet=soft, size="small"),
        order(3),
        order(4, diet=Diet(texture=Texture.PUREED)),
    ]
    blocks = clashes_for(orders, {"A": [dish("红烧肉")]}, {}, {})
    assert [(block.portions, block.by_size["small"]) for block in blocks] == [
        (2, 1),
        (1, 0),
    ]
    assert blocks[0].steps == (Step("low_salt"), Step("puree"))


def test_an_undecided_allergy_is_an_open_block_until_someone_decides() -> None:
    chicken, fish = dish("宫保鸡丁"), dish("番茄龙利鱼")
    orders = [order(1, diet=Diet(allergies=("peanut",))), order(2)]
    sets = {"A": [chicken]}
    before = clashes_for(orders, sets, {}, {})
    assert [block.is_open for block in before] == [True]
    decided = {(1, chicken.id): decision("substitute", substitute="番茄龙利鱼")}
    after = clashes_for(orders, sets, decided, {fish.id: fish})
    assert [(b.dish, b.source, b.is_open) for b in after] == [(fish, chicken, False)]


def test_a_substitute_that_hurts_too_stays_open() -> None:
    chicken, fish = dish("宫保鸡丁"), dish("番茄龙利鱼")
    both = order(1, diet=Diet(allergies=("peanut", "fish")))
    decided = {(1, chicken.id): decision("substitute", substitute="番茄龙利鱼")}
    blocks = clashes_for([both], {"A": [chicken]}, decided, {fish.id: fish})
    assert [block.is_open for block in blocks] == [True]


def test_a_spare_follows_what_was_decided_for_its_diet() -> None:
    chicken, fish = dish("宫保鸡丁"), dish("番茄龙利鱼")
    allergic = diet_of_key("allergy:peanut")
    orders = [order(1, diet=allergic), order(None, diet=allergic)]
    decided = {(1, chicken.id): decision("substitute", substitute="番茄龙利鱼")}
    blocks = clashes_for(orders, {"A": [chicken]}, decided, {fish.id: fish})
    assert [(block.dish, block.portions) for block in blocks] == [(fish, 2)]


def test_whoever_chose_a_set_the_menu_lacks_gets_set_a() -> None:
    blocks = blocks_for([order(1, choice="B")], {"A": [dish("红烧肉")]}, {}, {})
    assert [(block.dish, block.portions) for block in blocks] == [(dish("红烧肉"), 1)]


diets = st.builds(
    Diet,
    texture=st.sampled_from(Texture),
    low_salt=st.booleans(),
    sugar_control=st.booleans(),
    halal=st.booleans(),
    vegetarian=st.sampled_from(Vegetarian),
    allergies=st.lists(
        st.sampled_from([*ALLERGENS, "香菇", "海鲜"]), max_size=2, unique=True
    ).map(tuple),
    dislikes=st.lists(st.sampled_from(["羊肉", "葱", "蒜"]), max_size=1).map(tuple),
)
menus = st.lists(
    st.sampled_from(sorted(dishes())), min_size=1, max_size=6, unique=True
).map(lambda codes: [dishes()[code] for code in codes])


@given(diet=diets)
def test_a_packing_key_says_the_diet_again(diet: Diet) -> None:
    assert diet_of_key(diet.key) == replace(diet, dislikes=())


@settings(max_examples=60, deadline=None)
@given(people=st.lists(diets, max_size=12), menu=menus, spare=diets)
def test_nobody_is_dropped_from_any_dish(
    people: list[Diet], menu: list[DishFacts], spare: Diet
) -> None:
    orders = [order(n, diet=diet) for n, diet in enumerate(people, start=1)]
    orders.append(order(None, diet=diet_of_key(spare.key), portions=3))
    served = list(servings(orders, {"A": menu}, {}, {}))
    assert len(served) == len(orders) * len(menu)
    blocks: list[Block] = blocks_for(orders, {"A": menu}, {}, {})
    for each in menu:
        assert sum(b.portions for b in blocks if b.dish == each) == len(people) + 3


@settings(max_examples=60, deadline=None)
@given(people=st.lists(diets, min_size=1, max_size=8), menu=menus)
def test_no_allergen_is_served_without_a_decision(
    people: list[Diet], menu: list[DishFacts]
) -> None:
    orders = [order(n, diet=diet) for n, diet in enumerate(people, start=1)]
    for order_, serving in servings(orders, {"A": menu}, {}, {}):
        if set(order_.diet.allergies) & serving.dish.allergens:
            assert serving.is_open
