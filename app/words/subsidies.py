"""Rules of a scheme as sentences, and the words of their editor."""

from collections.abc import Iterable, Mapping

from app.i18n import N_
from app.i18n import translate as _
from app.words.payers import payer_words
from app.words.registry import CATEGORIES, SELF_CARE
from kitchen.tariffs import Discount, Layer, Rule, When

WAYS = {"dine_in": N_("堂食"), "collect": N_("自取"), "deliver": N_("送餐")}
MEALS = {"breakfast": N_("早餐"), "lunch": N_("午餐"), "dinner": N_("晚餐")}
DIETS = {"low_salt": N_("低盐"), "sugar_control": N_("控糖"), "halal": N_("清真")}
LEVELS = {
    "city": N_("市"),
    "district": N_("区"),
    "street": N_("街道"),
    "community": N_("社区"),
}
ITEMS = {**MEALS, "delivery": N_("送餐费")}
EDITOR_WORDS = {
    "category": CATEGORIES,
    "all": CATEGORIES,
    "care": SELF_CARE,
    "meals": MEALS,
    "ways": WAYS,
    "diet": DIETS,
}
OPTIONS = {name: tuple(words) for name, words in EDITOR_WORDS.items()}


def item_words(item: str) -> str:
    """午餐; an item of the operator's own by its name."""
    return _(ITEMS[item]) if item in ITEMS else item


def rule_words(rule: Rule) -> str:
    """ "60–79 岁五元（60–79 岁）：自付 5.00 元"."""
    return f"{rule.name}（{who_words(rule.when)}）：{_pays(rule)}"


def discount_words(discount: Discount) -> str:
    """ "九折（60–79 岁）：按餐费的 90% 收"."""
    asked = _("按餐费的 {percent}% 收", percent=discount.percent)
    return f"{discount.name}（{who_words(discount.when)}）：{asked}"


def payers_words(layer: Layer) -> str:
    """ "市级补贴 40%、区级补贴 60%"."""
    return "、".join(f"{payer_words(payer)} {share}%" for payer, share in layer.payers)


def who_words(when: When) -> str:
    """Whom the conditions speak of: "60–79 岁，低保，工作日"."""
    parts = [*_person(when), *_meal(when)]
    return "，".join(parts) or _("符合条件的人")


def _person(when: When) -> list[str]:
    parts = list[str]()
    if when.min_age is not None and when.max_age is not None:
        parts.append(_("{first}–{last} 岁", first=when.min_age, last=when.max_age))
    elif when.min_age is not None:
        parts.append(_("{first} 岁以上", first=when.min_age))
    elif when.max_age is not None:
        parts.append(_("不满 {last} 岁", last=when.max_age + 1))
    if when.any_category:
        parts.append(_listed(when.any_category, CATEGORIES, "、"))
    if when.all_categories:
        parts.append(_listed(when.all_categories, CATEGORIES, "＋"))
    if when.self_care:
        parts.append(_listed(when.self_care, SELF_CARE, "、"))
    if when.any_diet:
        parts.append(_listed(when.any_diet, DIETS, "、"))
    if when.registered_here is not None:
        parts.append(_("本地户籍") if when.registered_here else _("外地户籍"))
    if when.hukou_in:
        parts.append(_("户籍在指定区域"))
    if when.residence_in:
        parts.append(_("居住在指定区域"))
    return parts


def _meal(when: When) -> list[str]:
    parts = list[str]()
    if when.meals:
        parts.append(_listed(when.meals, MEALS, "、"))
    if when.ways:
        parts.append(_listed(when.ways, WAYS, "、"))
    if when.workday is not None:
        parts.append(_("工作日") if when.workday else _("休息日"))
    if when.point_in:
        parts.append(_("就餐点在指定区域"))
    if when.point_shares_hukou:
        level = _(LEVELS[when.point_shares_hukou])
        parts.append(_("在户籍{level}用餐", level=level))
    if when.point_shares_residence:
        level = _(LEVELS[when.point_shares_residence])
        parts.append(_("在居住{level}用餐", level=level))
    return parts


def _listed(codes: Iterable[str], words: Mapping[str, str], between: str) -> str:
    return between.join(_(words.get(code, code)) for code in sorted(codes))


def _pays(rule: Rule) -> str:
    if rule.self_pay_fen is not None:
        said = _("自付 {yuan} 元", yuan=_yuan(rule.self_pay_fen))
    elif rule.fixed_fen is not None:
        said = _("补贴 {yuan} 元", yuan=_yuan(rule.fixed_fen))
    elif rule.percent is not None:
        said = _("补贴餐费的 {percent}%", percent=rule.percent)
    else:
        said = _("用消费券，余下自付")
    if rule.cap_fen is not None:
        said += _("，最多 {yuan} 元", yuan=_yuan(rule.cap_fen))
    if rule.day_cap_fen is not None:
        said += _("，一天最多 {yuan} 元", yuan=_yuan(rule.day_cap_fen))
    if rule.month_cap_fen is not None:
        said += _("，一月最多 {yuan} 元", yuan=_yuan(rule.month_cap_fen))
    if rule.min_spend_fen is not None:
        said += _("，当天满 {yuan} 元才补", yuan=_yuan(rule.min_spend_fen))
    return said


def _yuan(fen: int) -> str:
    return f"{fen / 100:.2f}"
