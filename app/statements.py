"""Settlement as a spreadsheet: for finance, who adds a column of their own."""

from app.i18n import translate as _
from app.words.payers import payer_words
from kitchen import places, settlement
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
