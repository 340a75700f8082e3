"""The words that may stand in the cells of a people spreadsheet.

Pure. Everything a community office writes is brought to the codes of the registry
here; a word nobody knows is a `Fault` with the words that would do.
"""

import re
from collections.abc import Mapping, Sequence

from kitchen.calendar import Meal, Way
from kitchen.diets import ALLERGENS, Diet, Texture, Vegetarian
from kitchen.identity import Fault, plain_text

Words = Mapping[str, tuple[str, ...]]
"""Code → its spellings, the usual one first."""

SELF_CARE: Words = {
    "able": ("自理", "能自理", "完全自理", "能够自理", "健康"),
    "partly": ("半失能", "半自理", "部分自理", "部分失能", "轻度失能", "中度失能"),
    "unable": ("失能", "不能自理", "完全失能", "重度失能", "介护", "卧床"),
}
CATEGORIES: Words = {
    "low_income": ("低保", "低保户"),
    "low_income_edge": ("低保边缘", "低保边缘户", "低边"),
    "destitute": ("特困", "特困人员", "五保", "五保户", "三无", "三无老人"),
    "bereaved_family": ("计生特殊家庭", "失独", "失独家庭"),
    "disabled": ("残疾", "残疾人", "持证残疾人"),
    "veteran": ("优抚", "重点优抚", "重点优抚对象", "退役军人"),
    "model_worker": ("劳模", "劳动模范"),
    "empty_nest": ("空巢", "空巢老人"),
    "left_behind": ("留守", "留守老人"),
    "centenarian": ("百岁", "百岁老人"),
    "living_alone": ("独居", "独居老人"),
    "annual_pass": ("年卡", "助餐年卡"),
}
NO_CATEGORY = frozenset({"无", "普通", "一般", "社会老人"})
WAYS: Words = {
    Way.DINE_IN: ("堂食", "到店", "就餐", "到点就餐", "集中就餐"),
    Way.COLLECT: ("自取", "打包", "取餐", "代取"),
    Way.DELIVER: ("送餐", "送餐到家", "送餐上门", "上门", "配送", "送到家"),
}
DELIVERY_REASONS: Words = {
    "mobility": ("行动不便", "失能", "半失能", "腿脚不便", "卧床"),
    "illness": ("生病", "疾病", "患病", "术后"),
    "weather": ("天气", "恶劣天气"),
}
SIZES: Words = {
    "small": ("小份", "少", "小"),
    "normal": ("普通", "正常", "标准", "中"),
    "large": ("加量", "大份", "多", "大"),
}
TEXTURES: Words = {
    Texture.REGULAR: ("普食", "普通", "正常", "无"),
    Texture.SOFT: ("软食", "软", "软饭", "无骨无刺"),
    Texture.SEMI_LIQUID: ("半流质", "半流", "半流食"),
    Texture.PUREED: ("糊状", "糊", "匀浆", "流食"),
}
LIMITS: Words = {
    "low_salt": ("低盐", "少盐", "清淡"),
    "sugar_control": ("控糖", "低糖", "无糖", "糖尿病餐", "少糖"),
    "halal": ("清真", "回民餐"),
}
VEGETARIAN: Words = {
    Vegetarian.VEGAN: ("全素", "纯素", "净素"),
    Vegetarian.OVO_LACTO: ("蛋奶素", "素食", "吃素"),
}
ALLERGEN_WORDS: Words = {
    "gluten": ("麸质", "小麦", "面筋", "面粉"),
    "crustacean": ("甲壳", "甲壳类", "虾", "蟹", "虾蟹", "海鲜"),
    "fish": ("鱼", "鱼类"),
    "egg": ("蛋", "鸡蛋", "蛋类"),
    "peanut": ("花生",),
    "soy": ("大豆", "黄豆", "豆制品", "豆"),
    "milk": ("奶", "牛奶", "乳", "乳制品", "奶制品"),
    "tree_nut": ("坚果", "核桃", "腰果", "杏仁"),
}
MEAL_WORDS: Words = {
    Meal.BREAKFAST: ("早餐", "早", "早饭"),
    Meal.LUNCH: ("午餐", "午", "中餐", "中", "午饭", "中饭"),
    Meal.DINNER: ("晚餐", "晚", "晚饭"),
}
YES = frozenset({"是", "有", "y", "yes", "1", "true", "√", "✓"})
NO = frozenset({"否", "无", "没有", "不是", "n", "no", "0", "false", "×"})
EVERY_DAY = frozenset({"每天", "每日", "天天", "全周"})
WORKDAYS = frozenset({"工作日", "周内", "平日"})
WEEKDAY_DIGITS = {
    **{digit: number for number, digit in enumerate("一二三四五六", start=1)},
    **{str(number): number for number in range(1, 8)},
    "日": 7,
    "天": 7,
}


def words_in(text: str) -> list[str]:
    """The words of a cell, however they are separated."""
    parts = re.split(r"[\s,，、;；/|。+]+", text.strip())
    return [part for part in (plain_text(part) for part in parts) if part]


