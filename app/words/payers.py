"""Who pays, in words."""

from app.i18n import N_
from app.i18n import translate as _

PAYERS = {
    "funder:city": N_("市级补贴"),
    "funder:district": N_("区级补贴"),
    "funder:street": N_("街道补贴"),
    "funder:lottery": N_("福彩公益金"),
    "funder:charity": N_("社会捐助"),
    "funder:collective": N_("集体"),
    "self:cash": N_("自付现金"),
    "self:account": N_("自付账户"),
    "self:voucher": N_("自付餐券"),
    "self:later": N_("自付记账"),
}


def payer_words(payer: str) -> str:
    """市级补贴; an unknown funder by its own name."""
    return _(PAYERS[payer]) if payer in PAYERS else payer.partition(":")[2]
