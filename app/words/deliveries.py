"""Words of what happened at the doors."""

from app.i18n import N_

SENTENCES = {
    "reporter_missing": N_("请写明是谁报的"),
    "outcome_unknown": N_("请选好结果"),
    "receiver_missing": N_("{name}：请写明是谁代收的"),
    "consent_missing": N_(
        "{name}没有约定放置的书面同意，不能这样登记；请先在档案的“资格和类别”里登记"
    ),
    "agreed_place_needs_note": N_("{name}：请在备注里写明放在哪里"),
    "point_needs_signature": N_(
        "{name}是就餐点：份数、温度和签收人请在这一站自己的页上登记，从“还没有人报的”里点进去"
    ),
    "point_unreported": N_("{names}还没有交接签收，先登记就餐点再结单"),
    "already_reported": N_("{name}在 {at} 已由{reporter}报过别的结果；报错了请先作废"),
    "delivery_unknown": N_("没有这条登记"),
    "already_voided": N_("这条登记已经作废"),
    "stop_not_planned": N_("这一站已不在现行的线路里"),
    "sheet_number_missing": N_("这一趟印过送餐单（{number} 号），请照单填写单号和版本"),
    "sheet_unknown": N_(
        "今天没有 {number} 号单，今天的送餐单是 {numbers} 号；请核对单头"
    ),
    "sheet_version_unknown": N_(
        "{number} 号单没有第 {version} 版，现在是第 {newest} 版；请核对单头"
    ),
    "sheet_never_printed": N_("填的是 {number} 号单，可这一餐还没有印过送餐单"),
    "sheet_other_day": N_("{number} 号单是 {day} 的，不是今天的单"),
    "sheet_of_other_round": N_("{number} 号单不是第 {round} 趟的单"),
    "sheet_void": N_("{number} 号单第 {version} 版已经作废，请用新的一版"),
    "sheet_superseded": N_(
        "{number} 号单已有第 {newest} 版，第 {version} 版的站号可能不同，请按新单登记"
    ),
    "sheet_already_returned": N_("这一趟 {at} 已经由{by}回单"),
    "stop_not_on_sheet": N_("{number} 号单上没有第 {position} 站，站号是 1 到 {last}"),
    "cash_differs": N_(
        "应收现金 {due_fen} 元，实收 {counted_fen} 元；请在备注里写明差在哪里"
    ),
    "round_case_open": N_("{names}没人应门，还没联系到，也没交给单位，这一趟不能结"),
    "observation_unknown": N_("请选好老人情况和上一餐"),
    "change_needs_note": N_("{name}：和平时不一样的，请在备注里写一句"),
}

OUTCOMES = {
    "elder": N_("本人签收"),
    "family": N_("家人代收"),
    "neighbour": N_("邻居代收"),
    "agreed_place": N_("约定放置"),
    "no_answer": N_("无人应答"),
    "no_answer_reached": N_("无人应答，已联系到"),
    "no_answer_unreached": N_("无人应答，未联系到"),
    "refused": N_("拒收"),
    "away": N_("外出或住院"),
    "point": N_("已交接"),
}

SAID_OUTCOMES = (
    *("elder", "family", "neighbour", "agreed_place"),
    *("no_answer_unreached", "no_answer_reached", "refused", "away"),
)
"""What a sheet can say about a door."""

CONDITIONS = {
    "normal": N_("和平时一样"),
    "changed": N_("和平时不一样"),
}

LAST_MEALS = {
    "eaten": N_("吃完了"),
    "part": N_("剩了一些"),
    "untouched": N_("没动"),
    "outside": N_("餐盒还在门外"),
}

CONTACT_KINDS = {
    "family": N_("家属"),
    "neighbour": N_("结对邻居"),
    "clerk": N_("社区专员"),
}

PAYMENTS = {
    "later": N_("记账，月底结"),
    "cash": N_("现金"),
    "account": N_("账户余额"),
}

UNFINISHED = {
    "not_published": N_("线路还没有发布"),
    "not_planned": N_("还没有编进线路"),
    "unreported": N_("还没有人报结果"),
    "case_open": N_("没人应门，还没有着落"),
}
