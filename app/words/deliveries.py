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
    "point_needs_signature": N_("{name}：交接要填份数、温度和签收人"),
    "point_unreported": N_("{names}还没有交接签收，先登记就餐点再结单"),
    "already_reported": N_("{name}在 {at} 已由{reporter}报过别的结果；报错了请先作废"),
    "delivery_unknown": N_("没有这条登记"),
    "already_voided": N_("这条登记已经作废"),
    "stop_not_planned": N_("这一站已不在现行的线路里"),
    "sheet_number_missing": N_("这一趟印过送餐单（{number} 号），请照单填写单号和版本"),
    "sheet_unknown": N_("今天没有 {number} 号单第 {version} 版，请核对单头"),
    "sheet_other_day": N_("{number} 号单是 {day} 的，不是今天的单"),
    "sheet_of_other_round": N_("{number} 号单不是第 {round} 趟的单"),
    "sheet_void": N_("{number} 号单第 {version} 版已经作废，请用新的一版"),
    "sheet_superseded": N_(
        "{number} 号单已有第 {newest} 版，第 {version} 版的站号可能不同，请按新单登记"
    ),
    "sheet_already_returned": N_("这一趟 {at} 已经由{by}回单"),
    "stop_not_on_sheet": N_("{number} 号单上没有第 {position} 站"),
    "cash_differs": N_(
        "应收现金 {due_fen} 元，实收 {counted_fen} 元；请在备注里写明差在哪里"
    ),
    "step_unknown": N_("请选好做了哪一步"),
    "case_unknown": N_("没有这条无人应答记录"),
    "case_closed": N_("{by} {at} 已经处理完了"),
    "reached_needs_name": N_("请写明联系到了谁"),
    "handed_over_needs_office": N_("请写明交给了哪个单位的谁"),
    "contact_of_other_elder": N_("这位联系人不是这位老人的"),
}

OUTCOMES = {
    "elder": N_("本人签收"),
    "family": N_("家人代收"),
    "neighbour": N_("邻居代收"),
    "agreed_place": N_("约定放置"),
    "no_answer": N_("无人应答"),
    "refused": N_("拒收"),
    "away": N_("外出或住院"),
    "point": N_("已交接"),
}

STEPS = {
    "called": N_("打过电话"),
    "second_visit": N_("再上门"),
    "reached": N_("联系到了"),
    "handed_over": N_("交给单位"),
    "found_at_fault": N_("登记有误"),
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
