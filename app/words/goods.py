"""Words of goods: refusals of receiving, using, buying and calling back."""

from app.i18n import N_
from app.i18n import translate as _
from kitchen.use_by import Place

SENTENCES = {
    "lot_unknown": N_("没有这批货"),
    "lot_without_supplier": N_("请填写供货商"),
    "lot_without_number": N_("请填写批号；没有批号的写到货日期"),
    "lot_weight": N_("重量 {grams} 克不对，请核对"),
    "lot_expired": N_("这批货 {on} 已过期，只能拒收"),
    "lot_too_small": N_("“{name}”这批只剩 {left} 克"),
    "draws_missing": N_("没有可以记的用料：没有库存，或数量是 0"),
    "received_in_future": N_("到货时间 {at} 还没有到，请核对"),
    "ingredient_not_named": N_("没有叫“{name}”的原料，请从列表里选"),
}

USE_WORDS = {"wasted": N_("报损"), "corrected": N_("盘点更正")}
STATE_WORDS = {"eaten": N_("已拿到"), "out": N_("在路上或还没领")}


def place_words(place: Place, points: dict[int, str]) -> str:
    """朝阳就餐点, 第 3 趟, 厨房, 未排上."""
    kind, number = place
    if kind == "point":
        return points.get(number, "?")
    if kind == "round":
        return _("第 {number} 趟", number=number)
    return _("厨房") if kind == "kitchen" else _("未排上")
