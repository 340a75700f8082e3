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


FOOD_GROUPS = (
    N_("乳类及制品"),
    N_("其他"),
    N_("坚果种子类"),
    N_("干豆类及制品"),
    N_("水果类"),
    N_("油脂类"),
    N_("畜肉类"),
    N_("禽肉类"),
    N_("糖类"),
    N_("菌藻类"),
    N_("蔬菜类"),
    N_("薯类淀粉及制品"),
    N_("蛋类及制品"),
    N_("调味品"),
    N_("谷类及制品"),
    N_("鱼虾蟹贝类"),
)
"""Of the composition table we start with; another table brings its own words."""

NOTES = (
    N_("冷食须专间加工"),
    N_("切薄片"),
    N_("加水量1:2"),
    N_("咀嚼差者改玉米粒"),
    N_("四季豆须烧熟煮透(皂素/凝集素)"),
    N_("干噎，吞咽差者不供应"),
    N_("按营养师处方；出餐前做稠度测试"),
    N_("整蛋易噎，切半"),
    N_("枣去核"),
    N_("梅干菜须充分浸泡脱盐"),
    N_("汤面易坨，分装或堂食"),
    N_("汤面类分装或堂食"),
    N_("浓汤嘌呤高"),
    N_("甜品，糖尿病不供应"),
    N_("糖尿病改无糖"),
    N_("糯米黏，吞咽差者禁用"),
    N_("细碎湿软"),
    N_("绿叶菜久焐变色，宜堂食"),
    N_("绿叶菜久焐变黄，宜堂食"),
    N_("豆类须烧熟煮透"),
    N_("较硬，咀嚼差者不供应"),
    N_("过筛，出餐前做叉压/倾斜测试"),
    N_("送餐宜改用去刺鱼柳"),
    N_("酥脆类久焐变软"),
    N_("高钠，低盐膳食不供应"),
    N_("鱼柳须挑刺"),
)
"""Of the dishes we start with; a kitchen's own notes stay as they were written."""
