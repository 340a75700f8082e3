"""Words of doors that stayed closed."""

from typing import Any

from app.i18n import N_

SENTENCES = {
    "step_unknown": N_("请选好做了哪一步"),
    "case_unknown": N_("没有这条无人应答记录"),
    "case_closed": N_("{by} {at} 已经处理完了"),
    "rung_unknown": N_("这位联系人不在这位老人的联系顺序里"),
    "called_needs_rung": N_("请写明打给了谁"),
    "reached_needs_name": N_("请写明联系到了谁"),
    "handed_over_needs_office": N_("请写明交给了哪个单位"),
    "handed_over_needs_person": N_("请写明单位里是谁接的"),
    "second_visit_past": N_("再上门的时间 {at} 已经过了"),
    "fate_unknown": N_("请选好这份饭怎么办"),
    "meal_not_in_hand": N_("这份饭已经写明去向，不能再登记一次"),
    "meal_still_in_hand": N_("原来的一份还在车上，不用换备份"),
    "spare_used_up": N_("厨房里这种餐的备份只剩 {left} 份，不够"),
    "door_on_no_round": N_("这一户没有编进线路，饭还在厨房"),
}

STEPS = {
    "called": N_("打过电话，没联系上"),
    "second_visit": N_("再上门，还是没人"),
    "reached": N_("联系到了"),
    "handed_over": N_("交给单位"),
    "meal_kept": N_("饭留在保温箱，等再上门"),
    "meal_returned": N_("饭带回厨房"),
    "meal_wasted": N_("饭倒掉"),
    "meal_spare": N_("改送一份备份"),
    "found_at_fault": N_("登记有误"),
}

RUNG_KINDS = {
    "elder": N_("本人"),
    "family": N_("家属"),
    "neighbour": N_("签约邻居"),
    "clerk": N_("社区专员"),
    "emergency": N_("急救 120 / 报警 110"),
}

CASE_WORDS: dict[str, Any] = {"STEPS": STEPS, "RUNG_KINDS": RUNG_KINDS, "numbers": {}}
"""What the cards of closed doors need wherever they are shown."""
