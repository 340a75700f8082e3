"""Words of the forecast: refusals, columns of the list, what a forecast stands on."""

from app.i18n import N_

SENTENCES = {
    "came_above_booked": N_(
        "订了 {booked} 份却来了 {value} 份，多出的 {more} 份请填到散客"
    ),
    "spare_costs": N_("缺一份和多一份的损失都要大于 0"),
}

# The labels of kitchen.attendance_lists, here for translation.
COLUMNS = {
    "date": N_("日期"),
    "point": N_("就餐点"),
    "meal": N_("餐次"),
    "booked": N_("订餐"),
    "came": N_("到场"),
    "walk_ins": N_("散客"),
}
