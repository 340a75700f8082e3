"""Words of kitchen hands: refusals, posts, findings, certificates."""

from app.days import date_words
from app.i18n import N_
from app.i18n import translate as _
from kitchen.certificates import Gap
from kitchen.driver_papers import PaperNote

SENTENCES = {
    "health_certificate_missing": N_("{name} 没有健康证，不能安排接触食品的岗位"),
    "health_certificate_expired": N_(
        "{name} 的健康证 {on} 已到期，不能安排接触食品的岗位"
    ),
    "training_missing": N_("{name} 没有岗前培训记录，不能安排接触食品的岗位"),
    "training_expired": N_("{name} 的岗前培训 {on} 已到期，不能安排接触食品的岗位"),
    "unfit_today": N_("{name} 今天晨检不合格，不能安排接触食品的岗位"),
    "certificate_backwards": N_("到期日 {expires} 早于发证日 {issued}，请核对"),
    "certificate_future": N_("发证日 {issued} 还没有到，请核对"),
    "certificate_unknown": N_("没有这张证件，可能已撤回"),
    "hand_without_name": N_("请填写姓名"),
    "hand_unknown": N_("没有这位从业人员"),
    "hand_retired": N_("{name} 已离岗，不能安排"),
    "duty_unknown": N_("没有这条排岗"),
    "checked_in_future": N_("晨检时间 {at} 还没有到，请核对"),
    "checked_other_day": N_("晨检时间 {at} 不在 {day} 这一天"),
}

POST_WORDS = {
    "cook": N_("烧菜"),
    "prepare": N_("切配"),
    "portion": N_("分装"),
    "serve": N_("打餐"),
    "wash": N_("洗消"),
    "clean": N_("保洁"),
}
FINDING_WORDS = {
    "fever": N_("发热"),
    "diarrhoea": N_("腹泻"),
    "vomiting": N_("呕吐"),
    "jaundice": N_("黄疸"),
    "wound": N_("手部伤口"),
    "throat": N_("咽部炎症"),
    "skin": N_("皮肤化脓"),
}
FOOD_KIND_WORDS = {"health": N_("健康证"), "training": N_("岗前培训")}
KIND_WORDS = {
    "health": N_("健康证"),
    "licence": N_("驾驶证"),
    "insurance": N_("车辆保险"),
    "training": N_("岗前培训"),
}
GAP_WORDS = {
    "health_certificate_missing": N_("没有健康证"),
    "health_certificate_expired": N_("健康证 {on} 到期"),
    "training_missing": N_("没有岗前培训"),
    "training_expired": N_("岗前培训 {on} 到期"),
}


def gap_words(gap: Gap) -> str:
    """What is missing: 健康证 2026-11-01 到期."""
    return _(GAP_WORDS[gap.code], on=gap.on)


def note_words(note: PaperNote) -> str:
    """没有驾驶证; 车辆保险 2026-12-10 到期."""
    paper = _(KIND_WORDS[note.kind])
    if note.state == "missing":
        return _("没有{paper}", paper=paper)
    on: object = note.on
    if note.state == "ending" and note.on:
        on = date_words(note.on)  # within weeks: no need to say the year
    return _("{paper} {on} 到期", paper=paper, on=on)


def finding_list(findings: tuple[str, ...]) -> str:
    return _("、").join(_(FINDING_WORDS[finding]) for finding in findings)
