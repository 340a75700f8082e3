"""Words of the menus: refusals, states and warnings."""

from app.i18n import N_

SENTENCES = {
    "scale_rule": N_("份数要在 1 到 2000 之间，指数在 50 到 100 之间"),
    "source_missing": N_("请写明出处：谁、什么时候、怎么试出来的"),
    "yield_percent": N_("出净率 {percent}% 不对，应在 1% 到 300% 之间"),
    "recipe_empty": N_("配方里至少要有一种原料"),
    "recipe_long": N_("配方最多 {most} 行"),
    "recipe_weight": N_(
        "“{name}”净重 {net} g、毛重 {gross} g 不对：毛重不能比净重少，也不会到十倍"
    ),
    "dish_trait": N_("“{name}”不在可选的范围里"),
    "dish_name_taken": N_("已经有叫“{name}”的菜，请换个名字"),
    "menu_row_unknown": N_("菜单里没有 {choice} 套第 {row} 行"),
    "menu_week_empty": N_("{day} 那一周没有菜单，复制不了"),
    "menu_rule_share": N_("一餐占全天 {percent}%：要在 5 到 100 之间"),
    "menu_rule_edition": N_("没有“{edition}”这一版参考值"),
    "menu_rule_negative": N_("天数、台数和预算不能是负数，每次份数至少是 1"),
    "ingredient_unknown": N_("没有这种原料：{ingredient}"),
    "price_out_of_range": N_("每公斤 {price_fen} 元不像是原料的价格"),
    "proposal_unknown": N_("没有这份排菜方案"),
    "proposal_empty": N_("还没有排出一份可以用的"),
    "nothing_to_plan": N_("{day} 起的这几周没有供餐的日子"),
    "plan_weeks": N_("一次排 1 到 4 周，填的是 {weeks} 周"),
    "plan_rows": N_("至少选一类菜来排"),
    "variant_need": N_("没有“{need}”这一类需要"),
    "variant_kind": N_("常备做法只有换菜、另外加工两种"),
    "variant_words": N_("请写明“{dish}”怎么另外加工"),
    "menu_changed_since": N_("{day} 的菜单后来又改过，不能直接撤销"),
    "menu_cell_changed": N_(
        "这一格后来有人改成了“{name}”，没有动它；还要用您的，在格里再按一次回车"
    ),
    "menu_cell_emptied": N_(
        "这一格后来有人清空了，没有动它；还要用您的，在格里再按一次回车"
    ),
    "edit_unknown": N_("没有这一步可以撤销"),
    "cycle_weeks": N_("轮换菜单是 2 到 5 周，填的是 {weeks} 周"),
    "cycle_week_empty": N_("{day} 那一周还没有菜单，存不成轮换"),
    "cycle_name_taken": N_("已经有叫“{name}”的轮换菜单，请换个名字"),
    "cycle_unknown": N_("没有这份轮换菜单"),
    "cycle_start": N_("这份轮换菜单只有 {weeks} 周，没有第 {week} 周"),
    "menu_empty": N_("{day} 起还没有排菜，没有可发布的"),
    "dish_unknown": N_("没有这道菜：{dish}"),
    "dish_retired": N_("“{name}”已停用，请换一道"),
    "dish_twice": N_("“{name}”在这一天的同一套里已经有了"),
    "decision_unknown": N_("处理方式只有换菜、不放、照常三种"),
    "override_needs_reason": N_("照常供应“{dish}”要写明理由，会记下您的名字"),
    "substitute_missing": N_("请选一道菜来换“{dish}”"),
    "substitute_clashes": N_("“{dish}”对{name}也不合适，请另选一道"),
    "omit_impossible": N_("“{dish}”里没有能单独去掉的原料，{name}要换菜"),
}

STATES = {
    "empty": ("not_started", N_("没有排菜")),
    "draft": ("working", N_("未发布")),
    "published": ("confirmed", N_("已发布")),
    "changed": ("stale", N_("发布后改过")),
}
"""State of a day's menu → the tone of its badge and the words on it."""

REPEAT_WORDS = {
    "dish": N_("{dish}：{day}刚做过"),
    "ingredient": N_("{dish}：主料{word}和{day}一样"),
    "method": N_("{dish}：做法（{word}）和{day}的主菜一样"),
    "colour": N_("{dish}：颜色（{word}）和{day}的主菜一样"),
}

PART_WORDS = {
    "cost": N_("原料钱（分）"),
    "sodium": N_("钠超过限量"),
    "calcium": N_("钙不够"),
    "dislike": N_("忌口的人碰到"),
    "extra": N_("B 套另做"),
    "item": N_("菜重复"),
    "ingredient": N_("主料重复"),
    "method": N_("做法重复"),
    "colour": N_("颜色重复"),
}
"""Parts of the planner's sum."""

FAULT_WORDS = {
    "diet": N_("{day} {row}：{n} 人（{who}）没有一道能吃的，要给他们另外定"),
    "budget": N_("{day}：预算每份要多 {yuan}"),
    "equipment": N_("{day}：{what}还差 {n} 分钟，早开工或加一台"),
    "use_up": N_("“{who}”在期限前用不上"),
    "locked": N_("{day} {row}：定好的菜要让开"),
    "empty": N_("{day} {row}：没有菜可排"),
    "twice": N_("{day}：同一道菜排了两次"),
    "foreign": N_("{day} {row}：排了不合适的菜"),
}
"""What has to give, in words."""

COLOUR_WORDS = {
    "green": N_("绿"),
    "red": N_("红"),
    "yellow": N_("黄"),
    "white": N_("白"),
    "brown": N_("酱色"),
    "dark": N_("黑紫"),
}

EQUIPMENT_WORDS = {"pot": N_("灶锅"), "steamer": N_("蒸箱"), "oven": N_("烤箱")}
SEX_WORDS = {"male": N_("男"), "female": N_("女")}

NUTRIENT_WORDS = {
    "energy_kcal": (N_("能量"), "kcal"),
    "protein_g": (N_("蛋白质"), "g"),
    "ca_mg": (N_("钙"), "mg"),
    "fibre_g": (N_("膳食纤维"), "g"),
    "na_mg": (N_("钠"), "mg"),
}

DECISION_WORDS = {
    "omit": N_("不放"),
    "substitute": N_("换菜"),
    "override": N_("照常"),
}

EDIT_WORDS = {
    "set_dish": N_("排菜"),
    "clear": N_("清空"),
    "paste": N_("粘贴"),
    "copy_week": N_("复制一周"),
    "apply_cycle": N_("套用轮换"),
    "plan": N_("自动排菜"),
}
"""What "undo" would take back."""

SOLAR_TERMS = (
    N_("小寒"),
    N_("大寒"),
    N_("立春"),
    N_("雨水"),
    N_("惊蛰"),
    N_("春分"),
    N_("清明"),
    N_("谷雨"),
    N_("立夏"),
    N_("小满"),
    N_("芒种"),
    N_("夏至"),
    N_("小暑"),
    N_("大暑"),
    N_("立秋"),
    N_("处暑"),
    N_("白露"),
    N_("秋分"),
    N_("寒露"),
    N_("霜降"),
    N_("立冬"),
    N_("小雪"),
    N_("大雪"),
    N_("冬至"),
)
