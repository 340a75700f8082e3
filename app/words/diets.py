"""How diets, clashes and what the cook does about them are said.

Words about food, never about illness: they are printed on labels and sheets.
"""

from collections.abc import Iterable

from app.i18n import N_, language
from app.i18n import translate as _
from kitchen.blocks import Block
from kitchen.clash_groups import DecidedGroup
from kitchen.clashes import NEVER, Reason, Step, diet_of_key
from kitchen.diets import Diet, Texture, Vegetarian
from kitchen.food import DishFacts, IngredientFacts

REGULAR = N_("普通")
TEXTURE_WORDS = {
    "regular": N_("普食"),
    "soft": N_("软食"),
    "semi_liquid": N_("半流质"),
    "pureed": N_("糊状"),
}
VEGETARIAN_WORDS = {"ovo_lacto": N_("蛋奶素"), "vegan": N_("全素")}
ALLERGEN_WORDS = {
    "gluten": N_("麸质"),
    "crustacean": N_("虾蟹"),
    "fish": N_("鱼"),
    "egg": N_("蛋"),
    "peanut": N_("花生"),
    "soy": N_("大豆"),
    "milk": N_("奶"),
    "tree_nut": N_("坚果"),
}
CATEGORY_WORDS = {
    "main": N_("主荤"),
    "half": N_("次荤"),
    "vegetable": N_("素菜"),
    "soup": N_("汤"),
    "staple": N_("主食"),
}
REASON_WORDS = {
    "allergen": N_("{food}过敏"),
    "allergy_word": N_("{food}过敏"),
    "recipe_unknown": N_("配料不明，有过敏者"),
    "halal": N_("清真"),
    "halal_meat": N_("清真，须认证肉"),
    "vegetarian": N_("蛋奶素"),
    "vegan": N_("全素"),
    "texture": N_("要{food}"),
    "bones": N_("有骨刺"),
    "salt": N_("低盐"),
    "salt_raw": N_("低盐，但盐在原料里"),
    "sugar": N_("控糖"),
    "dislike": N_("不吃{food}"),
}
STEP_WORDS = {
    "soften": N_("煮软切小"),
    "mince": N_("切成细碎湿软"),
    "puree": N_("搅打成糊"),
    "debone": N_("去净骨刺"),
    "low_salt": N_("另锅少盐，调料减半"),
    "no_sugar": N_("另锅不放糖"),
    "omit": N_("不放{food}"),
    "clean_pan": N_("单独干净锅具"),
    "certified_meat": N_("单独锅具，用认证肉"),
    "as_is": N_("照常：{food}"),
    "prefer": N_("有条件换别的"),
    "variant": "{food}",
}
ROW_WORDS = {
    1: N_("主荤"),
    2: N_("次荤"),
    3: N_("素菜"),
    6: N_("素菜二"),
    4: N_("汤"),
    5: N_("主食"),
}


def joined(words: Iterable[str]) -> str:
    """Words beside each other on a label: 软食·低盐."""
    return "·".join(words)


def allergy_word(allergy: str) -> str:
    """花生过敏; a code in the reader's language, a person's own word as it is."""
    return _("{food}过敏", food=food_word(allergy))


def food_word(code: str) -> str:
    """An allergen class in words; any other word stays as somebody wrote it."""
    return _(ALLERGEN_WORDS[code]) if code in ALLERGEN_WORDS else code


def diet_words(diet: Diet) -> list[str]:
    """Everything about one person's food, one word each; empty for plain food."""
    return [*_needs(diet), *(_("不吃{food}", food=word) for word in diet.dislikes)]


def _needs(diet: Diet) -> list[str]:
    words = []
    if diet.texture is not Texture.REGULAR:
        words.append(_(TEXTURE_WORDS[diet.texture]))
    if diet.low_salt:
        words.append(_("低盐"))
    if diet.sugar_control:
        words.append(_("控糖"))
    if diet.halal:
        words.append(_("清真"))
    if diet.vegetarian is not Vegetarian.NO:
        words.append(_(VEGETARIAN_WORDS[diet.vegetarian]))
    return [*words, *(allergy_word(name) for name in diet.allergies)]


def key_word_list(key: str) -> list[str]:
    """The words of a packing group, one each; 普通 for plain food."""
    return _needs(diet_of_key(key)) or [_(REGULAR)]


