"""Words of the papers: refusals, states, what a paper is about."""

from typing import Protocol

from app.i18n import N_
from app.i18n import translate as _

SENTENCES = {
    "print_unknown": N_("没有这张单子，可能号码或日期写错了"),
    "print_void_already": N_("{number} 号单第 {version} 版早已作废"),
    "print_overtaken": N_("别人刚刚打印了这张单子，请再打印一次"),
    "print_never": N_("这张单子还没有打印过"),
    "print_unchanged": N_("{number} 号单第 {version} 版没有变化，不用变更单"),
    "print_nothing": N_("没有内容可打印：{what}"),
    "print_not_kept": N_("这一版的文件已经不在了，请打印新的一版"),
    "print_font_missing": N_("缺中文字体，暂时不能打印；请安装 fonts-noto-cjk"),
    "print_failed": N_("这张单子画不出来：{what}"),
}

STATES = {
    "never": ("circle", "quiet", N_("未打印")),
    "current": ("circle-check", "ok", N_("第 {version} 版已打印")),
    "stale": ("refresh-alert", "warn", N_("第 {version} 版已过期")),
}
"""State of a paper → icon, tone and words of its badge."""


class About(Protocol):
    """A paper, or the print of one."""

    @property
    def subject(self) -> str: ...
    @property
    def holder(self) -> str: ...


def subject_words(about: About) -> str:
    """第 3 趟 赵师傅; 花园就餐点; "" for a paper of the whole meal."""
    what, _colon, number = about.subject.partition(":")
    if what == "round":
        words = _("第 {number} 趟", number=number)
        return f"{words} {about.holder}".strip() if about.holder != words else words
    return "" if what == "all" else about.holder
