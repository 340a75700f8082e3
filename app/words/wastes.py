"""Words of what is weighed after service."""

from app.i18n import N_

SENTENCES = {
    "waste_weight": N_("“{dish}”的重量 {grams} 克不对，请核对"),
    "plates_missing": N_("“{dish}”：称了几份盘子还没有填"),
}

WHY_WORDS = {
    "left": N_("没人要"),
    "spoilt": N_("坏了、焦了"),
    "spilt": N_("洒了"),
    "plates": N_("盘中剩"),
}
FATE_WORDS = {"returned": N_("带回"), "wasted": N_("倒掉")}


def signed_kilos(grams: int) -> str:
    """A difference to one place, "+1.3"; what is less than that is neither + nor -."""
    tenths = round(grams / 100)
    return f"{tenths / 10:+.1f}" if tenths else "0.0"
