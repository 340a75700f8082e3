"""Words of what is said about a dish: its fields and their choices."""

from app.i18n import N_
from app.i18n import translate as _
from app.words.diets import CATEGORY_WORDS, TEXTURE_WORDS

FIELDS = {
    "category": N_("类别"),
    "cook_method": N_("做法"),
    "texture": N_("质地"),
    "bones": N_("骨刺"),
    "season": N_("季节"),
    "vegetarian": N_("荤素"),
    "halal": N_("清真"),
    "purine_class": N_("嘌呤"),
}
CHOICE_WORDS = {
    "category": CATEGORY_WORDS,
    "texture": TEXTURE_WORDS,
    "bones": {"none": N_("没有"), "bone": N_("有骨"), "fishbone": N_("有鱼刺")},
    "season": {
        "四季": N_("四季"),
        "春": N_("春"),
        "夏": N_("夏"),
        "秋": N_("秋"),
        "冬": N_("冬"),
        "春夏": N_("春夏"),
        "夏秋": N_("夏秋"),
        "秋冬": N_("秋冬"),
    },
    "cook_method": {
        "炒": N_("炒"),
        "烧": N_("烧"),
        "炖": N_("炖"),
        "煮": N_("煮"),
        "烩": N_("烩"),
        "卤": N_("卤"),
        "炸溜": N_("炸溜"),
        "蒸": N_("蒸"),
        "烤": N_("烤"),
        "拌": N_("拌"),
    },
    "vegetarian": {
        "vegan": N_("随原料"),
        "ovo_lacto": N_("至多算蛋奶素"),
        "no": N_("算荤菜"),
    },
    "halal": {
        "yes": N_("随原料"),
        "cert": N_("至多算须认证肉"),
        "no": N_("不算清真"),
    },
    "purine_class": {"low": N_("低"), "medium": N_("中"), "high": N_("高")},
}
FLAG_WORDS = {
    "hot_hold_ok": N_("适合送餐：焐着不走样"),
    "low_salt_adaptable": N_("可以另锅少盐"),
    "diabetic_ok": N_("控糖可以吃"),
    "spicy": N_("辣"),
    "pungent": N_("有葱蒜"),
    "active": N_("在用：可以排进菜单"),
}


def options(name: str, allowed: tuple[str, ...]) -> list[tuple[str, str]]:
    """(value, word) of a field's choices."""
    return [(value, _(CHOICE_WORDS[name][value])) for value in allowed]
