"""How the command line speaks: its help, and its answers to wrong usage.

In the language of NUANCAN_LANGUAGE, which click cannot: its own words are English, and
it breaks Chinese as if a character were one column wide and only spaces could be
broken at. Help texts are Chinese in the source (docstrings and `help=`) and translated
paragraph by paragraph.
"""

import inspect
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

import click

from app.commands.values import Kind
from app.i18n import N_, language
from app.i18n import translate as _
from app.settings import language_wanted

FAR = 24  # columns; a longer name has its text on the next line
UNITS = re.compile(
    r"[（“(]*(?:[\u2e80-\uffef]|[^\s\u2e80-\uffef“(（]+)[,。;:、)）”,;:?!]*"
)


class Speaking(click.Command):
    """A command that explains itself in the reader's language."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        strict, ctx.allow_extra_args = not ctx.allow_extra_args, True
        try:
            left = super().parse_args(ctx, args)
        except click.BadOptionUsage as error:
            error.ctx = ctx  # which click forgets for an option without its value
            raise
        if strict and left:
            ctx.fail(_("多写了“{typed}”", typed=" ".join(left)))
        return left

    def get_usage(self, ctx: click.Context) -> str:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        return f"{_('用法')}: {ctx.command_path} {pieces}"

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write("\n".join(self._help_lines(ctx, formatter.width)) + "\n")

    def _help_lines(self, ctx: click.Context, width: int) -> Iterator[str]:
        yield self.get_usage(ctx)
        for paragraph in paragraphs(self):
            yield ""
            yield from wrapped(_(paragraph), width, "  ")
        if example := example_of(self):
            yield from ("", f"  {_('例')}: {example}")
        for title, entries in self.listed(ctx):
            if entries:
                yield from ("", f"{title}:")
                yield from in_columns(entries, width)

    def listed(self, ctx: click.Context) -> list[tuple[str, list[tuple[str, str]]]]:
        """Titles with what stands below them: names and what they mean."""
        params = self.get_params(ctx)
        arguments = [p for p in params if isinstance(p, click.Argument)]
        options = [p for p in params if isinstance(p, click.Option)]
        return [
            (_("参数"), [(p.make_metavar(ctx), _meant(p)) for p in arguments]),
            (_("选项"), [(_written(p, ctx), _meant(p)) for p in options]),
        ]


class Command(Speaking):
    """What `@command()` makes."""


class Group(Speaking, click.Group):
    """Commands under one name."""

    command_class = Command

    def listed(self, ctx: click.Context) -> list[tuple[str, list[tuple[str, str]]]]:
        found = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        told = [(name, summary(one)) for name, one in found.items() if one]
        return [*super().listed(ctx), (_("命令"), told)]


class Program(Group):
    """The whole: chooses the language, and says in it what was wrong."""

    def main(self, *arguments: Any, **more: Any) -> Any:
        chosen = language.set(language_wanted())
        try:
            return super().main(*arguments, **more)
        finally:
            language.reset(chosen)

    def make_context(self, *arguments: Any, **more: Any) -> click.Context:
        try:
            return super().make_context(*arguments, **more)
        except click.UsageError as error:
            raise told(error) from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise told(error) from None
        except (click.Abort, KeyboardInterrupt, EOFError):
            raise Said(_("已中断")) from None


class Said(click.ClickException):
    """An end with a sentence of ours, on standard error."""

    def show(self, file: Any = None) -> None:
        click.echo(self.message, file=file, err=file is None)


class WrongUsage(Said):
    exit_code = 2


def told(error: click.UsageError) -> click.ClickException:
    """The same fault in a sentence that names what was typed and what would do, with
    the usage below."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error
    if error.ctx is None:
        return WrongUsage(error.message)
    ctx, lines = error.ctx, [sentence(error, error.ctx), error.ctx.get_usage()]
    if example := example_of(ctx.command):
        lines.append(f"{_('例')}: {example}")
    lines.append(_("全部说明: {command} --help", command=ctx.command_path))
    return WrongUsage("\n".join(lines))


