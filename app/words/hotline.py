"""Words of the hotline."""

from app.i18n import N_

SENTENCES = {
    "incident_kind_unknown": N_("请选好是什么事"),
    "incident_empty": N_("请写下来电说了什么"),
    "incident_unknown": N_("没有这条热线记录"),
    "incident_closed": N_("{by} {at} 已经办完了"),
    "incident_needs_office": N_("请写明转给了哪个单位"),
    "step_needs_words": N_("请写一句做了什么"),
}

KINDS = {
    "no_meal": N_("没收到饭"),
    "late": N_("送得晚"),
    "food": N_("饭菜有问题"),
    "health": N_("身体或安全"),
    "change": N_("改餐、停餐"),
    "complaint": N_("投诉"),
    "other": N_("其他"),
}

STEPS = {
    "taken": N_("接手"),
    "called": N_("打过电话"),
    "note": N_("记一句"),
    "done": N_("办妥"),
    "handed_over": N_("转给单位"),
}
