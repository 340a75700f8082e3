"""Why a door is where it is, and what would make room for one that waits."""

from dataclasses import replace

from app.i18n import N_
from app.i18n import translate as _
from app.settings import Settings
from app.words.proposals import minutes, price_words
from kitchen.drivers import DriverFacts
from kitchen.round_reasons import Help, WhyHere

HELPS = {
    "delay": N_("开饭截止放宽 {n} 分，到 {until}，{driver}就能送到"),
    "age": N_("保温时限放宽 {n} 分，{driver}就能送到"),
    "load": N_("{driver}多带 {n} 份就放得下"),
    "shift": N_("{driver}晚 {n} 分下班，到 {until}，就能送到"),
    "work_time": N_("{driver}多干 {n} 分就能送到"),
    "max_travel_time": N_("{driver}多走 {n} 分就能送到"),
    "max_tasks": N_("{driver}多送 {n} 处就能送到"),
    "max_rounds": N_("{driver}多跑 {n} 趟就能送到"),
    "vehicle_forbidden": N_("允许{driver}上这家的门就能送到"),
    "skills": N_("{driver}能带大桶就能送到"),
    "missing_break": N_("{driver}的休息放晚 {n} 分就能送到"),
    "supply": N_("{driver}起点的那箱早到或多带一些，就能送到"),
    "another_vehicle": N_("再加一个像{driver}这样的送餐员，{until} 前出发，就能送到"),
}
WISHES = {
    "paired": N_("和{name}结了对"),
    "language": N_("{name}会说这位老人的话"),
    "usual": N_("一直是{name}送，不换人"),
    "likes": N_("{name}愿意跑这个小区"),
}
IN_SECONDS = frozenset(
    {"delay", "age", "shift", "work_time", "max_travel_time", "missing_break"}
)


def why_here_words(why: WhyHere | None, driver: DriverFacts | None) -> list[str]:
    """Sentences, the weightiest first; nothing for a door on no round."""
    if why is None:
        return []
    said = []
    if why.wish and driver:
        said.append(_(WISHES[why.wish], name=driver.name))
    if why.same_stairwell:
        said.append(_("同一楼道这趟还有 {n} 户，一次上楼", n=why.same_stairwell))
    elif why.same_compound:
        said.append(_("同一小区这趟还有 {n} 户", n=why.same_compound))
    else:
        said.append(_("单为这一站要用 {n} 分", n=minutes(why.saved_seconds)))
    if why.elsewhere is None:
        said.append(_("别的趟都锁定了或没有别的趟"))
    elif why.elsewhere.breaks:
        said.append(
            _(
                "换到别处最好的是第 {number} 趟第 {position} 站，但{price}",
                number=why.elsewhere.number,
                position=why.elsewhere.position,
                price=price_words(why.elsewhere.change),
            )
        )
    elif why.elsewhere.change.seconds >= 0:
        said.append(
            _(
                "换到别处最好的是第 {number} 趟第 {position} 站，要{price}",
                number=why.elsewhere.number,
                position=why.elsewhere.position,
                price=price_words(why.elsewhere.change),
            )
        )
    else:
        said.append(
            _(
                "光看路程，第 {number} 趟第 {position} 站更省：{price}",
                number=why.elsewhere.number,
                position=why.elsewhere.position,
                price=price_words(why.elsewhere.change),
            )
        )
    return said


def help_words(help: Help, driver: DriverFacts | None) -> str:
    """One change that would help, with its figure, or the few needed together."""
    if help.also:
        parts = [replace(help, also=()), *help.also]
        steps = "；".join(help_words(part, driver) for part in parts)
        return _("要一起做才行：{steps}", steps=steps)
    n = minutes(help.size) if help.change in IN_SECONDS else help.size
    until = help.until.astimezone(Settings().timezone) if help.until else None
    return _(
        HELPS.get(help.change, N_("放宽一项规定就能送到")),
        n=n,
        until=f"{until:%H:%M}" if until else "",
        driver=driver.name if driver else _("送餐员"),
    )
