"""Words of rounds and drivers: refusals, faults, reasons, vehicles."""

from app.i18n import N_
from app.i18n import translate as _
from app.words.diets import key_words
from kitchen.distances import STRAIGHT, Used
from kitchen.round_plans import Beginning
from kitchen.stops import Crate
from kitchen.timetables import Fault

SENTENCES = {
    "driver_unknown": N_("没有这位送餐员"),
    "driver_without_name": N_("请填送餐员姓名"),
    "driver_profile_unknown": N_("请选好交通工具"),
    "driver_without_room": N_("一趟能带的份数要大于 0"),
    "driver_shift_empty": N_("下班时间要晚于上班时间"),
    "driver_never_there": N_("请至少勾一天"),
    "driver_without_end": N_("终点选了“自己的地点”，请填经纬度"),
    "start_without_place": N_("{name}在地图上没有位置，先给就餐点定位"),
    "start_with_bulk": N_("{name}要给就餐点送大桶，只能从厨房出发"),
    "driver_substitute_unfit": N_("替班的人要是本厨房的另一位送餐员"),
    "pledge_backwards": N_("承诺书到 {until} 为止，早于签署日 {signed}，请核对"),
    "pledge_future": N_("签署日 {signed} 还没有到，请核对"),
    "already_paired": N_("{name} 已经和{driver}结对，请先结束那一对"),
    "paired_but_banned": N_("这位老人在“不派去的人家”里，不能和{name}结对"),
    "driver_rounds_out_of_range": N_("一餐跑的趟数在 1 到 9 之间，填的是 {rounds}"),
    "driver_account_unfit": N_("只能选本厨房在用的送餐员账号"),
    "driver_account_taken": N_("这个账号已经是{name}的"),
    "no_habit": N_("前三周没有发布过线路，请用自动编排"),
    "standing_twice": N_("有人排在两处，请每人只留一处"),
    "no_drivers": N_("还没有送餐员，请先登记"),
    "plan_unknown": N_("没有这一版线路"),
    "plan_superseded": N_("线路已经改到第 {version} 版，请在新的一版上改"),
    "plan_not_published": N_("线路还没有发布，不能登记"),
    "round_unknown": N_("没有这一趟"),
    "round_empty": N_("这一趟没有站点"),
    "stop_unknown": N_("没有这一站"),
    "round_person_missing": N_("还有 {n} 户不在线路里（{names}），请先更新线路"),
    "round_person_gone": N_("有 {n} 户今天已经不送了，请先更新线路"),
    "round_person_twice": N_("{names}被排了两次"),
    "round_without_driver": N_("第 {rounds} 趟还没有送餐员，不能发布"),
    "driver_health_expired": N_("{name} 的健康证 {on} 已到期，不能送餐，请换人"),
    "driver_licence_expired": N_("{name} 的驾驶证 {on} 已到期，不能开车，请换人"),
    "driver_insurance_expired": N_("{name} 的车辆保险 {on} 已到期，不能开车，请换人"),
    "plan_faulty": N_("有 {n} 处错误不能放行，请重新编排或更新线路"),
    "plan_faulty_load": N_("有 {n} 趟超载，不能发布"),
    "plan_faulty_vehicle_forbidden": N_("有 {n} 户排给了不该去的人，不能发布"),
    "plan_faulty_skills": N_("有 {n} 个就餐点排给了不带大桶的人，不能发布"),
    "plan_faulty_supply": N_(
        "有 {n} 趟不从厨房出发，饭却没有人按时送到出发点，不能发布"
    ),
    "plan_faulty_max_rounds": N_("有送餐员的趟数超过能跑的趟数，不能发布"),
    "plan_needs_override": N_(
        "超时 {n} 处，晚到 {late} 户，没排上 {waiting} 户；"
        "确要发布，请写明谁同意、为什么"
    ),
    "plan_not_confirmed": N_(
        "复核程序（OR-Tools 完整模型）不同意这一版；确要发布，请写明谁同意、为什么"
    ),
    "already_loaded": N_("{by} {at} 已经点过 {portions} 份；点错了请先作废那一条"),
    "loading_empty": N_("还没有填装车份数"),
    "loading_unknown": N_("没有这条装车记录"),
}

FAULTS = {
    "missing": N_("有人没排上"),
    "twice": N_("有人排了两次"),
    "unknown": N_("多出不认识的站"),
    "load": N_("超载"),
    "vehicle_forbidden": N_("不派此人"),
    "skills": N_("不能带就餐点大桶"),
    "max_rounds": N_("趟数太多"),
    "supply": N_("出发点没有饭"),
    "max_tasks": N_("站太多"),
    "wrong_time": N_("时间不对"),
    "wrong_load": N_("份数不对"),
    "wrong_summary": N_("合计不对"),
    "delay": N_("晚到"),
    "age": N_("超过保温时限"),
    "shift": N_("超出班次"),
    "work_time": N_("工时太长"),
    "max_travel_time": N_("路上太久"),
    "lead_time": N_("太早"),
    "missing_break": N_("没有休息"),
}

