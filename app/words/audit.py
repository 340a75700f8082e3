"""What was done to what, in words: an action is `object.verb`, said as two words."""

from app.i18n import N_
from app.i18n import translate as _

OBJECTS = {
    "act": N_("操作"),
    "area": N_("辖区"),
    "balance": N_("对账"),
    "building": N_("楼栋"),
    "certificate": N_("证件"),
    "day": N_("一天"),
    "delivery": N_("送餐"),
    "dining": N_("就餐点"),
    "dining_point": N_("就餐点"),
    "door": N_("上门"),
    "driver": N_("送餐员"),
    "elder": N_("老人"),
    "food": N_("菜品库"),
    "hand": N_("从业人员"),
    "headcount": N_("人数"),
    "import": N_("导入"),
    "kitchen": N_("厨房"),
    "ledger": N_("台账"),
    "meal": N_("就餐记录"),
    "meal_service": N_("餐次设置"),
    "menu": N_("菜单"),
    "month": N_("月度结算"),
    "plan": N_("计划"),
    "print": N_("打印"),
    "production": N_("生产"),
    "round": N_("线路"),
    "scheme": N_("补贴方案"),
    "service_override": N_("供餐日"),
    "sheet": N_("送餐单"),
    "staff": N_("员工"),
    "stop": N_("停靠点"),
}

VERBS = {
    "active": N_("恢复用餐"),
    "add": N_("新增"),
    "apply": N_("写入"),
    "approve": N_("批准"),
    "assign": N_("排岗"),
    "assign_driver": N_("派送餐员"),
    "ban": N_("停派"),
    "cancel": N_("取消"),
    "change": N_("修改"),
    "check": N_("晨检"),
    "clear": N_("撤销"),
    "close": N_("关闭"),
    "close_shift": N_("收班"),
    "contacts": N_("改联系人"),
    "copy_week": N_("复制上周"),
    "decide": N_("定做法"),
    "end": N_("结束"),
    "end_sessions": N_("退出设备"),
    "enrol": N_("登记"),
    "entitle": N_("给送餐资格"),
    "hand_over": N_("交付"),
    "leftover": N_("剩余"),
    "lift_ban": N_("恢复派单"),
    "load": N_("载入"),
    "lock": N_("锁定"),
    "move": N_("移动"),
    "note": N_("说明"),
    "options": N_("改样式"),
    "override_allergy": N_("坚持过敏餐"),
    "password": N_("改密码"),
    "propose": N_("提出"),
    "publish": N_("发布"),
    "receive": N_("收餐"),
    "registered": N_("登记版本"),
    "relieve": N_("撤岗"),
    "reopen": N_("重新启用"),
    "repeated": N_("重印"),
    "report": N_("上报"),
    "retire": N_("离岗"),
    "return": N_("交回"),
    "reveal": N_("查看明文"),
    "set": N_("设定"),
    "set_dish": N_("排菜"),
    "sheets": N_("改单据样式"),
    "sign_in": N_("登录"),
    "sign_out": N_("退出登录"),
    "tampered": N_("内容被改"),
    "top_up": N_("充值"),
    "transfer": N_("调拨"),
    "undecide": N_("取消做法"),
    "undo": N_("撤回"),
    "unload": N_("撤回装车"),
    "void": N_("作废"),
    "voided": N_("作废"),
    "withdraw": N_("撤回"),
}


def action_words(action: str) -> str:
    """ "staff.add" → "员工 新增"; a part without a word is shown as it is."""
    thing, _dot, verb = action.partition("." if "." in action else "_")
    said = [
        _(words[part]) if part in words else part
        for words, part in ((OBJECTS, thing), (VERBS, verb))
        if part
    ]
    return " ".join(said)
