"""Words of the lists that are brought in: what is wrong with a cell or a row."""

from app.i18n import N_

SENTENCES = {
    "cell_missing": N_("没有填"),
    "number_unreadable": N_("“{value}”应为 {least} 到 {most} 的整数"),
    "listed_twice": N_("和第 {row} 行是同一个（{name}）"),
    "nothing_to_import": N_("没有可以导入的行，请先改好有问题的行"),
}

WAS_WORDS = {
    "own": N_("系统里这一天已有自己的记录"),
    "list": N_("以前导入过"),
}
