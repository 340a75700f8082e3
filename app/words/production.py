"""Words of the kitchen's day: refusals and the rows of the packing grid."""

from app.i18n import N_
from app.i18n import translate as _
from kitchen.packing import GridRow

SENTENCES = {
    "batch_weight": N_("“{dish}”这一锅的重量 {grams} 克不对，请核对"),
    "core_too_low": N_(
        "“{dish}”中心温度 {degrees} ℃，不到 {least} ℃，请继续加热后再记"
    ),
    "cooked_in_future": N_("时间 {at} 还没有到，请核对"),
    "cooked_other_day": N_("出锅时间 {at} 不在 {day} 这一天"),
    "held_before_cooked": N_("保温测温时间早于出锅时间，请核对"),
    "batch_unknown": N_("没有这一锅的记录"),
    "sample_too_small": N_("“{dish}”留样 {grams} 克，至少要 {least} 克"),
    "fillings_wrong": N_("每锅份数要大于 0，最多 40 锅"),
    "fillings_sum": N_("几锅加起来是 {total} 份，应当是 {wanted} 份"),
    "dish_not_cooked": N_("这一餐没有这道菜"),
    "production_row_unknown": N_("没有这条生产记录，可能已撤回"),
}

ROW_WORDS = {
    "unrouted": N_("送餐（未编趟）"),
    "kitchen": N_("厨房备份"),
    "unplaced": N_("未排上"),
}


POT_WORDS = {"equal": N_("每锅一样"), "full": N_("先装满")}
"""How the portions of a dish are shared out over its pots."""

VOID_KINDS = {
    "batch": N_("这一锅"),
    "sample": N_("留样"),
    "packed": N_("分装"),
    "trip": N_("路上的温度"),
    "place": N_("这一锅的去向"),
    "waste": N_("餐后称重"),
}


def row_words(row: GridRow) -> str:
    """The destination of one row of the grid: 朝阳就餐点, 第 3 趟, 未排上."""
    if row.kind == "point":
        return row.name
    if row.kind == "round":
        return _("第 {number} 趟", number=row.number)
    return _(ROW_WORDS[row.kind])


def pot_words(batches: tuple[int, ...]) -> str:
    """How a pot group is filled: 4 锅 × 48 份; 3 锅 × 60 + 20 份."""
    sizes = sorted(set(batches), reverse=True)
    parts = [
        _("{n} 锅 × {portions} 份", n=batches.count(size), portions=size)
        for size in sizes
    ]
    return " + ".join(parts)


def clock_words(minutes: int) -> str:
    """Minutes after midnight as 10:15."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def weight_words(grams: int) -> str:
    """21.4 kg from a kilogram on, whole grams below."""
    return f"{grams / 1000:,.1f} kg" if grams >= 1000 else f"{grams} g"
