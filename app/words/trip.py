"""Words of the page on a driver's telephone."""

from app.i18n import N_

SENTENCES = {
    "pass_unknown": N_("这个码打不开：可能是旧单子，请看纸单或打厨房电话"),
    "pass_other_day": N_("这个码是 {day} 的，不是今天的"),
    "pass_over": N_("这一趟已经结束，页面关闭了"),
    "stop_not_on_trip": N_("这一户已不在您这一趟里，请打厨房电话"),
    "undo_not_yours": N_("这一户是厨房登记的，请打厨房电话改"),
}

TROUBLES = {
    "body": N_("身体"),
    "home": N_("家里"),
    "food": N_("饭菜"),
    "other": N_("其他"),
}

SCRIPT_WORDS = {
    "online": N_("在线"),
    "offline": N_("离线"),
    "waiting": N_("{n} 条待上传"),
    "parked": N_("{n} 条没有收下：请照纸单报给厨房"),
    "undone": N_("已撤销"),
    "not_kept": N_("这部手机存不住：没网时请记在纸单上"),
    "no_number": N_("没有登记电话"),
    "call": N_("打电话"),
    "need_net": N_("看号码要有网；没网请打厨房电话"),
    "all_told": N_("这一趟都报了"),
}
"""What the script says; sent with the page so that it speaks the page's language."""
