"""Rules of a scheme as sentences."""

from app.i18n import N_
from app.i18n import translate as _
from app.words.payers import payer_words
from kitchen.subsidies import Layer, Rule

WAYS = {"dine_in": N_("堂食"), "collect": N_("自取"), "deliver": N_("送餐")}
MEALS = {"breakfast": N_("早餐"), "lunch": N_("午餐"), "dinner": N_("晚餐")}


def rule_words(rule: Rule) -> str:
    """ "60–79 岁五元（60–79 岁）：自付 5.00 元"."""
    return f"{rule.name}（{_who(rule)}）：{_pays(rule)}"


def payers_words(layer: Layer) -> str:
    """ "市级补贴 40%、区级补贴 60%"."""
    return "、".join(f"{payer_words(payer)} {share}%" for payer, share in layer.payers)


def _who(rule: Rule) -> str:
    when, parts = rule.when, list[str]()
    if when.min_age is not None and when.max_age is not None:
        parts.append(_("{first}–{last} 岁", first=when.min_age, last=when.max_age))
    elif when.min_age is not None:
        parts.append(_("{first} 岁以上", first=when.min_age))
    elif when.max_age is not None:
        parts.append(_("不满 {last} 岁", last=when.max_age + 1))
    parts += [_(MEALS[meal]) for meal in sorted(when.meals) if meal in MEALS]
    parts += [_(WAYS[way]) for way in sorted(when.ways) if way in WAYS]
    if when.any_category:
        parts.append(_("有认定的类别"))
    if when.self_care:
        parts.append(_("按自理情况"))
    if when.registered_here:
        parts.append(_("本地户籍"))
    if when.workday is not None:
        parts.append(_("工作日") if when.workday else _("休息日"))
    return "，".join(parts) or _("符合条件的人")


def _pays(rule: Rule) -> str:
    if rule.self_pay_fen is not None:
        said = _("自付 {yuan} 元", yuan=f"{rule.self_pay_fen / 100:.2f}")
    elif rule.fixed_fen is not None:
        said = _("补贴 {yuan} 元", yuan=f"{rule.fixed_fen / 100:.2f}")
    else:
        said = _("补贴餐费的 {percent}%", percent=rule.percent or 0)
    if rule.cap_fen is not None:
        said += _("，最多 {yuan} 元", yuan=f"{rule.cap_fen / 100:.2f}")
    return said
