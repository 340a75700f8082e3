"""The columns of a people spreadsheet: their labels, the other names offices give
them, and the example row of the template."""

from kitchen.workbooks import Column

YES_NO = ("是", "否")

COLUMNS = (
    Column("name", "姓名", ("老人姓名", "名字", "老人"), width=10),
    Column("sex", "性别", choices=("女", "男"), width=6),
    Column(
        "birth", "出生日期", ("出生", "生日", "出生年月日", "出生年月"), is_code=True
    ),
    Column(
        "id_number",
        "身份证号",
        ("身份证", "身份证号码", "证件号", "证件号码", "公民身份号码"),
        is_code=True,
        width=22,
    ),
    Column("id_note", "无证原因", ("没有身份证的原因",)),
    Column(
        "phone",
        "手机",
        ("电话", "联系电话", "手机号", "手机号码", "电话号码", "本人电话"),
        is_code=True,
        width=14,
    ),
    Column("card", "卡号", ("老年卡", "公交卡", "饭卡号", "会员卡号"), is_code=True),
    Column("hukou", "户籍", ("户籍地", "户籍社区", "户口所在地"), width=14),
    Column(
        "residence",
        "居住地",
        ("社区", "居住社区", "现居住地", "村", "社区/村", "村/社区"),
        width=14,
    ),
    Column(
        "residence_since",
        "居住起始",
        ("居住起始日", "居住起始日期", "本地居住起始"),
        is_code=True,
    ),
    Column("categories", "类别", ("人员类别", "老人类别", "身份类别"), width=14),
    Column(
        "self_care",
        "自理",
        ("自理能力", "自理程度", "自理情况"),
        choices=("自理", "半失能", "失能"),
    ),
    Column("lives_alone", "独居", ("是否独居",), choices=YES_NO, width=6),
    Column("compound", "小区", ("小区名称", "院落", "村组"), width=14),
    Column(
        "building", "楼栋", ("楼号", "楼", "栋", "楼栋号", "幢"), is_code=True, width=8
    ),
    Column("unit", "单元", ("单元号",), is_code=True, width=8),
    Column("floor", "楼层", ("层",), is_code=True, width=6),
    Column(
        "door",
        "门牌",
        ("门牌号", "房号", "室号", "房间号", "户号"),
        is_code=True,
        width=8,
    ),
    Column("lift", "电梯", ("有无电梯", "是否有电梯"), choices=("有", "无"), width=6),
    Column("door_note", "敲门提示", ("门口提示", "送餐提示"), width=18),
    Column("lon", "经度", ("lng", "longitude"), is_code=True),
    Column("lat", "纬度", ("latitude",), is_code=True),
    Column("datum", "坐标系", choices=("WGS-84", "GCJ-02"), width=8),
    Column("contact_name", "联系人", ("联系人姓名", "紧急联系人", "家属", "家属姓名")),
    Column(
        "contact_relation", "关系", ("与老人关系", "联系人关系", "与本人关系"), width=8
    ),
    Column(
        "contact_phone",
        "联系人电话",
        ("联系人手机", "紧急联系电话", "紧急联系人电话", "家属电话"),
        is_code=True,
        width=14,
    ),
    Column("contact2_name", "联系人2", ("第二联系人",)),
    Column("contact2_relation", "关系2", ("联系人2关系",), width=8),
    Column(
        "contact2_phone", "联系人2电话", ("第二联系人电话",), is_code=True, width=14
    ),
    Column(
        "way",
        "用餐方式",
        ("就餐方式", "方式"),
        choices=("堂食", "自取", "送餐"),
    ),
    Column("point", "就餐点", ("助餐点", "用餐点", "饭堂", "食堂"), width=14),
    Column("weekdays", "周几", ("用餐日", "星期", "星期几"), width=14),
    Column("meals", "餐次", ("用餐餐次",), width=10),
    Column("size", "份量", ("分量",), choices=("小份", "普通", "加量"), width=6),
    Column("delivery", "送餐原因", choices=("行动不便", "生病", "天气"), width=10),
    Column("diet", "口味", ("饮食", "饮食要求", "特殊饮食", "膳食要求"), width=14),
    Column("allergies", "过敏", ("过敏食物", "过敏原"), width=14),
    Column("dislikes", "忌口", ("不吃",), width=14),
)
COLUMN_LABELS = {column.key: column.label for column in COLUMNS}

EXAMPLE = {
    "name": "示例：王秀英",
    "sex": "女",
    "birth": "1946-05-01",
    "phone": "13800138000",
    "hukou": "本地",
    "self_care": "自理",
    "lives_alone": "否",
    "compound": "朝阳里",
    "building": "7号楼",
    "unit": "2单元",
    "floor": "3",
    "door": "302",
    "lift": "无",
    "contact_name": "王建国",
    "contact_relation": "儿子",
    "contact_phone": "13900139000",
    "way": "送餐",
    "weekdays": "周一至周五",
    "meals": "午餐",
    "delivery": "行动不便",
    "diet": "软食 低盐",
    "allergies": "花生",
    "dislikes": "香菜",
}