def code_of(text: str, words: Words) -> str | Fault:
    """The code one of whose words this is; fault word_unknown with the choices."""
    plain = plain_text(text).lower()
    for code, spellings in words.items():
        if plain == code or plain in spellings:
            return code
    return Fault("word_unknown", text, {"choices": choices_of(words)})


def choices_of(words: Words) -> str:
    """The usual word of each code, for the hint of an error."""
    return "、".join(next(iter(spellings)) for spellings in words.values())


def yes_or_no(text: str) -> bool | Fault:
    """是 / 否 and their kin; an empty cell is no."""
    plain = plain_text(text).lower()
    if not plain or plain in NO:
        return False
    if plain in YES:
        return True
    return Fault("word_unknown", text, {"choices": "是、否"})


def categories_in(text: str) -> tuple[str, ...] | Fault:
    """Category codes of a cell such as "低保、独居"."""
    codes = []
    for word in words_in(text):
        if word in NO_CATEGORY:
            continue
        code = code_of(word, CATEGORIES)
        if isinstance(code, Fault):
            return code
        codes.append(code)
    return tuple(dict.fromkeys(codes))


def diet_in(text: str, allergies: str, dislikes: str) -> Diet | Fault:
    """What a person can eat. An unknown diet word is a fault and never dropped;
    allergies may be free words beside the eight classes."""
    texture, vegetarian, limits = Texture.REGULAR, Vegetarian.NO, set[str]()
    for word in words_in(text):
        if word in _all_words(LIMITS):
            limits.add(str(code_of(word, LIMITS)))
        elif word in _all_words(VEGETARIAN):
            vegetarian = Vegetarian(str(code_of(word, VEGETARIAN)))
        elif word in _all_words(TEXTURES):
            texture = Texture(str(code_of(word, TEXTURES)))
        else:
            known = (TEXTURES, LIMITS, VEGETARIAN)
            choices = "、".join(choices_of(words) for words in known)
            return Fault("word_unknown", word, {"choices": choices})
    return Diet(
        texture=texture,
        low_salt="low_salt" in limits,
        sugar_control="sugar_control" in limits,
        halal="halal" in limits,
        vegetarian=vegetarian,
        allergies=_allergies(allergies),
        dislikes=tuple(word for word in words_in(dislikes) if word != "无"),
    )


def _allergies(text: str) -> tuple[str, ...]:
    found = []
    for word in words_in(text):
        plain = word.removesuffix("过敏")
        if plain in ("", "无", "没有"):
            continue
        code = code_of(plain, ALLERGEN_WORDS)
        found.append(plain if isinstance(code, Fault) else code)
    codes = [code for code in ALLERGENS if code in found]
    return tuple(codes + [w for w in dict.fromkeys(found) if w not in ALLERGENS])


def _all_words(words: Words) -> set[str]:
    return {word for spellings in words.values() for word in spellings}


def weekdays_in(text: str) -> tuple[int, ...] | Fault:
    """ISO weekdays: 周一至周五, 一三五, 1,3,5, 1-5, 每天, 工作日.

    An empty cell is Monday to Friday, the usual service week.
    """
    plain = re.sub(r"[、,，;；/和]|星期|礼拜|周", "", plain_text(text))
    if not text.strip() or plain_text(text) in WORKDAYS:
        return (1, 2, 3, 4, 5)
    if plain_text(text) in EVERY_DAY:
        return (1, 2, 3, 4, 5, 6, 7)
    days: set[int] = set()
    parts = re.findall(
        r"([一二三四五六日天1-7])(?:[-–—~至到]([一二三四五六日天1-7]))?", plain
    )
    for first, last in parts:
        start = WEEKDAY_DIGITS[first]
        end = WEEKDAY_DIGITS[last] if last else start
        days |= set(range(start, end + 1)) if start <= end else set()
    is_whole = re.fullmatch(
        r"([一二三四五六日天1-7]([-–—~至到][一二三四五六日天1-7])?)+", plain
    )
    if not days or not is_whole:
        return Fault("weekdays_unreadable", text)
    return tuple(sorted(days))


def meals_in(text: str) -> tuple[Meal, ...] | Fault:
    """Meals of a cell: 午餐、晚餐; 早中晚; an empty cell is lunch."""
    if not text.strip():
        return (Meal.LUNCH,)
    found = set()
    for word in words_in(text):
        parts: Sequence[str] = [word]
        if isinstance(code_of(word, MEAL_WORDS), Fault):
            parts = re.findall(r"[早中午晚]餐?", word)
            if "".join(parts) != word:
                hint: dict[str, object] = {"choices": choices_of(MEAL_WORDS)}
                return Fault("word_unknown", text, hint)
        found |= {code_of(part, MEAL_WORDS) for part in parts}
    return tuple(meal for meal in Meal if meal in found)


def floor_in(text: str) -> int | Fault | None:
    """A floor: 3, 3层, 3楼, 3F; B1 and -1 are basements."""
    plain = re.sub(r"[层楼Ff]$", "", plain_text(text))
    if not plain:
        return None
    if found := re.fullmatch(r"[Bb-](\d)", plain):
        return -int(found[1])
    if re.fullmatch(r"\d{1,2}", plain) and 1 <= int(plain) <= 60:
        return int(plain)
    return Fault("floor_unreadable", text)
