"""What is wrong with a typed ID number, phone, card or point."""

from app.i18n import N_

SENTENCES = {
    "point_unreadable": N_("坐标“{value}”读不懂，请填经度和纬度，如 116.391,39.907"),
    "point_swapped": N_("坐标“{value}”的经度和纬度填反了，经度（72–138）在前"),
    "point_outside_china": N_("坐标“{value}”不在中国境内，请检查小数点和先后"),
    "id_length": N_("身份证号“{value}”有 {length} 位，应为 18 位（旧证 15 位）"),
    "id_characters": N_("身份证号“{value}”有多余的字符，只有最后一位可以是 X"),
    "id_birth_date": N_("身份证号“{value}”里的出生日期 {digits} 不存在，请对照证件"),
    "id_birth_future": N_("身份证号“{value}”里的出生日期 {birth} 还没到，请对照证件"),
    "id_checksum": N_("身份证号“{value}”的校验位不对，多半有一位写错，请对照证件"),
    "id_as_number": N_(
        "身份证号“{value}”被表格当成了数字，末几位已丢失，请把该列设为文本后重填"
    ),
    "id_birth_differs": N_(
        "填的出生日期 {value} 与身份证号里的 {in_id} 不同，将按身份证登记"
    ),
    "id_sex_differs": N_("填的性别与身份证号不同，将按身份证登记"),
    "birth_future": N_("出生日期 {value} 还没到（今天是 {today}）"),
    "birth_too_early": N_("出生日期 {value} 早于 1900 年，请检查年份"),
    "phone_no_area": N_("电话“{value}”没有区号，请写成 010-62345678 这样"),
    "phone_unreadable": N_(
        "电话“{value}”读不懂，请填一个 11 位手机号，或带区号的座机号"
    ),
    "card_empty": N_("卡号是空的，请刷卡或输入卡面数字"),
    "card_characters": N_("卡号“{value}”里有数字和字母以外的字符"),
    "card_as_number": N_(
        "卡号“{value}”被表格当成了数字，末几位已丢失，请把该列设为文本后重填"
    ),
    "card_too_long": N_("卡号太长，最多 {most} 位"),
    "sex_unreadable": N_("性别“{value}”读不懂，请填“女”或“男”"),
}
