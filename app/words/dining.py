"""Words of the dining point, and what the till says no to."""

from app.i18n import N_

FATES = {"returned": N_("退回厨房"), "wasted": N_("倒掉")}
COUNTED = {
    "receipt": N_("收餐"),
    "transfer": N_("调给别处"),
    "leftover": N_("剩余"),
}

SENTENCES = {
    "counted_row_unknown": N_("没有这笔份数登记"),
    "day_not_come": N_("{day} 还没有到，那天的餐只能订，不能现在登记就餐"),
    "guest_pays_cash": N_("没有登记的客人只能付现金"),
}