def key_words(key: str) -> str:
    """A packing group as one label: 普通, 软食·低盐, 花生过敏."""
    return joined(key_word_list(key))


def dish_name(dish: DishFacts | IngredientFacts) -> str:
    """A dish or an ingredient in the reader's language."""
    return dish.name_en if language.get() == "en" and dish.name_en else dish.name


def need_words(need: str) -> str:
    """What a dish's variant is for: 低盐, 要糊状, 花生过敏."""
    kind, _colon, word = need.partition(":")
    return reason_words(Reason(kind, word))


def reason_words(reason: Reason) -> str:
    """Why a dish is not for someone: 花生过敏, 要糊状, 不吃羊肉."""
    if reason.kind == "texture":
        return _("要{food}", food=_(TEXTURE_WORDS[reason.word]))
    return _(REASON_WORDS[reason.kind], food=food_word(reason.word))


def step_words(step: Step) -> str:
    """What the cook does about it: 搅打成糊, 不放花生米."""
    return _(STEP_WORDS[step.kind], food=food_word(step.word))


def steps_words(steps: Iterable[Step]) -> str:
    """Several steps one after the other, as the cook reads them."""
    return " · ".join(step_words(step) for step in steps)


def block_reasons(block: Block) -> list[str]:
    """Why this block is different, one word each."""
    return list(dict.fromkeys(reason_words(reason) for reason in block.reasons))


def decision_words(group: DecidedGroup) -> str:
    """What was decided: 换番茄炒蛋; 不放花生米 · 单独干净锅具."""
    if group.instead is not None:
        return _("换{dish}", dish=dish_name(group.instead))
    return steps_words(group.steps)


def reason_tags(reasons: Iterable[Reason]) -> list[tuple[str, str]]:
    """Each reason with the kind of its tag: an allergy looks different."""
    return [
        (reason_words(reason), "allergy" if reason.kind in NEVER else "diet")
        for reason in reasons
    ]


def block_instruction(block: Block) -> str:
    """What the cook reads: 换清蒸鱼块 · 单独干净锅具; 还没有定做法 while open."""
    words = [steps_words(block.steps)] if block.steps else []
    if block.source is not None:
        words.insert(0, _("换{dish}", dish=dish_name(block.dish)))
    if block.is_open:
        words.append(_("还没有定做法"))
    return " · ".join(words)


def undecided_words(dishes: Iterable[DishFacts]) -> str:
    """What nobody has decided yet: 不能吃红烧肉、花生酥，还没定怎么办."""
    names = _("、").join(dish_name(dish) for dish in dishes)
    return _("不能吃{dishes}，还没定怎么办", dishes=names)


def joined_words(categories: Iterable[str]) -> str:
    """Categories of dishes in one breath: 素菜、主食."""
    return _("、").join(_(CATEGORY_WORDS[name]) for name in categories)


def initials_of(dish: DishFacts) -> str:
    """The pinyin initials a dish is found by, as a hint: hsr."""
    keys = dish.search.split()
    return keys[1] if len(keys) > 1 else ""


def food_words(codes: Iterable[str]) -> str:
    return "、".join(food_word(code) for code in codes)


def allergen_options(codes: Iterable[str]) -> list[tuple[str, str]]:
    """(code, word) of allergen classes, for boxes to tick."""
    return [(code, food_word(code)) for code in codes]


def allergens_of(dish: DishFacts) -> list[str]:
    """The allergen classes in a dish, in words."""
    return sorted(food_word(code) for code in dish.allergens)


def suits(dish: DishFacts) -> list[str]:
    """Whom a dish suits and how it keeps, in words."""
    said = [_(TEXTURE_WORDS[dish.texture])]
    if dish.vegetarian in VEGETARIAN_WORDS:
        said.append(_(VEGETARIAN_WORDS[dish.vegetarian]))
    if dish.halal != "no":
        said.append(_("清真") if dish.halal == "yes" else _("清真须认证肉"))
    if dish.bones != "none":
        said.append(_("有骨刺"))
    if not dish.diabetic_ok:
        said.append(_("控糖不宜"))
    if not dish.hot_hold_ok:
        said.append(_("不宜送餐"))
    return said
