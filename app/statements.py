"""Settlement as a spreadsheet: for finance, who adds a column of their own."""

from app.i18n import translate as _
from app.words.payers import payer_words
from kitchen import places, settlement
from kitchen.claims import Claimant, ClaimPack
from kitchen.workbooks import Form, Sheet, xlsx


async def settlement_workbook(kitchen_id: int, month: str) -> bytes:
    """Sheets by place, by payer, by day, and the claims by community.

    The same month gives the same bytes.
    """
    report = await settlement.month_for(kitchen_id, month)
    names = {f"point:{p.id}": p.name for p in await places.points_for(kitchen_id)}
    names["doors"] = _("送餐到家")
    number, money, text = Form.NUMBER, Form.YUAN, Form.TEXT
    by_place = Sheet(
        _("按地点"),
        [_("地点"), _("补贴餐"), _("全价餐"), _("餐费"), _("自付"), _("补贴")],
        [
            [
                names.get(p.place, p.place),
                p.subsidised,
                p.full,
                p.list_price_fen,
                p.self_pay_fen,
                p.subsidy_fen,
            ]
            for p in report.places
        ],
        forms=[text, number, number, money, money, money],
    )
    by_payer = Sheet(
        _("按付款方"),
        [_("付款方"), _("地点"), _("份数"), _("金额")],
        [
            [payer_words(s.payer), names.get(s.place, s.place), s.meals, s.fen]
            for s in sorted(report.shares, key=lambda s: (s.payer, s.place))
        ],
        forms=[text, text, number, money],
    )
    by_day = Sheet(
        _("按日"),
        [_("日期"), _("份数")],
        [[day, meals] for day, meals in report.days],
        forms=[text, number],
    )
    communities = {area.id: area.path for area in await places.areas()}
    claimed = Sheet(
        _("申领"),
        [_("付款方"), _("地点"), _("社区"), _("份数"), _("金额")],
        [
            [
                payer_words(one.payer),
                names.get(one.place, one.place),
                communities.get(one.community_id or 0, ""),
                one.meals,
                one.fen,
            ]
            for one in await settlement.claims(kitchen_id, month)
        ],
        forms=[text, text, text, number, money],
    )
    return xlsx([by_place, by_payer, by_day, claimed])


async def claim_workbook(pack: ClaimPack) -> bytes:
    """One funder's claim for the authority: no person is in it. The last sheet has the
    hash and the seal that are printed on the signed paper."""
    names, areas = await _names(pack.kitchen_id)
    number, money, text = Form.NUMBER, Form.YUAN, Form.TEXT
    lines = Sheet(
        _("申领"),
        [_("付款方"), _("地点"), _("社区"), _("份数"), _("金额")],
        [
            [
                payer_words(one.payer),
                names.get(one.place, one.place),
                areas.get(one.community_id or 0, ""),
                one.meals,
                one.fen,
            ]
            for one in pack.lines
        ],
        forms=[text, text, text, number, money],
        widths=[18, 18, 32, 8, 12],
    )
    corrected = Sheet(
        _("更正"),
        [_("更正哪个月"), _("付款方"), _("地点"), _("份数"), _("金额"), _("原因")],
        [
            [
                one.of_month,
                payer_words(one.payer),
                names.get(one.place, one.place),
                one.meals,
                one.fen,
                one.reason,
            ]
            for one in pack.corrections
        ],
        forms=[text, text, text, number, money, text],
        widths=[12, 18, 18, 8, 12, 40],
    )
    proof = Sheet(
        _("指纹"),
        [_("项目"), _("内容")],
        [
            [_("月份"), pack.month],
            [_("付款方"), payer_words(pack.payer)],
            [_("内容指纹"), pack.digest],
            [_("结算指纹"), pack.report_digest],
            [_("记录封签"), pack.seal],
        ],
        forms=[text, text],
        widths=[12, 68],
    )
    return xlsx([lines, corrected, proof])


async def people_workbook(kitchen_id: int, people: list[Claimant]) -> bytes:
    """The people behind a claim: by itself, since it is about persons. No door, no
    phone, no ID number."""
    names, areas = await _names(kitchen_id)
    number, money, text = Form.NUMBER, Form.YUAN, Form.TEXT
    listed = Sheet(
        _("人员名单"),
        [_("会员号"), _("姓名"), _("社区"), _("地点"), _("份数"), _("金额")],
        [
            [
                one.number,
                one.name,
                areas.get(one.community_id or 0, ""),
                names.get(one.place, one.place),
                one.meals,
                one.fen,
            ]
            for one in people
        ],
        forms=[text, text, text, text, number, money],
        widths=[12, 12, 32, 18, 8, 12],
    )
    return xlsx([listed])


async def _names(kitchen_id: int) -> tuple[dict[str, str], dict[int, str]]:
    """Words of every place and path of every area."""
    names = {f"point:{p.id}": p.name for p in await places.points_for(kitchen_id)}
    names["doors"] = _("送餐到家")
    return names, {area.id: area.path for area in await places.areas()}
