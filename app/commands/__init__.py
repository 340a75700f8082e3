"""The commands, one module for each group, gathered into one program."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from app.asgi import open_database
from app.refusals import sentence_for
from app.settings import Settings
from kitchen import database
from kitchen.errors import Refusal

T = TypeVar("T")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def program() -> None:
    """暖餐 Nuancan:从订餐到结算的老年助餐软件。"""


def say(text: str) -> None:
    """Talk goes to standard error, so that data can be piped."""
    click.echo(text, err=True)


def with_database(work: Callable[[Settings], Awaitable[T]]) -> T:
    """Run a command's work on the open, upgraded database; a refusal becomes its
    sentence and exit code 1."""

    async def run() -> T:
        settings = Settings()
        await open_database(settings)
        try:
            return await work(settings)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except Refusal as refusal:
        say(sentence_for(refusal))
        sys.exit(1)


def main() -> None:
    """Load the groups, then run the one that was asked for."""
    from app.commands import people, serving

    program.add_command(serving.serve)
    program.add_command(serving.demo)
    program.add_command(people.people)
    program()


__all__ = ["main", "program", "say", "with_database"]
