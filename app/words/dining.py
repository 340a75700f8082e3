"""What the till says no to."""

from app.i18n import N_

SENTENCES = {
    "guest_pays_cash": N_("没有登记的客人只能付现金"),
}
