"""Words of the kitchen's day: refusals and the rows of the packing grid."""

from app.i18n import N_
from app.i18n import translate as _
from kitchen.packing import GridRow

SENTENCES = {
    "core_too_low": N_("“{dish}”中心温度 {degrees} ℃，不到 70 ℃，请继续加热后再记"),
    "cooked_in_future": N_("时间 {at} 还没有到，请核对"),
    "cooked_other_day": N_("出锅时间 {at} 不在 {day} 这一天"),
    "held_before_cooked": N_("保温测温时间早于出锅时间，请核对"),
    "batch_unknown": N_("没有这一锅的记录"),
    "sample_too_small": N_("“{dish}”留样 {grams} 克，至少要 {least} 克"),
    "production_row_unknown": N_("没有这条生产记录，可能已撤回"),
}

ROW_WORDS = {
    "unrouted": N_("送餐（未编趟）"),
    "kitchen": N_("厨房备份"),
    "unplaced": N_("未排上"),
}


def row_words(row: GridRow) -> str:
    """The destination of one row of the grid: 朝阳就餐点, 第 3 趟, 未排上."""
    if row.kind == "point":
        return row.name
    if row.kind == "round":
        return _("第 {number} 趟", number=row.number)
    return _(ROW_WORDS[row.kind])
