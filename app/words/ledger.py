"""Movements on an account, in words."""

from app.i18n import N_
from app.i18n import translate as _

KINDS = {
    "meal": N_("餐费扣款"),
    "top_up": N_("充值"),
    "refund": N_("退款"),
    "reversal": N_("冲正"),
    "grant": N_("发券"),
    "repayment": N_("追回还款"),
    "expiry": N_("到期清零"),
}


def kind_words(kind: str) -> str:
    return _(KINDS[kind]) if kind in KINDS else kind