def sentence(error: click.UsageError, ctx: click.Context) -> str:
    match error:
        case click.NoSuchOption():
            words = [p.opts[-1] for p in ctx.command.get_params(ctx) if _is_option(p)]
            return _no_such(
                N_("没有选项“{typed}”,应为 {accepted}"), error.option_name, words
            )
        case click.exceptions.NoSuchCommand():
            group = ctx.command
            words = group.list_commands(ctx) if isinstance(group, click.Group) else []
            return _no_such(
                N_("没有命令“{typed}”,应为 {accepted}"), error.command_name, words
            )
        case click.MissingParameter() if error.param:
            return _missing(error.param, ctx)
        case click.BadParameter() if error.param:
            return f"{named(error.param, ctx)}: {error.message}"
        case click.BadOptionUsage():
            for param in ctx.command.get_params(ctx):
                if error.option_name in param.opts and _takes_a_value(param):
                    return _missing(param, ctx)
            return _("{field} 后面不写值", field=error.option_name)
    return error.message


def _no_such(said: str, typed: str, words: Sequence[str]) -> str:
    return _(said, typed=typed, accepted=_("、").join(words))


def _missing(param: click.Parameter, ctx: click.Context) -> str:
    return _(
        "没有写 {field},应为 {accepted}",
        field=named(param, ctx),
        accepted=would_do(param),
    )


def named(param: click.Parameter, ctx: click.Context) -> str:
    """As it is typed: `--meal`, or the place of an argument, `DATE`."""
    if _is_option(param):
        return max(param.opts, key=len)
    return param.make_metavar(ctx).strip("[]")


def would_do(param: click.Parameter) -> str:
    kind = param.type
    return kind.accepted() if isinstance(kind, Kind) else _(param.help or "")


# Help -------------------------------------------------------------------------


def _is_option(param: click.Parameter) -> bool:
    return isinstance(param, click.Option)


def _takes_a_value(param: click.Parameter) -> bool:
    return isinstance(param, click.Option) and not param.is_flag


def _written(option: click.Option, ctx: click.Context) -> str:
    names = ", ".join(sorted(option.opts, key=len))
    return f"{names} {option.make_metavar(ctx)}" if _takes_a_value(option) else names


def _meant(param: click.Parameter) -> str:
    """The help, the words that can be chosen from, what is meant without."""
    if {"--help"} & set(param.opts):
        return _("显示这一页")
    parts = [_(param.help or "")]
    words = getattr(param.type, "words", ())
    parts += [" ".join(words)] * bool(words)
    if getattr(param, "show_default", False):
        parts.append(_("默认 {value}", value=param.default))
    elif param.required and _is_option(param):
        parts.append(_("必填"))
    return _(";").join(filter(None, parts))


def paragraphs(command: click.Command) -> list[str]:
    """The docstring's paragraphs, each on one line, without the example."""
    text = inspect.cleandoc(command.help or "").partition("\f")[0]
    lines = [one_line(paragraph) for paragraph in text.split("\n\n")]
    return [
        line for line in (re.sub(r"例:\./run .*", "", one) for one in lines) if line
    ]


def example_of(command: click.Command) -> str:
    found = re.search(r"例:(\./run .*)", command.help or "")
    return found[1] if found else ""


def summary(command: click.Command) -> str:
    """The first paragraph: what stands beside the name in a list."""
    found = paragraphs(command)
    return _(found[0]) if found else ""


def one_line(paragraph: str) -> str:
    """Lines joined; beside Chinese characters without a space."""
    line = ""
    for part in filter(None, map(str.strip, paragraph.splitlines())):
        tight = not line or wide(line[-1]) or wide(part[0])
        line += part if tight else f" {part}"
    return line


def in_columns(entries: Sequence[tuple[str, str]], width: int) -> Iterator[str]:
    """Names on the left, what they mean on the right."""
    column = min(FAR, max(columns(name) for name, _text in entries)) + 4
    for name, text in entries:
        lines = list(wrapped(text, width, " " * column)) or [""]
        if columns(name) + 4 > column:
            yield f"  {name}"
        else:
            lines[0] = f"  {name}".ljust(column) + lines[0][column:]
        yield from (line.rstrip() for line in lines)


def wrapped(text: str, width: int, indent: str) -> Iterator[str]:
    """Lines of at most `width` columns. Chinese may be broken between characters, but
    no line begins with a closing mark."""
    line = indent
    end = 0
    for unit in UNITS.finditer(text):
        gap = " " if unit.start() > end and line != indent else ""
        if line != indent and columns(line + gap + unit[0]) > width:
            yield line
            line, gap = indent, ""
        line, end = line + gap + unit[0], unit.end()
    if line != indent:
        yield line


def columns(text: str) -> int:
    return sum(2 if wide(mark) else 1 for mark in text)


def wide(mark: str) -> bool:
    return unicodedata.east_asian_width(mark) in "WF"
