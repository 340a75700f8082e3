"""Refusals of places and of the register of people."""

from app.i18n import N_

SENTENCES = {
    "area_level_unknown": N_("没有“{level}”这一级区域"),
    "kitchen_unknown": N_("没有这个厨房"),
    "dining_point_unknown": N_("没有这个就餐点"),
    "building_unknown": N_("没有这栋楼"),
    "elder_unknown": N_("没有这位老人"),
    "address_unknown": N_("没有这个地址"),
    "card_unknown": N_("没有这张卡"),
    "contact_unknown": N_("没有这位联系人"),
    "field_unknown": N_("没有“{field}”这一项"),
    "id_number_registered": N_("这个身份证号已登记给{name}（{number}）"),
    "card_in_use": N_("卡号 {number} 已经绑定给{name}"),
    "changed_meanwhile": N_("{name}的档案刚被别人改过，请核对后再保存一次"),
    "dates_reversed": N_("日期反了：从 {first} 到 {last}"),
    "pause_needs_reason": N_("请写明停餐的原因，如住院、探亲"),
}
