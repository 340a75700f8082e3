"""Refusals of plans and of the count."""

from app.i18n import N_

SENTENCES = {
    "already_booked": N_("{name}这一餐已经订过了，不能重复订"),
    "not_active": N_("{name}现在停餐或已退出，不能订餐、就餐"),
    "headcount_closed": N_("{day} 的人数已经截单，改动请到“人数”页按加餐、退餐登记"),
    "headcount_open": N_("{day} 的人数还没有截单"),
    "nobody_eats": N_("{day} 没有人订餐，不用截单"),
    "reason_missing": N_("请写明原因"),
    "other_meal_missing": N_("请写明改送什么"),
    "meal_stopped": N_("{day} 这一餐停供（{reason}），先恢复供餐才能加"),
    "menu_too_many": N_("一餐最多改送 {most} 道"),
    "meal_already_closed": N_("{day} 这一餐已经停过或换过了"),
    "book_one_day": N_("临时订餐一次只订一天，请一天一天登记"),
    "nothing_to_change": N_("{name} {day} 这一餐本来就没有订，不用改"),
    "exception_unknown": N_("没有这条临时变动"),
    "diner_unknown": N_("没有这份餐"),
    "meal_already_handed_over": N_("这份餐已经交到老人手里，不能再退"),
    "day_closed": N_("{day} 已经对账关账，不能再改"),
}

KINDS = {
    "skip": N_("不吃"),
    "extra": N_("加份"),
    "change": N_("改地点"),
    "book": N_("临时订餐"),
}
SOURCES = {
    "telephone": N_("电话"),
    "office": N_("办公室"),
    "door": N_("门口"),
    "till": N_("就餐点"),
    "paper": N_("纸条"),
}
DAY_KINDS = {
    "workday": N_("工作日"),
    "weekend": N_("周末"),
    "holiday": N_("节假日"),
    "makeup_workday": N_("调休上班"),
}
