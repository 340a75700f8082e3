"""The kitchen's records of food safety as papers to hand over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app import papers
from app.days import MEALS
from app.i18n import translate as _
from app.words.goods import STATE_WORDS, place_words
from app.words.hands import KIND_WORDS, gap_words
from app.words.production import VOID_KINDS
from app.words.safety import FATE_WORDS, STAGE_WORDS, degrees, readings_words
from app.words.wastes import WHY_WORDS
from kitchen import (
    batches,
    goods,
    hands,
    recalls,
    samples,
    trip_temperatures,
    wastes,
)
from kitchen.audit import LOCAL_ZONE
from kitchen.goods import LotFacts
from kitchen.hands import CheckFacts, HandFacts
from kitchen.places import KitchenFacts
from kitchen.production_records import VoidFacts, voids_between
from kitchen.reached import Reached
from kitchen.recalls import Called, RecallFacts
from kitchen.registry import ContactFacts, ElderFacts
from kitchen.samples import SampleFacts
from kitchen.trip_temperatures import TripReading
from kitchen.use_by import BatchFacts
from kitchen.wastes import WasteFacts

Cells = tuple[str, ...]
LONGEST_PACK = timedelta(days=31)
"""A month of a kitchen of 300 is eighty pages and half a minute of drawing; a quarter
was over the deadline of a paper."""
MOST_DAYS = timedelta(days=3653)
"""Ten years: records are kept for two."""


def packs_over(first: date, last: date) -> list[str]:
    """The packs that hold every record of these days, by their subjects: one, or where
    it would be too long to draw, one for each month."""
    found = []
    while last - first > LONGEST_PACK:
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        found.append(f"{first}_{following - timedelta(days=1)}")
        first = following
    return [*found, f"{first}_{last}"]


@dataclass(frozen=True)
class Wall:
    """How times are written: on the kitchen's wall clock."""

    zone: ZoneInfo

    def clock(self, at: datetime | None) -> str:
        return at.astimezone(self.zone).strftime("%H:%M") if at else "—"

    def day_clock(self, at: datetime | None) -> str:
        return at.astimezone(self.zone).strftime("%m-%d %H:%M") if at else "—"

    def made(self, by: str, at: datetime, is_late: bool) -> str:
        """Who recorded it, and when if that was late."""
        return f"{by} · {_('补记')} {self.day_clock(at)}" if is_late else by


async def inspection_pack(
    head: Mapping[str, Any],
    kitchen: KitchenFacts,
    first: date,
    last: date,
    zone: ZoneInfo,
) -> papers.InspectionPack:
    """Every record of these days, in the order an inspector asks."""
    wall, when = Wall(zone), (kitchen.id, first, last)
    people = await hands.hands_for(kitchen.id, last, retired=True)
    names = {hand.id: hand.name for hand in people}
    checks = await hands.checks_between(*when)
    return papers.InspectionPack(
        **head,
        subject=f"{first}_{last}",
        holder=_("检查"),
        first=first,
        last=last,
        licence=kitchen.licence,
        address=kitchen.address,
        rules=rules_words(kitchen),
        tables=(
            _people(people, last),
            _checks(checks, names, wall),
            _received(await goods.lots_between(*when), wall),
            _cooked(await batches.cooked_between(*when), wall),
            _trips(await trip_temperatures.trip_readings(*when), wall),
            _samples(await samples.samples_between(*when), wall),
            _wastes(await wastes.wastes_between(*when), wall),
            _recalls(await _recalled(*when), wall),
            _voids(await voids_between(*when), wall),
        ),
    )


async def _recalled(
    kitchen_id: int, first: date, last: date
) -> list[tuple[RecallFacts, Called]]:
    """What was called back on these days, oldest first, with what it stands for."""
    every = reversed(await recalls.recalls_for(kitchen_id))
    mine = [r for r in every if first <= r.at.astimezone(LOCAL_ZONE).date() <= last]
    return [(r, await recalls.called(kitchen_id, r.kind, r.row_id)) for r in mine]


