"""Refusals and names of claims, payments and the quarter's signatures."""

from app.i18n import N_

SENTENCES = {
    "claim_unknown": N_("{month} 没有这个出资方的申领"),
    "claim_overpaid": N_("只差 {open_fen} 元，这笔是 {paid_fen} 元"),
    "paid_in_the_future": N_("到账日 {day} 还没到"),
    "payment_unknown": N_("没有这笔到账"),
    "correction_of_nothing": N_("更正金额不能是零"),
    "correction_line_unknown": N_("那个月没有这一行：请选那个月的出资方、地点和社区"),
    "corrected_below_zero": N_("那一行只有 {left_fen} 元，减不了这么多"),
    "quarter_unreadable": N_("看不懂的季度“{text}”，应为 2026-Q4 这样"),
    "quarter_not_over": N_("{quarter} 还没过完，{last} 之后才能制表"),
    "quarter_months_open": N_("还有没结账的月份：{months}"),
    "quarter_empty": N_("{quarter} 这个社区没有申领"),
    "statement_unknown": N_("没有这张季度结算表"),
    "statement_stale": N_("就餐记录和制表时不一样，不能签；请先核查"),
    "signature_out_of_order": N_(
        "签字有先后：先社区，再街道，后区里；现在轮到{awaited}"
    ),
    "statement_complete": N_("三级都签过了，不能再签"),
    "signer_missing": N_("请写签字人的姓名"),
    "signer_signed_before": N_("{name}已经签过前面的一级，须由另一个人签"),
    "not_your_office": N_("这一级不归您签"),
}

CHANNELS = {"table": N_("堂食"), "collect": N_("代领"), "door": N_("送餐")}
PARTS = {
    "self": N_("自付"),
    "subsidy": N_("补贴"),
    "discount": N_("企业让利"),
    "delivery": N_("送餐费"),
    "operator": N_("运营补贴"),
}
BUCKETS = (N_("30 天以内"), N_("31–60 天"), N_("61–90 天"), N_("90 天以上"))
