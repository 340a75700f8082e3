"""Papers made by hand: one believable lunch, with the longest names that occur."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from app import papers as p
from kitchen.names import masked_name

DAY = date(2026, 11, 24)
STAMP = p.Stamp(number=7, version=2, printed_at="11-24 09:20", by="陈敏")
COMMON = {
    "kitchen": "暖餐中央厨房",
    "phone": "0519-8866 1234",
    "day": DAY,
    "meal": "lunch",
    "operator": "暖餐助餐服务社",
}

NAMES = (
    *("王秀英", "李德福", "张桂兰", "欧阳慧芳婉清", "陈国强", "刘玉珍", "赵长顺"),
    *("买买提·吐尔逊", "周淑华", "吴长顺", "诸葛明", "孙桂英", "马建国", "朱凤英"),
    *("胡金凤", "郭玉兰", "何振华", "高秀兰", "林桂芝", "罗文彬"),
)
DIETS: tuple[tuple[str, ...], ...] = (
    (),
    ("软食",),
    (),
    ("软食", "低盐", "花生过敏"),
    (),
    ("清真",),
    (),
    ("控糖",),
    (),
    (),
    ("糊状", "低盐"),
    (),
)
PLACES = (
    ("朝阳里", "3 号楼 1 单元", ("601", "504", "302")),
    ("朝阳里", "4 号楼 5 单元", ("304", "201")),
    ("常柴新村三区", "12 号楼 2 单元", ("702", "501", "102")),
    ("工人新村北区", "27-1 号楼丙单元", ("401",)),
    ("花园南村", "8 号楼 3 单元", ("603", "503", "101")),
)


def visits(count: int = 14) -> tuple[p.Visit, ...]:
    doors = [(c, b, d) for c, b, ds in PLACES for d in ds]
    rows = []
    for i in range(count):
        compound, building, door = doors[i % len(doors)]
        before = doors[(i - 1) % len(doors)][1] if i else ""
        number = i + 1
        rows.append(
            p.Visit(
                key=f"elder:{number}",
                position=number,
                code=f"3-{number:02d}",
                time=f"{10 + (45 + 4 * i) // 60}:{(45 + 4 * i) % 60:02d}",
                place=f"{compound} {building} {door}",
                access="步梯 6 楼"
                if door[0] == "6"
                else ("电梯 5 楼" if i % 3 else ""),
                name=NAMES[i % len(NAMES)],
                phone_tail=f"{4021 + 37 * i}"[-4:],
                portions=2 if i == 4 else 1,
                diet=DIETS[i % len(DIETS)],
                note="钥匙在对门 502 李阿姨处，敲门要响，耳朵不好"
                if i in (1, 8)
                else "",
                slow=i == 3,
                collect_fen=500 if i % 2 else 0,
                mark={2: "new", 5: "changed"}.get(i, ""),
                new_stairwell=building != before,
                contacts=(
                    p.Contact(f"{number}A", "W.X.", "女儿"),
                    p.Contact(f"{number}B", "Z.L.", "邻居", signed=True),
                    p.Contact(f"{number}C", "C.J.", "社区"),
                )[: 1 + i % 3],
            )
        )
    return tuple(rows)


LOADS = (
    p.Load("regular", "普通", 9),
    p.Load("soft", "软食", 2, True),
    p.Load("soft+low_salt+allergy:peanut", "软食 低盐 花生过敏", 1, True),
    p.Load("halal", "清真", 1, True),
    p.Load("sugar_control", "控糖", 1, True),
    p.Load("pureed+low_salt", "糊状 低盐", 1, True),
)


def sheet(
    count: int = 14, *, point: bool = True, strict: bool = False, small: bool = False
) -> p.DriverSheet:
    stops = visits(count)
    if point:
        stop = p.Visit(
            key="point:2",
            position=count + 1,
            code=f"3-{count + 1:02d}",
            time="11:50",
            place="花园路 18 号 社区服务中心一楼",
            name="花园就餐点",
            portions=41,
            new_stairwell=True,
            is_point=True,
            containers=(
                p.Load("regular", "普通", 33),
                p.Load("soft", "软食", 6, True),
                p.Load("halal", "清真", 2, True),
            ),
        )
        stops = (*stops, stop)
    places = tuple(
        p.MapPlace(
            str(stop.position),
            119_958_000 + 900 * ((stop.position // 3) * 5 % 13),
            31_779_000 + 700 * ((stop.position // 3) * 7 % 11),
        )
        for stop in stops
    )
    return p.DriverSheet(
        **COMMON,
        subject="round:3",
        holder="赵师傅",
        plan_digest="a1b2c3d4e5f6",
        plan_version=2,
        draft=False,
        number=3,
        driver="赵师傅",
        vehicle="电动车",
        leave_at="10:40",
        last_before="12:00",
        doors=count,
        portions=count + 1,
        kilometres="3.2 公里",
        collect_fen=sum(stop.collect_fen for stop in stops),
        door_loads=LOADS,
        visits=stops,
        not_today=("朝阳里 12 号楼 1 单元 101 孙桂芬", "花园南村 8 号楼 202 老周"),
        sketch=p.Sketch(
            3, (p.MapPlace("厨", 119_957_000, 31_778_000), *places), ("3-09",)
        ),
        qr_text="https://nuancan.example.org/r/8sJ2kQmXz0",
        strict=strict,
        small=small,
    )


def points_sheet() -> p.DriverSheet:
    """A van that only supplies dining points."""
    mixed = sheet(2)
    stops = tuple(
        replace(mixed.visits[-1], position=n, code=f"3-{n:02d}", name=f"{name}就餐点")
        for n, name in enumerate(("花园", "朝阳"), 1)
    )
    bulk = {"doors": 0, "portions": 82, "collect_fen": 0, "door_loads": ()}
    return replace(mixed, visits=stops, hot="65.0", not_today=(), **bulk)


def labels(size: str = "60x40", start_at: int = 1) -> p.Labels:
    boxes = [
        p.BoxLabel(
            code=stop.code,
            name=f"{stop.name[0]}*{stop.name[-1]}",
            place=stop.place.rsplit(" ", 1)[0],
            diet=stop.diet,
            made_at="10:10",
            eat_before="12:10",
            portion=portion,
            portions=stop.portions,
            diner_id=stop.position,
        )
        for stop in reversed(visits(14))
        for portion in range(1, stop.portions + 1)
    ]
    boxes[0] = replace(
        boxes[0], name="欧阳慧芳婉清", diet=("半流质", "低盐", "甲壳类过敏", "花生过敏")
    )
    spare = p.BoxLabel(
        code="备 1",
        name="",
        place="第 3 趟 备用",
        diet=(),
        made_at="10:10",
        eat_before="12:10",
        kind="spare",
        spare_id=1,
    )
    unplaced = p.BoxLabel(
        code="未排",
        name="孙*英",
        place="没有地址",
        diet=("软食",),
        made_at="10:10",
        eat_before="12:10",
        kind="unplaced",
        diner_id=99,
    )
    return p.Labels(
        **COMMON,
        subject="round:3",
        labels=(*boxes, spare, unplaced),
        layout=p.LabelLayout(size=size, start_at=start_at),
    )


def load_cards() -> p.LoadCard:
    round_card = p.Card(
        "3",
        "第 3 趟",
        "赵师傅",
        "10:40",
        LOADS,
        15,
        "12:10",
        "https://nuancan.example.org/r/8sJ2kQmXz0",
    )
    point = p.Card(
        "花园就餐点",
        "就餐点保温箱",
        "赵师傅",
        "10:40",
        (p.Load("regular", "普通", 33), p.Load("soft", "软食", 6, True)),
        39,
        "12:10",
    )
    return p.LoadCard(**COMMON, cards=(round_card, point))


def feedback() -> p.FeedbackSlips:
    codes = tuple(f"1124L-3-{n:03d}-9F2C" for n in range(1, 15))
    return p.FeedbackSlips(**COMMON, subject="round:3", codes=codes)


def weather() -> p.WeatherList:
    home = "东河沿 3 号楼 1 单元 201"
    return p.WeatherList(
        **COMMON,
        reason="台风红色预警",
        escorts=(
            p.WeatherGuest(
                *("120460", "何振华", home, "4473", "朝阳就餐点"),
                "陪同到桌",
                "志愿者小何",
            ),
            p.WeatherGuest(
                *("120463", "沈玉兰", home, "4470", "新华就餐点"),
                "陪同到桌",
                "女儿",
            ),
        ),
        calls=(
            p.WeatherGuest("120461", "欧阳慧芳婉清", "", "4472", "新华就餐点", "", ""),
            p.WeatherGuest(
                *("120462", "孙桂英", home, "4471", "朝阳就餐点"),
                "已电话落实",
                "儿子来取",
            ),
        ),
    )


def unplaced() -> p.UnplacedList:
    return p.UnplacedList(
        **COMMON,
        people=(
            p.Unplaced("120457", "孙桂英", "", "4471", ("软食", "低盐"), 1, "没有地址"),
            p.Unplaced(
                "120458",
                "欧阳慧芳婉清",
                "工人新村北区 27-1 号楼丙单元 401",
                "4472",
                (),
                2,
                "没有坐标，也没有人认领这幢楼",
            ),
            p.Unplaced(
                "120459",
                "何振华",
                "花园南村 8 号楼 3 单元 603",
                "4473",
                (),
                1,
                "12:00 前送不到，缺一名送餐员",
            ),
        ),
    )


def production() -> p.ProductionSheet:
    return p.ProductionSheet(
        **COMMON,
        portions=222,
        channels=(("送餐", 96), ("堂食和自取", 120), ("备用", 6)),
        dishes=(
            p.DishRow(
                "红烧狮子头",
                110,
                190,
                20_900,
                "4 锅 × 48 份",
                "09:50",
                ("软食切碎 1 锅 × 18 份", "低盐 1 锅 × 11 份"),
            ),
            p.DishRow("清蒸鱼块", 90, 12, 1_080, "1 锅 × 12 份", "10:00"),
            p.DishRow(
                "香菇青菜",
                120,
                222,
                26_640,
                "4 锅 × 56 份",
                "10:05",
                ("软食 1 锅 × 18 份",),
            ),
            p.DishRow("番茄蛋汤", 200, 219, 43_800, "4 锅 × 55 份", "10:10"),
            p.DishRow(
                "米饭",
                150,
                222,
                33_300,
                "4 锅 × 56 份",
                "10:15",
                ("烂饭 1 锅 × 18 份", "糊状 1 锅 × 3 份"),
            ),
        ),
        boxes=(
            p.DietBox("软食", 18, "狮子头切碎，青菜煮软 · 烂饭"),
            p.DietBox("低盐", 11, "减盐一半，另锅出"),
            p.DietBox("清真", 4, "换清蒸鱼块 · 单独锅具"),
            p.DietBox(
                "花生过敏", 2, "不放花生酱 · 单独装盒，封口后不开", ("3-04", "5-11")
            ),
        ),
        leaves="10:40 发车",
        rules=("留样：每样不少于 125 克 × 5 样，冷藏 48 小时", "出锅后 120 分钟内吃完"),
        unplaced="未排上 3 份",
        unresolved=("4-02 香菇青菜（不吃香菇）",),
    )


def packing(rounds: int = 8) -> p.PackingGrid:
    return p.PackingGrid(
        **COMMON,
        columns=(
            "普通",
            "软食",
            "低盐",
            "清真",
            "控糖",
            "软食 低盐 花生过敏",
            "糊状 低盐",
        ),
        rounds=tuple(
            p.GridRow(
                f"第 {n} 趟", NAMES[n % 20], "10:40", (9 + n, n % 3, 2, n % 2, 1, 0, 0)
            )
            for n in range(1, rounds + 1)
        ),
        points=(
            p.GridRow("花园就餐点", "赵师傅", "10:40", (33, 6, 0, 2, 0, 0, 0)),
            p.GridRow("朝阳里就餐点", "赵师傅", "10:40", (48, 9, 3, 0, 4, 0, 1)),
        ),
        others=(
            p.GridRow("备用", "", "", (6, 0, 0, 0, 0, 0, 0)),
            p.GridRow("未排上", "", "", (2, 1, 0, 0, 0, 0, 0)),
        ),
    )


def purchase() -> p.PurchaseList:
    rows = (
        ("畜肉", "猪肉（前腿）", 18_200, 17_400, "红烧狮子头"),
        ("鱼虾", "草鱼", 2_100, 1_160, "清蒸鱼块"),
        ("蛋", "鸡蛋", 6_600, 5_800, "番茄蛋汤"),
        ("蔬菜", "青菜", 24_800, 22_200, "香菇青菜"),
        ("蔬菜", "番茄", 11_300, 10_900, "番茄蛋汤"),
        ("蔬菜", "小葱", 480, 400, "番茄蛋汤、清蒸鱼块"),
        ("菌菇", "香菇（干）", 900, 850, "香菇青菜"),
        ("谷物", "粳米", 22_200, 22_200, "米饭"),
        ("调味", "食盐", 640, 640, "红烧狮子头、香菇青菜、番茄蛋汤"),
    )
    return p.PurchaseList(
        **COMMON, portions=222, rows=tuple(p.PurchaseRow(*row) for row in rows)
    )


def purchase_order() -> p.PurchaseOrder:
    meat = (
        p.OrderedFood("猪肉（前腿）", 55_000, "11 包 × 5.0 kg", 132_000, "红烧狮子头"),
        p.OrderedFood("鸡蛋", 20_000, "1 包 × 20.0 kg", 19_000, "番茄蛋汤、蒸水蛋"),
    )
    other = (p.OrderedFood("香菇（干）", 850, "", None, "香菇青菜"),)
    suppliers = (p.SupplierOrder("城西肉联", meat), p.SupplierOrder("", other))
    return p.PurchaseOrder(
        **COMMON,
        subject="2026-11-24_2026-11-26",
        last=date(2026, 11, 26),
        suppliers=suppliers,
    )


def roster(count: int = 30, *, strict: bool = False) -> p.Roster:
    return p.Roster(
        **COMMON,
        subject="point:2",
        holder="花园就餐点",
        point="花园就餐点",
        address="花园路 18 号",
        serve="11:00–12:30",
        rows=tuple(
            p.RosterRow(
                NAMES[i % 20],
                f"12{i + 401:04d}",
                f"{5000 + i * 13}",
                PLACES[i % 5][0],
                "ABC"[i % 3],
                DIETS[i % 12],
                1,
                "自取" if i % 7 == 0 else "",
                500,
            )
            for i in range(count)
        ),
        loads=(
            p.Load("regular", "普通", 33),
            p.Load("soft", "软食", 6, True),
            p.Load("halal", "清真", 2, True),
        ),
        spares=3,
        strict=strict,
    )


def menu() -> p.MenuPoster:
    dishes = (
        ("红烧狮子头", "清蒸鱼块", "香菇青菜", "番茄蛋汤", "米饭"),
        ("咖喱鸡块", "家常豆腐", "清炒生菜", "冬瓜虾皮汤", "杂粮饭"),
    )
    return p.MenuPoster(
        **COMMON,
        subject="week",
        days=(
            *(
                p.MenuDay(
                    DAY + timedelta(days=n - 1),
                    (("A", dishes[n % 2]), ("B", dishes[1 - n % 2]))
                    if n == 1
                    else (("A", dishes[n % 2]),),
                )
                for n in range(5)
            ),
            p.MenuDay(DAY + timedelta(days=4), (), "周六停餐"),
        ),
        prices=(
            p.PriceRow("60–79 周岁", 500, 700),
            p.PriceRow("80 周岁以上", 300, 900),
            p.PriceRow("特困老人", 0, 1200),
        ),
        list_price_fen=1200,
        price_note="每人每餐享受一份补贴；第二份按餐标。",
        complaints_phone="0519-12345",
        birthdays="周二 王*英；周五 李*、赵*强",
    )


def cards(count: int = 13) -> p.MemberCards:
    return p.MemberCards(
        **COMMON,
        cards=tuple(
            p.MemberCard(NAMES[i % 20], f"{120400 + i}", "花园就餐点")
            for i in range(count)
        ),
    )


def slip() -> p.ChangeSlip:
    return p.ChangeSlip(
        **COMMON,
        subject="round:3",
        holder="赵师傅",
        of_kind="sheet",
        of_number=7,
        from_version=1,
        to_version=2,
        differences=(
            p.Difference(
                "added", "", "3-04 朝阳里 4 号楼 5 单元 304 · 欧阳慧芳婉清 · 软食 · ×1"
            ),
            p.Difference(
                "removed", "3-09 工人新村北区 27-1 号楼 401 · 周淑华 · ×1", ""
            ),
            p.Difference("changed", "普通 ×9", "普通 ×10"),
        ),
    )


def balance() -> p.BalanceSheet:
    return p.BalanceSheet(
        **COMMON,
        columns=(
            "预订",
            "备用和散客",
            "烧",
            "贴签或分装",
            "装车或留用",
            "交付",
            "退回",
            "浪费",
            "申领",
        ),
        balance=(
            p.BalanceLine("第 3 趟", (15, 1, 0, 16, 16, 14, 2, 0, 14)),
            p.BalanceLine("花园就餐点", (38, 3, 0, 41, 41, 39, 0, 2, 38)),
            p.BalanceLine("合计", (216, 6, 222, 222, 222, 214, 5, 3, 210), strong=True),
        ),
        differences=(
            p.NamedDifference("3-09", 1, "烧了没有贴签", "盒子摔了，重装一份（陈敏）"),
            p.NamedDifference("花园就餐点", 2, "到餐少 2 份", ""),
        ),
        money=(("自付现金", 64_500), ("账户扣款", 31_000), ("补贴", 147_000)),
        tallies=(
            p.TabletTally("花园就餐点", "3f2a91c0", 12, 12, 0, "9A04F1C7"),
            p.TabletTally("花园就餐点", "b7710e5d", 9, 8, 1, "07C2E96B"),
        ),
        seal="K7QX3M2PLA9D",
        closed_by="陈敏",
        closed_at="14:32",
    )


def settlement() -> p.SettlementSheet:
    return p.SettlementSheet(
        **COMMON,
        subject="month:2026-11",
        month="2026-11",
        tables=(
            p.MoneyTable(
                "按出资方",
                ("金额 元",),
                (
                    ("区级补贴", 4_210, (2_947_000,)),
                    ("街镇补贴", 4_210, (1_263_000,)),
                    ("本人自付", 4_210, (1_894_500,)),
                ),
                adds_up=False,
            ),
            p.MoneyTable(
                "按就餐点和线路",
                ("餐标 元", "补贴 元", "自付 元"),
                tuple(
                    (name, meals, (meals * 1200, meals * 700, meals * 500))
                    for name, meals in (
                        ("花园就餐点", 1_640),
                        ("朝阳里就餐点", 1_310),
                        ("送餐上门", 1_260),
                    )
                ),
            ),
        ),
        claimed_meals=4_210,
        claimed_fen=4_210_000,
        closed=True,
        report_digest="9f2c41d07ab3",
        signatures=("运营单位", "街道", "区民政局"),
    )


def _claimed() -> tuple[p.MoneyTable, ...]:
    places = (("花园就餐点", 1_640), ("朝阳里就餐点", 1_310), ("送餐上门", 1_260))
    return (
        p.MoneyTable(
            "按就餐点和送餐",
            ("金额 元",),
            tuple((name, meals, (meals * 700,)) for name, meals in places),
        ),
        p.MoneyTable(
            "更正以前月份",
            ("金额 元",),
            (("2026-10 花园就餐点 · 区级补贴：同一餐申领了两次", -2, (-1_400,)),),
        ),
    )


def claim() -> p.ClaimSheet:
    offices = ("申领单位", "社区", "街道", "区民政局")
    return p.ClaimSheet(
        **COMMON,
        subject="2026-11:funder:district",
        holder="区级补贴",
        month="2026-11",
        payer="区级补贴",
        tables=_claimed(),
        claimed_meals=4_210,
        claimed_fen=2_945_600,
        closed=True,
        content_digest="9f2c41d07ab3" * 5 + "0000",
        seal="K7QX3M2PLA9D",
        seal_day="2026-11-30",
        signatures=tuple(p.SignedBy(office) for office in offices),
    )


def statement() -> p.StatementSheet:
    return p.StatementSheet(
        **COMMON,
        subject="statement:3",
        holder="东山街道/朝阳社区",
        quarter="2026-Q4",
        community="东山街道/朝阳社区",
        tables=_claimed(),
        claimed_meals=4_208,
        claimed_fen=2_945_600,
        content_digest="9f2c41d07ab3" * 5 + "0000",
        seal="K7QX3M2PLA9D",
        seal_day="2026-12-31",
        signatures=(
            p.SignedBy("社区", "何社区", "2027-01-05"),
            p.SignedBy("街道"),
            p.SignedBy("区民政局"),
        ),
    )


def notice(count: int = 60) -> p.PublicNotice:
    return p.PublicNotice(
        **COMMON,
        subject="month:2026-11",
        month="2026-11",
        rows=tuple(
            p.NoticeRow(masked_name(NAMES[n % len(NAMES)]), "朝阳社区", 22, 17_600)
            for n in range(count)
        ),
    )


def inspection(count: int = 60) -> p.InspectionPack:
    rows = tuple(
        (f"2026-11-{1 + n % 28:02}", "午餐", "鱼肉豆腐羹", "1", "166", "10:05")
        for n in range(count)
    )
    columns = ("日期", "餐次", "菜", "锅", "份数", "出锅")
    return p.InspectionPack(
        **COMMON,
        subject="2026-11-01_2026-11-30",
        holder="检查",
        first=date(2026, 11, 1),
        last=date(2026, 11, 30),
        licence="JY33301060000001",
        address="东山路 18 号",
        rules=(("热藏不低于 60 ℃，烧熟后 4 小时内食用", "操作规范（2018）"),),
        tables=(
            p.RecordTable("烧熟、保温和食用时限", columns, rows),
            p.RecordTable("撤回的记录", columns, (), "这些天没有撤回过记录。"),
        ),
    )


def recall(count: int = 40) -> p.RecallList:
    rows = tuple(
        p.RecallRow(
            place="11-24 第 3 趟 3-04",
            name=NAMES[n % len(NAMES)],
            number=f"12{n:04}",
            phone_tail="8000",
            contact="刘* 6000",
            dishes="鱼肉豆腐羹、白米饭",
            portions=1,
            state="已拿到 11:20",
        )
        for n in range(count)
    )
    return p.RecallList(
        **COMMON,
        subject="lot:3",
        holder="召回",
        what="龙利鱼 · 海丰水产 · 20261123-7",
        reason="供货商通知",
        batches=("2026-11-24 午餐 鱼肉豆腐羹 第 1 锅 60 份",),
        rows=rows,
    )


PAPERS: dict[str, Callable[[], p.Paper]] = {
    "sheet": sheet,
    "long": lambda: sheet(26),
    "a5": lambda: sheet(10, small=True),
    "points": points_sheet,
    "labels": labels,
    "labels24": lambda: labels("a4", start_at=5),
    "load": load_cards,
    "unplaced": unplaced,
    "weather": weather,
    "feedback": feedback,
    "production": production,
    "packing": packing,
    "purchase": purchase,
    "purchase_order": purchase_order,
    "roster": roster,
    "menu": menu,
    "cards": cards,
    "slip": slip,
    "balance": balance,
    "settlement": settlement,
    "claim": claim,
    "statement": statement,
    "notice": notice,
    "inspection": inspection,
    "recall": recall,
}