def rules_words(kitchen: KitchenFacts) -> tuple[tuple[str, str], ...]:
    """The limits this kitchen works by, each with where the default comes from."""
    hours = "%g"
    code = _("餐饮服务食品安全操作规范（2018）")
    standard = _("GB 31654-2021")
    return (
        (
            _("烧熟、再加热中心温度不低于 {n} ℃", n=degrees(kitchen.core_decidegrees)),
            standard,
        ),
        (
            _(
                "热藏不低于 {n} ℃，烧熟后 {hours} 小时内食用",
                n=degrees(kitchen.hot_decidegrees),
                hours=hours % (kitchen.eat_within_held_minutes / 60),
            ),
            code,
        ),
        (
            _(
                "没有热藏的，烧熟后 {hours} 小时内食用",
                hours=hours % (kitchen.eat_within_minutes / 60),
            ),
            code,
        ),
        (
            _(
                "{chill} 小时内冷却到 {n} ℃ 以下的，{hours} 小时内再加热后食用",
                chill=hours % (kitchen.chill_within_minutes / 60),
                n=degrees(kitchen.cold_decidegrees),
                hours=hours % (kitchen.eat_within_chilled_minutes / 60),
            ),
            code,
        ),
        (
            _(
                "每样留样不少于 {grams} 克，不少于 {hours} 小时",
                grams=kitchen.sample_grams,
                hours=kitchen.sample_hours,
            ),
            standard,
        ),
    )


def _table(
    caption: str, columns: Sequence[str], rows: Iterable[Cells], none: str
) -> papers.RecordTable:
    return papers.RecordTable(caption, tuple(columns), tuple(rows), none)


def _people(people: Iterable[HandFacts], on: date) -> papers.RecordTable:
    rows: list[Cells] = []
    for hand in people:
        state = "、".join(gap_words(gap) for gap in hand.gaps(on)) or _("齐全")
        held = "；".join(
            f"{_(KIND_WORDS[each.kind])} {each.number} {each.issued_on}–"
            f"{each.expires_on or _('长期')}"
            for each in hand.certificates
        )
        retired = "" if hand.active else _("已离岗")
        rows.append((hand.name, hand.duty, held or "—", retired or state))
    return _table(
        _("从业人员和证件"),
        (_("姓名"), _("工种"), _("证件"), _("{day} 的状态", day=on)),
        rows,
        _("没有登记从业人员。"),
    )


def _checks(
    checks: Iterable[CheckFacts], names: Mapping[int, str], wall: Wall
) -> papers.RecordTable:
    """Fit or not; what was found is health data and stays in the kitchen."""
    return _table(
        _("晨检"),
        (_("日期"), _("时间"), _("姓名"), _("体温 ℃"), _("结果"), _("谁记的")),
        (
            (
                f"{check.day}",
                wall.clock(check.checked_at),
                names.get(check.hand_id, "?"),
                degrees(check.decidegrees),
                _("合格") if check.fit else _("不合格，当天不接触食品"),
                wall.made(check.by, check.at, check.is_late),
            )
            for check in checks
        ),
        _("这些天没有晨检记录。"),
    )


def _received(lots: Iterable[LotFacts], wall: Wall) -> papers.RecordTable:
    return _table(
        _("进货验收"),
        (
            *(_("到货"), _("原料"), _("重量"), _("供货商"), _("批号")),
            *(_("保质期到"), _("℃"), _("合格证号"), _("结果"), _("谁记的")),
        ),
        (
            (
                wall.day_clock(lot.received_at),
                lot.ingredient_name,
                f"{lot.grams / 1000:g} kg",
                lot.supplier,
                lot.number,
                f"{lot.expires_on or '—'}",
                degrees(lot.decidegrees),
                lot.certificate or "—",
                _("收下") if lot.accepted else f"{_('拒收')} {lot.reason}",
                wall.made(lot.by, lot.at, lot.is_late),
            )
            for lot in lots
        ),
        _("这些天没有进货记录。"),
    )


def _cooked(cooked: Iterable[BatchFacts], wall: Wall) -> papers.RecordTable:
    return _table(
        _("烧熟、保温和食用时限"),
        (
            *(_("日期"), _("餐次"), _("菜"), _("锅"), _("份数"), _("出锅")),
            *(_("中心 ℃"), _("保温、冷却、再加热"), _("吃完不晚于"), _("谁记的")),
        ),
        (
            (
                f"{batch.day}",
                _(MEALS[batch.meal]),
                batch.dish_name,
                str(batch.number),
                str(batch.portions),
                wall.clock(batch.cooked_off_at),
                degrees(batch.core_decidegrees),
                "；".join(
                    f"{word} {degrees(each.decidegrees)}"
                    f" ({wall.clock(each.measured_at)})"
                    for word, each in readings_words(batch.holdings)
                )
                or "—",
                wall.day_clock(batch.use_by),
                wall.made(batch.by, batch.at, batch.is_late),
            )
            for batch in cooked
        ),
        _("这些天没有出锅记录。"),
    )


