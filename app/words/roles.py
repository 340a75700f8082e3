"""What the roles are called, and what each is for."""

from app.i18n import N_
from app.i18n import translate as _

ROLE_WORDS = {
    "manager": N_("厨房主管"),
    "dispatcher": N_("调度"),
    "point_staff": N_("就餐点人员"),
    "driver": N_("送餐员"),
    "cook": N_("厨师"),
    "finance": N_("财务"),
    "clerk": N_("社区专员"),
    "supervisor": N_("督导"),
    "auditor": N_("审计"),
    "administrator": N_("系统管理员"),
}

ROLE_PURPOSES = {
    "manager": N_("一个人就能把小厨房的一天管完"),
    "dispatcher": N_("排线路、发送餐单、记上门情况"),
    "point_staff": N_("收餐、登记就餐，只看自己的就餐点"),
    "driver": N_("只看自己当天的线路"),
    "cook": N_("菜单、生产、留样和温度"),
    "finance": N_("充值、对账、月度结算"),
    "clerk": N_("本社区老人的档案和计划"),
    "supervisor": N_("看全部厨房，审批补贴方案"),
    "auditor": N_("只看不改，可核验审计链"),
    "administrator": N_("管账号和设置，不看业务数据"),
}


def role_word(role: str) -> str:
    return _(ROLE_WORDS[role])
