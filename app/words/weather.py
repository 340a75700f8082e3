"""Words of bad weather: refusals, what becomes of people."""

from app.i18n import N_

SENTENCES = {
    "weather_out_of_range": N_("路上多花 0 到 200 %，最晚延 0 到 180 分钟"),
    "weather_off": N_("这一天没有转为恶劣天气"),
    "nobody_chosen": N_("请先勾选老人"),
    "weather_unknown_guest": N_("勾选的老人里有今天不堂食的，请刷新后再选"),
    "escort_without_name": N_("请写明谁陪同，或电话里怎么说的"),
    "weather_no_address": N_("{names}没有登记住址，不能改送餐，请陪同或电话落实"),
    "weather_open": N_(
        "恶劣天气还有 {count} 位堂食老人没有着落（{names}），不能结束这一天"
    ),
}
FATES = {
    "delivered": N_("改为送餐"),
    "escorted": N_("陪同到桌"),
    "called": N_("已电话落实"),
}
FATE_WORDS = {**FATES, "came": N_("已来就餐")}
