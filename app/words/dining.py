"""Words of the dining point, and what the till says no to."""

from app.i18n import N_

FATES = {"returned": N_("退回厨房"), "wasted": N_("倒掉")}
SCORES = {"good": N_("好吃"), "fair": N_("一般"), "poor": N_("不好吃")}
STATUSES = {
    "ok": N_("已记录"),
    "conflict": N_("重复，待核对"),
    "review": N_("待核对"),
    "late": N_("迟报"),
    "unmatched": N_("未对上人，按全价"),
}
REPORT_CODES = {
    "already_served": N_("这一餐已经登记过"),
    "portion_already_served": N_("这一份已经登记过"),
    "not_active": N_("停餐、退出或已故"),
    "balance_too_low": N_("账户余额不够"),
    "elder_unknown": N_("名册里没有"),
    "subsidy_barred": N_("这位老人已停发补贴"),
    "tablet_blocked": N_("平板已报丢失"),
    "provider_barred": N_("运营单位已停发补贴"),
    "above_approved_price": N_("高于核定价"),
    "free_item_charged": N_("免费项目不能收钱"),
    "shift_closed": N_("收班以后才到"),
    "day_closed": N_("关账以后才到"),
    "month_closed": N_("月结以后才到"),
}
"""Why a report could not simply count."""
CHOICES = {
    "accept": N_("照常记为这一餐"),
    "self_pay": N_("记为自费加餐"),
    "gift": N_("算赠送，不动账"),
    "swap": N_("前一条记错了，换成这一条"),
    "match": N_("对上这位老人"),
    "keep": N_("就按散客全价"),
    "noted": N_("关账后只留说明"),
    "withdrawn": N_("就餐点已撤销"),
}

COUNTED = {
    "receipt": N_("收餐"),
    "transfer": N_("调给别处"),
    "leftover": N_("剩余"),
}

SENTENCES = {
    "till_unsent": N_("本机还有 {count} 条没有上传：传完再收班，或写明为什么"),
    "score_unknown": N_("请点一张脸"),
    "feedback_beyond_meals": N_("这一餐就餐的人都评过了"),
    "counted_row_unknown": N_("没有这笔份数登记"),
    "day_not_come": N_("{day} 还没有到，那天的餐只能订，不能现在登记就餐"),
    "act_reported": N_("这一条断网时已经登记过，等待核对"),
    "act_unknown": N_("要撤销的那一条还没有传上来"),
    "already_decided": N_("{by}已经处理过了"),
    "choice_does_not_fit": N_("这一条不能这样处理"),
    "eater_unnamed": N_("请写明是谁"),
    "pack_unreadable": N_("名单不是本系统发的，请联网重新打开就餐登记"),
    "report_unknown": N_("没有这条断网记录"),
    "till_reports_open": N_(
        "断网时的 {count} 条就餐记录还没有处理，请到“断网记录”里逐条定下来"
    ),
    "tablet_blocked": N_("这台平板已报丢失停用，找回来了请主管在“平板”里恢复"),
    "tablet_unknown": N_("没有这台平板"),
    "guest_pays_cash": N_("没有登记的客人只能付现金"),
}
