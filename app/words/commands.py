"""Refusals of the command line and of the backups."""

from app.i18n import N_

SENTENCES = {
    "backup_faulty": N_("备份没有通过检查:{what}"),
    "backup_not_found": N_("没有这个文件:{file}"),
    "backup_manifest_unreadable": N_("备份旁边的说明 {file} 读不懂"),
    "backup_tampered": N_("{file} 和它的说明不一致:文件被改过或没有复制完整"),
    "backup_other_keys": N_(
        "{file} 是用别的钥匙做的:请先把那台机器的 keys.json 放进数据目录"
    ),
    "database_in_use": N_("数据库正在使用:请先停下 serve,再试一次"),
    "pg_dump_missing": N_("没有 pg_dump:请安装 postgresql-client"),
    "not_for_postgres": N_("PostgreSQL 的数据请用它自己的工具恢复(pg_restore)"),
    "already_in_use": N_("数据目录里已经有真实资料,没有改动"),
    "keys_missing": N_("没有钥匙文件 {file}:把另存的那份 keys.json 放回数据目录"),
    "keys_open": N_("别人也能读钥匙文件 {file}:先执行 chmod 600 {file}"),
    "keys_damaged": N_("钥匙文件 {file} 坏了:把另存的那份 keys.json 放回来"),
    "upgrade_first": N_(
        "数据库还没有升级,--dry-run 看不了:先执行 ./run migrate,或去掉 --dry-run"
    ),
    "login_unknown": N_("没有账号 {login}"),
}
