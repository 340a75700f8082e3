"""Refusals of prices, books, the counter and the month."""

from app.i18n import N_

SENTENCES = {
    "valid_before_announced": N_("生效日 {valid_from} 早于公布日 {announced}"),
    "begins_in_past": N_(
        "生效日 {valid_from} 已经过去，今天是 {today}；"
        "已经吃过的餐不会变，请改从今天或以后起"
    ),
    "nothing_to_refund": N_("账户余额是 {fen} 元，没有可退的"),
    "above_approved_price": N_(
        "{item}要收 {asked_fen} 元，高于核定价 {approved_fen} 元（{document}）"
    ),
    "free_item_charged": N_("{item}是免费项目（{document}），不能收费"),
    "document_missing": N_("请写核价文号"),
    "valid_before_approved": N_("执行日 {valid} 早于核定日 {approved}"),
    "price_below_zero": N_("核定价不能小于零"),
    "no_class": N_("至少写一类对象和每月金额"),
    "pool_unknown": N_("请选券按季还是按月清零"),
    "transition_too_long": N_("过渡期到 {asked} 太长：最多三个月，到 {latest} 为止"),
    "version_exists": N_("{scheme}已有第 {number} 版"),
    "version_unknown": N_("没有这一版方案"),
    "own_proposal": N_("方案是{name}自己提的，须由另一个人批准"),
    "amount_not_positive": N_("金额须大于零"),
    "entry_unknown": N_("没有这笔账"),
    "already_reversed": N_("这笔账已经冲正过了"),
    "month_closed": N_("{month} 已经结账，不能再记这个月的账"),
    "month_open": N_("{month} 还没有结账"),
    "month_not_over": N_("{month} 还没过完，{last} 之后才能结账"),
    "month_unreadable": N_("看不懂的月份“{month}”，应为 2026-11 这样"),
    "findings_open": N_("还有 {count} 个问题没有处理：逐个写明原因，或立案追回"),
    "finding_unknown": N_("这个问题已经不在了，刷新看看"),
    "finding_settled": N_("这个问题已经处理过了"),
    "finding_names_nobody": N_("这个问题没有指向个人：要立案请选运营单位"),
    "recovery_unknown": N_("没有这个追回案"),
    "more_than_owed": N_("只差 {open_fen} 元，收了 {paid_fen} 元"),
    "subsidy_barred": N_(
        "{name}自 {since} 起停发补贴（追回案 {number}），可按全价用餐"
    ),
    "provider_barred": N_("本厨房自 {since} 起停发补贴（追回案 {number}）"),
    "days_open": N_("还有没关账的日子：{days}"),
    "meal_not_served": N_("这个厨房不供应这一餐"),
    "already_served": N_("{name}已在{where}吃过：{at}，{by}登记"),
    "portion_already_served": N_("{name}的第 {portion} 份已经交付过了"),
    "balance_too_low": N_("账户只有 {balance_fen} 元，这餐要 {needed_fen} 元"),
    "meal_unknown": N_("没有这条就餐记录"),
    "not_your_point": N_("这个就餐点不归您管"),
    "shift_closed": N_("{point}这一餐 {at} 已经收班，补录请写原因"),
    "shift_not_open": N_("这一餐还没有开班"),
    "late_needs_reason": N_("补录须写明原因，如断网、停电"),
    "price_changed": N_("金额变了：刚才显示 {shown_fen} 元，现在是 {now_fen} 元"),
    "nothing_received": N_("收到的份数都是零，没有可登记的"),
    "signature_missing": N_("请写明谁签收的"),
    "transfer_needs_two_places": N_("请选好从哪里调到哪里"),
    "portions_not_positive": N_("份数须大于零"),
    "till_cash_differs": N_(
        "现金 {counted_fen} 元，账上 {rows_fen} 元：请写明差在哪里"
    ),
    "served_more_than_received": N_("比收到的多发了 {portions} 份：请写明从哪里来的"),
}

FINDINGS = {
    "day_open": N_("没关账的日子"),
    "after_leaving": N_("退出后还有餐"),
    "while_paused": N_("停餐、住院期间有餐"),
    "second_meal": N_("同日两餐"),
    "expired": N_("资格过期"),
    "not_served": N_("不供餐的日子有补贴"),
    "beyond_booked": N_("超出订餐和散客上限"),
    "device_rate": N_("一台机器一分钟登记太多"),
    "signed_early": N_("出发前就签收"),
    "counts_alike": N_("连续几天份数一样"),
    "late_entry": N_("事后补录"),
}