def _trips(readings: Iterable[TripReading], wall: Wall) -> papers.RecordTable:
    return _table(
        _("路上的温度"),
        (_("日期"), _("餐次"), _("在哪里"), _("线路"), _("℃"), _("时间"), _("谁记的")),
        (
            (
                f"{reading.day}",
                _(MEALS[reading.meal]),
                _(STAGE_WORDS[reading.stage]),
                reading.point or _("第 {number} 趟", number=reading.round_number),
                degrees(reading.decidegrees),
                wall.clock(reading.measured_at),
                wall.made(reading.by, reading.at, reading.is_late),
            )
            for reading in readings
        ),
        _("这些天没有路上的温度记录。"),
    )


def _samples(kept: Iterable[SampleFacts], wall: Wall) -> papers.RecordTable:
    def out(sample: SampleFacts) -> str:
        if sample.out_at is None:
            return _("在冰箱，留到 {until}", until=wall.day_clock(sample.keep_until))
        fate = _(FATE_WORDS[sample.fate])
        return f"{wall.day_clock(sample.out_at)} {sample.out_by} {fate}"

    return _table(
        _("留样"),
        (
            *(_("标签"), _("菜"), _("克"), _("冰箱")),
            *(_("放入"), _("取出"), _("谁记的")),
        ),
        (
            (
                sample.label or f"{sample.day}",
                sample.dish_name,
                str(sample.grams),
                sample.fridge or "—",
                wall.day_clock(sample.in_at),
                out(sample),
                wall.made(sample.by, sample.at, sample.is_late),
            )
            for sample in kept
        ),
        _("这些天没有留样记录。"),
    )


def _wastes(found: Iterable[WasteFacts], wall: Wall) -> papers.RecordTable:
    return _table(
        _("餐后称重"),
        (_("日期"), _("餐次"), _("菜"), _("原因"), _("重量"), _("谁记的")),
        (
            (
                f"{one.day}",
                _(MEALS[one.meal]),
                one.dish_name,
                _(WHY_WORDS[one.why]),
                f"{one.grams / 1000:g} kg"
                + (_(" / {n} 盘", n=one.plates) if one.plates else ""),
                one.by,
            )
            for one in found
        ),
        _("这些天没有称过剩余。"),
    )


def _recalls(
    found: Iterable[tuple[RecallFacts, Called]], wall: Wall
) -> papers.RecordTable:
    return _table(
        _("召回"),
        (_("时间"), _("召回什么"), _("为什么召回"), _("进了几锅"), _("谁记的")),
        (
            (
                wall.day_clock(one.at),
                what.words,
                one.reason,
                str(len(what.batches)),
                one.by,
            )
            for one, what in found
        ),
        _("这些天没有登记过召回。"),
    )


def _voids(voids: Iterable[VoidFacts], wall: Wall) -> papers.RecordTable:
    return _table(
        _("撤回的记录"),
        (_("日期"), _("餐次"), _("记录"), _("撤回原因"), _("时间"), _("谁记的")),
        (
            (
                f"{void.day}",
                _(MEALS[void.meal]),
                f"{_(VOID_KINDS[void.kind])} #{void.row_id}",
                void.reason,
                wall.day_clock(void.at),
                void.by,
            )
            for void in voids
        ),
        _("这些天没有撤回过记录。"),
    )


def recall_list(
    head: Mapping[str, Any],
    what: Called,
    reached: Iterable[Reached],
    people: Mapping[int, ElderFacts],
    contacts: Mapping[int, Sequence[ContactFacts]],
    points: dict[int, str],
    reason: str,
    zone: ZoneInfo,
) -> papers.RecallList:
    """Whom to ring; the paper has the tails of the numbers."""
    wall = Wall(zone)

    def row(one: Reached) -> papers.RecallRow:
        person = people.get(one.elder_id or 0)
        first = next(iter(contacts.get(one.elder_id or 0, ())), None)
        where = f"{one.day:%m-%d} {place_words(one.place, points)} {one.code}".strip()
        sure = "" if one.sure else _("（调拨，可能）")
        state = f"{_(STATE_WORDS[one.state])} {wall.clock(one.at) if one.at else ''}"
        return papers.RecallRow(
            place=where,
            name=one.name,
            number=one.number,
            phone_tail=person.phone_tail if person else "",
            contact=f"{first.name[:1]}* {first.phone_tail}" if first else "",
            dishes="、".join(one.dishes),
            portions=one.portions,
            state=state.strip() + sure,
        )

    return papers.RecallList(
        **head,
        subject=f"{what.kind}:{what.row_id}",
        holder=_("召回"),
        what=what.words,
        reason=reason,
        batches=tuple(
            f"{batch.day} {_(MEALS[batch.meal])} {batch.dish_name} "
            + _("第 {n} 锅 {portions} 份", n=batch.number, portions=batch.portions)
            for batch in what.batches
        ),
        rows=tuple(row(one) for one in reached),
    )
