"""Words of the callbacks."""

from app.i18n import N_

SENTENCES = {
    "slip_unknown": N_("没有编号是{typed}的意见条，请再看一遍"),
    "slip_typed": N_("{typed}已由{by}录过"),
    "quarter_unknown": N_("没有这个季度"),
    "percent_too_low": N_("每季度至少回访 5%"),
    "nobody_to_ask": N_("这个季度还没有人用过补贴餐，抽不出人"),
    "answer_unknown": N_("请选好怎么回访的、结果怎样"),
    "pick_unknown": N_("没有这一条回访"),
    "dissatisfied_needs_words": N_("不满意的，请写下哪里不满意"),
}

WAYS = {"call": N_("电话回访"), "visit": N_("上门回访")}

ANSWERS = {
    "satisfied": N_("满意"),
    "neutral": N_("一般"),
    "dissatisfied": N_("不满意"),
    "not_reached": N_("没联系上"),
}
