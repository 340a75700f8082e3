"""Refusals of places and of the register of people, and the register's own words."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from app.days import day_words
from app.i18n import N_
from app.i18n import translate as _
from kitchen.registry import Change, Eligibility, StateFacts

SENTENCES = {
    "area_level_unknown": N_("没有“{level}”这一级区域"),
    "area_unknown_here": N_("没有这个区域"),
    "kitchen_unknown": N_("没有这个厨房"),
    "no_kitchen_yet": N_(
        "还没有厨房：先运行 ./run serve 看演示，或 ./run init 建自己的"
    ),
    "dining_point_unknown": N_("没有这个就餐点"),
    "building_unknown": N_("没有这栋楼"),
    "elder_unknown": N_("没有这位老人"),
    "address_unknown": N_("没有这个地址"),
    "card_unknown": N_("没有这张卡"),
    "contact_unknown": N_("没有这位联系人"),
    "consent_without_evidence": N_("请在凭据里写明同意书是谁、哪天签的"),
    "category_unknown": N_("没有这条类别，或已经撤回"),
    "entitlement_unknown": N_("没有这条送餐资格"),
    "field_unknown": N_("没有“{field}”这一项"),
    "id_number_registered": N_("这个身份证号已登记给{name}（{number}）"),
    "card_blocked": N_(
        "尾号 {tail} 的卡 {since} 已挂失（{reason}），不能用；请问姓名，按姓名登记"
    ),
    "cards_used_up": N_("{number} 的卡号用完了"),
    "card_in_use": N_("卡号 {number} 已经绑定给{name}"),
    "changed_meanwhile": N_("{name}的档案刚被别人改过，请核对后再保存一次"),
    "third_address_change": N_(
        "{name}在 {year} 年已经改过两次地址：第三次须督导写明理由"
    ),
    "third_service_address": N_("{name}一户已有两处服务地址：第三处须督导写明理由"),
    "dates_reversed": N_("日期反了：从 {first} 到 {last}"),
    "pause_needs_reason": N_("请写明停餐的原因，如住院、探亲"),
    "not_paused": N_("{day} 本来就在用餐，不用恢复"),
    "household_of_one": N_("不能和自己同户，请选另一位老人"),
}

SEXES = {"female": N_("女"), "male": N_("男")}
STATES = {
    "active": N_("用餐中"),
    "paused": N_("停餐中"),
    "ended": N_("已退出"),
    "deceased": N_("已故"),
}
SELF_CARE = {"able": N_("自理"), "partly": N_("半失能"), "unable": N_("失能")}
CATEGORIES = {
    "low_income": N_("低保"),
    "low_income_edge": N_("低保边缘"),
    "destitute": N_("特困"),
    "bereaved_family": N_("计生特殊家庭"),
    "disabled": N_("残疾"),
    "veteran": N_("优抚"),
    "model_worker": N_("劳模"),
    "empty_nest": N_("空巢"),
    "left_behind": N_("留守"),
    "centenarian": N_("百岁"),
    "living_alone": N_("独居"),
    "annual_pass": N_("年卡"),
}
CONSENTS = {"agreed_place": N_("同意约定放置")}
FACTS = CATEGORIES | CONSENTS
DELIVERY_REASONS = {
    "mobility": N_("行动不便"),
    "illness": N_("生病"),
    "weather": N_("天气"),
}
CONTACT_KINDS = {
    "family": N_("家属"),
    "neighbour": N_("结对邻居"),
    "clerk": N_("社区专员"),
}
PLACED_BY = {
    "own": N_("按住户定位"),
    "building": N_("按楼栋定位"),
    "compound": N_("按小区中心估计"),
    "none": N_("未定位"),
}
DIET_FILTERS = {
    "soft": N_("软食"),
    "semi_liquid": N_("半流质"),
    "pureed": N_("糊状"),
    "low_salt": N_("低盐"),
    "sugar_control": N_("控糖"),
    "halal": N_("清真"),
    "vegetarian": N_("素食"),
    "allergy": N_("有过敏"),
}
ELIGIBLE = {
    "registered_here": N_("可享补贴：满 60 周岁，户籍在本地"),
    "resident_two_years": N_("可享补贴：满 60 周岁，在本地连续居住满两年"),
    "younger_than_60": N_("不享补贴：未满 60 周岁"),
    "not_resident_two_years": N_("不享补贴：户籍不在本地，居住未满两年"),
}
ACTIONS = {
    "elder.enrol": N_("登记入册"),
    "elder.change": N_("修改档案"),
    "elder.active": N_("恢复用餐"),
    "elder.paused": N_("登记停餐"),
    "elder.ended": N_("退出"),
    "elder.deceased": N_("登记去世"),
    "elder.move": N_("搬家"),
    "elder.contacts": N_("修改联系人"),
    "address.place": N_("住户定位"),
    "card.bind": N_("绑定卡"),
    "card.block": N_("挂失卡"),
    "card.replace": N_("换新卡"),
    "category.set": N_("登记类别"),
    "category.end": N_("类别到期"),
    "delivery.entitle": N_("登记送餐资格"),
    "delivery.end": N_("送餐资格到期"),
    "household.share": N_("登记同户"),
    "household.leave": N_("另立一户"),
    "reveal.phone": N_("查看手机号"),
    "reveal.id": N_("查看身份证号"),
    "reveal.contact": N_("查看联系人电话"),
    "reveal.evidence": N_("查看凭据"),
    "plan.set": N_("修改长期计划"),
    "plan.skip": N_("登记不吃"),
    "plan.extra": N_("登记加份"),
    "plan.change": N_("登记改地点"),
    "plan.book": N_("临时订餐"),
    "plan.withdraw": N_("撤回临时变动"),
    "ledger.top_up": N_("充值"),
}
FIELDS = {
    "name": N_("姓名"),
    "sex": N_("性别"),
    "birth_date": N_("出生日期"),
    "id_tail": N_("身份证号"),
    "id_note": N_("无证原因"),
    "phone_tail": N_("手机"),
    "point_id": N_("就餐点"),
    "hukou_area_id": N_("户籍"),
    "residence_area_id": N_("居住地"),
    "residence_since": N_("居住起始"),
    "self_care": N_("自理"),
    "lives_alone": N_("独居"),
    "slow_door": N_("开门慢"),
    "language": N_("只听得懂"),
    "diet": N_("饮食"),
}

FORM_WORDS = {
    "name": N_("姓名"),
    "sex": N_("性别"),
    "birth": N_("出生日期"),
    "id_note": N_("无证原因"),
    "point": N_("就餐点"),
    "self_care": N_("自理"),
    "lives_alone": N_("独居"),
    "slow_door": N_("开门慢"),
    "language": N_("只听得懂"),
    "texture": N_("质地"),
    "limits": N_("限制"),
    "vegetarian": N_("素食"),
    "allergies": N_("过敏"),
    "allergies_more": N_("其他过敏"),
    "dislikes": N_("忌口"),
    "hukou": N_("户籍"),
    "residence": N_("居住地"),
    "residence_since": N_("居住起始"),
}
ENTRY_KINDS = {
    "meal": N_("用餐"),
    "top_up": N_("充值"),
    "refund": N_("退款"),
    "reversal": N_("冲销"),
}


def eligibility_words(eligibility: Eligibility) -> str:
    """One sentence: yes or no, and why."""
    return _(ELIGIBLE[eligibility.reason])


def state_words(state: StateFacts, today: dt.date) -> str:
    """ "明天起停 3 天，11月28日 周六恢复": when, how long, and back when."""
    first = near_day(state.from_day, today)
    if state.state == "paused" and state.to_day is not None:
        days = (state.to_day - state.from_day).days + 1
        back = day_words(state.to_day + dt.timedelta(days=1))
        return _("{first}起停 {n} 天，{back}恢复", first=first, n=days, back=back)
    if state.state == "paused":
        return _("{first}起停餐，等通知恢复", first=first)
    if state.state == "active":
        return _("{first}起恢复用餐", first=first)
    if state.state == "ended":
        return _("{first}起退出", first=first)
    return _("{first}去世", first=first)


def near_day(day: dt.date, today: dt.date) -> str:
    """今天, 明天, or the date."""
    if day == today:
        return _("今天")
    if day == today + dt.timedelta(days=1):
        return _("明天")
    return day_words(day)


def change_words(change: Change) -> str:
    """What a line of history was about, without repeating private values."""
    if change.action == "elder.change":
        names = [_(FIELDS[name]) for name in change.after if name in FIELDS]
        return _("、").join(names)
    parts = [_span(change.after), _place(change.after), change.reason]
    return " · ".join(part for part in parts if part)


def _span(facts: Mapping[str, Any]) -> str:
    first, last = facts.get("from"), facts.get("to")
    if first and last and first != last:
        return f"{first} – {last}"
    return str(first or last or "")


def _place(facts: Mapping[str, Any]) -> str:
    if "code" in facts:
        return _(FACTS.get(str(facts["code"]), str(facts["code"])))
    if "building" in facts:
        return f"{facts.get('compound', '')}{facts['building']}"
    return str(facts.get("with", ""))