WHY = {
    "no_place": N_("地址还没有定位"),
    "by_hand": N_("手工移出"),
    "no_vehicle_allowed": N_("没有能去的送餐员"),
    "too_big": N_("份数超过任何一辆车"),
    "too_far_to_stay_hot": N_("太远，饭会凉"),
    "window_missed": N_("赶不上开饭时间"),
    "outside_shift": N_("在所有人的班次之外"),
    "no_time_to_rest": N_("送这里的人就没时间休息了"),
    "no_room": N_("车都满了或时间排满"),
    "not_supplied": N_("没有人把饭送到出发点"),
    "not_planned": N_("还没有编进线路"),
}
POINT_WHY = {"no_vehicle_allowed": N_("没有能带大桶去的送餐员")}

DRIVER_KINDS = {"staff": N_("送餐员"), "volunteer": N_("志愿者")}
END_WORDS = {
    "kitchen": N_("回厨房"),
    "last_door": N_("最后一户就结束"),
    "place": N_("自己的地点"),
}
PROFILES = {"walk": N_("步行"), "ebike": N_("电动车"), "van": N_("汽车")}

ENGINES = {
    "ortools": N_("系统编排"),
    "sisr": N_("系统编排"),
    "floor": N_("保底编排"),
    "hand": N_("手工"),
    "habit": N_("照上次的线路"),
    "standing": N_("照常规线路"),
}

NO_ANSWER = {
    "timed_out": N_("没有在时限内答复"),
    "killed": N_("中途退出"),
    "failed": N_("出错退出"),
    "garbage": N_("答复读不懂"),
    "too_much_output": N_("答复读不懂"),
    "not_started": N_("无法启动"),
    "changed": N_("复核期间线路被改动"),
}

ROAD_TROUBLES = {
    "unreachable": N_("道路服务连不上"),
    "slow": N_("道路服务没有在时限内答复"),
    "error": N_("道路服务报错"),
    "nonsense": N_("道路服务的答复读不懂"),
    "failed": N_("查道路的程序出错"),
}

SECONDS = frozenset({"delay", "age", "shift", "work_time", "max_travel_time"})


def fault_words(fault: Fault) -> str:
    """晚到 4 分钟; 超载 3 份; 不派此人."""
    word = _(FAULTS.get(fault.code, fault.code))
    if fault.code in SECONDS and fault.size:
        return _("{word} {n} 分钟", word=word, n=-(-fault.size // 60))
    if fault.code == "load":
        return _("{word} {n} 份", word=word, n=fault.size)
    return word


def travel_words(travel: Used) -> str:
    """路上时间：OSRM 道路，2450 段里有 12 段按直线估算：道路服务连不上."""
    if travel.provider == STRAIGHT:
        return _("路上时间：按直线距离和绕行系数估算")
    if not travel.straight:
        return _("路上时间：OSRM 道路，{pairs} 段都查到", pairs=travel.pairs)
    counted = _(
        "路上时间：OSRM 道路，{pairs} 段里有 {n} 段按直线估算",
        pairs=travel.pairs,
        n=travel.straight,
    )
    unknown = travel.straight - travel.roadless
    parts = []
    if unknown:
        trouble = ROAD_TROUBLES.get(travel.trouble, N_("还没有查过"))
        parts.append(_("{n} 段{trouble}", n=unknown, trouble=_(trouble)))
    if travel.roadless:
        parts.append(_("{n} 段没有路", n=travel.roadless))
    return _("{counted}（{why}）", counted=counted, why="，".join(parts))


def why_words(why: str, is_point: bool) -> str:
    """Why somebody, or a dining point, waits for a place."""
    words = {**WHY, **POINT_WHY} if is_point else WHY
    return _(words.get(why, N_("还没有编进线路")))


def crate_words(crate: Crate) -> str:
    """转交第 3 趟 12 份：普通 10、软食 2."""
    diets = [f"{key_words(key)} {n}" for key, n in crate.diets]
    counted = _("转交第 {n} 趟 {portions} 份", n=crate.number, portions=crate.portions)
    return _("{counted}：{diets}", counted=counted, diets=_("、").join(diets))


def begins_words(begins: Beginning, at: str) -> str:
    """从朝阳就餐点出发，饭随第 2 趟 10:48 到."""
    name, n = begins.name, begins.number
    if n is None:
        return _("从{name}出发，饭还没有人送去", name=name)
    return _("从{name}出发，饭随第 {n} 趟 {at} 到", name=name, n=n, at=at)


def floor_words(floor: int | None, lift: bool) -> str:
    """步梯 5 楼 / 电梯 12 楼; "" on the ground floor or when nobody knows."""
    if floor is None or floor <= 1:
        return ""
    if lift:
        return _("电梯 {n} 楼", n=floor)
    return _("步梯 {n} 楼", n=floor)
