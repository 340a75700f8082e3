"""Words of the composition table that is brought in: refusals, columns, changes."""

from app.i18n import N_
from app.i18n import translate as _
from app.words.diets import food_word

SENTENCES = {
    "food_code_unreadable": N_("编码“{value}”应为 1 到 20 个字母、数字、点或横线"),
    "amount_unreadable": N_("“{value}”应为 {least} 到 {most} 的数；没测的写“—”或空着"),
    "composition_changed_since": N_("后来又导入过“{file}”，请先撤销那一次"),
    "composition_in_use": N_("“{name}”已经用在菜里、价格或进货里，这次导入不能撤销"),
}

COLUMNS = {
    "food_id": N_("编码"),
    "name_zh": N_("名称"),
    "name_en": N_("英文名"),
    "aliases": N_("别名"),
    "food_group": N_("食物类"),
    "edible_pct": N_("可食部"),
    "energy_kcal": N_("能量"),
    "protein_g": N_("蛋白质"),
    "fat_g": N_("脂肪"),
    "carb_g": N_("碳水化合物"),
    "fibre_g": N_("膳食纤维"),
    "na_mg": N_("钠"),
    "k_mg": N_("钾"),
    "ca_mg": N_("钙"),
    "fe_mg": N_("铁"),
    "p_mg": N_("磷"),
    "cholesterol_mg": N_("胆固醇"),
    "purine_level": N_("嘌呤"),
    "allergens": N_("过敏原"),
    "origin": N_("来源类"),
    "source": N_("出处"),
    "source_code": N_("出处编码"),
}
_STORED = {"name": "name_zh", "edible_percent": "edible_pct"}


def changes_said(told: str) -> str:
    """ "能量 352 → 360；过敏原 去掉 花生": what a row changes, allergens first."""
    if not told or told == "table":
        return _("和现在一样") if told else ""
    lines = [line.split("|") for line in told.split("\n")]
    lines.sort(key=lambda line: line[0] != "allergens")
    return "；".join(_change(*line) for line in lines)


def _change(name: str, before: str, after: str) -> str:
    word = _(COLUMNS[_STORED.get(name, name)])
    if name == "allergens":
        old, new = ({a for a in x.split(";") if a} for x in (before, after))
        lost = [_("去掉 {what}", what=food_word(code)) for code in sorted(old - new)]
        more = [_("加上 {what}", what=food_word(code)) for code in sorted(new - old)]
        return f"{word} {' '.join([*lost, *more])}"
    return f"{word} {before or _('不知道')} → {after or _('不知道')}"
