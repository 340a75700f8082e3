"""Refusals of the shell: sign-in, staff accounts, jobs, the database itself."""

from app.i18n import N_

SENTENCES = {
    "database_busy": N_("系统正忙，刚才的操作没有保存，请再试一次"),
    "database_unreachable": N_("连不上数据库，请联系管理员"),
    "disk_full": N_("磁盘满了，刚才的操作没有保存；请清理后再试"),
    "database_newer": N_("数据库比程序新（{step}），请升级程序"),
    "upgrade_changed": N_("升级步骤 {step} 和数据库里记的不一样，已停下"),
    "act_tampered": N_("同一笔操作前后内容不一样，没有保存，已经记下来"),
    "sign_in_crowded": N_("登录的人太多，请过几秒再试"),
    "sign_in_wrong": N_("账号或密码不对"),
    "sign_in_delayed": N_("试错次数多，请等 {seconds} 秒再试"),
    "login_taken": N_("账号“{login}”已有人用，请换一个"),
    "password_short": N_("密码太短：至少 {least} 个字符"),
    "password_common": N_("这个密码太常见，容易被猜中，请换一个"),
    "password_is_login": N_("密码不能和账号一样"),
    "staff_not_found": N_("没有这位员工"),
    "scope_needed": N_("请选好这个岗位管哪个就餐点"),
    "own_role": N_("不能改自己的岗位或停用自己，请另一位管理员来改"),
    "last_administrator": N_("这是最后一位能管账号的人，不能停用或换岗"),
    "role_not_yours_to_give": N_("这个岗位要由系统管理员来设"),
    "job_kind_unknown": N_("没有这种任务：{kind}"),
    "job_queue_full": N_("排队的任务太多（{waiting} 个），请等前面的做完"),
}
