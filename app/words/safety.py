"""Words of food safety: rules of use-by, readings, stages of a round, samples."""

from app.i18n import N_
from app.i18n import translate as _
from kitchen.use_by import BatchFacts, HoldingFacts

SENTENCES = {
    "places_missing": N_("请勾选这一锅去了哪里"),
    "sample_unknown": N_("没有这份留样，可能已撤回"),
    "sample_too_young": N_("留样 {label} 要留到 {until}，现在还不能处理"),
}

RULE_WORDS = {
    "fresh": N_("没有热藏记录，按短时限"),
    "held": N_("热藏达标"),
    "chilled": N_("已冷藏，再加热后才能吃"),
    "reheated": N_("冷藏后再加热"),
}
READING_WORDS = {"hold": N_("保温"), "chilled": N_("冷却到"), "reheated": N_("再加热")}
STAGE_WORDS = {
    "leaving": N_("出厨房"),
    "arriving": N_("到就餐点"),
    "last_stop": N_("最后一户"),
}
FATE_WORDS = {"discarded": N_("已销毁"), "handed_over": N_("已移交检查")}


def degrees(decidegrees: int | None) -> str:
    """655 → 65.5; nothing measured is a dash."""
    return "—" if decidegrees is None else f"{decidegrees / 10:.1f}"


def readings_words(
    readings: tuple[HoldingFacts, ...],
) -> list[tuple[str, HoldingFacts]]:
    """Each reading with what it is."""
    return [(_(READING_WORDS[each.kind]), each) for each in readings]


def rule_words(batch: BatchFacts) -> str:
    return _(RULE_WORDS[batch.rule])
