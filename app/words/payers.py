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
    "grant:city": N_("市级消费券"),
    "grant:district": N_("区级消费券"),
    "grant:street": N_("街道消费券"),
    "discount:operator": N_("企业让利"),
    "self:cash": N_("自付现金"),
    "self:account": N_("自付账户"),
    "self:voucher": N_("自付餐券"),
    "self:later": N_("自付记账"),
}
BESIDE = {"delivery": N_("送餐费"), "operator": N_("运营补贴")}


def payer_words(payer: str) -> str:
    """市级补贴; 送餐费·区级补贴 for what stands beside the meal; an unknown funder by
    its own name."""
    kind, _colon, rest = payer.partition(":")
    if kind in BESIDE:
        return f"{_(BESIDE[kind])}·{payer_words(rest)}"
    return _(PAYERS[payer]) if payer in PAYERS else rest
