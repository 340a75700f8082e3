"""Words of the dining point, and what the till says no to."""

from app.i18n import N_

FATES = {"returned": N_("退回厨房"), "wasted": N_("倒掉")}

SENTENCES = {
    "guest_pays_cash": N_("没有登记的客人只能付现金"),
}
