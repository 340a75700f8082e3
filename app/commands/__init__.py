"""The commands, one module for each group, gathered into one program."""

from importlib import import_module

import click

from app.commands.common import say, with_database
from app.commands.speaking import Program

# command → the module that holds it; loaded when asked for, so that each starts fast.
HOMES = {
    "serve": "serving",
    "demo": "serving",
    "init": "installing",
    "migrate": "installing",
    "people": "people",
    "day": "morning",
    "print": "morning",
    "settle": "books",
    "export": "exports",
    "user": "users",
    "backup": "saving",
    "restore": "saving",
    "verify": "checking",
    "vouch": "checking",
    "doctor": "checking",
}


class Everything(Program):
    """The group of all commands, in the order of the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(HOMES)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in HOMES:
            return None
        module = import_module(f"app.commands.{HOMES[name]}")
        word = f"{name}_" if name == "print" else name  # `print` is Python's own
        found: click.Command = getattr(module, word)
        return found


@click.group(cls=Everything, context_settings={"help_option_names": ["-h", "--help"]})
def program() -> None:
    """暖餐 Nuancan:从订餐到结算的老年助餐软件。"""


def main() -> None:
    """Run the command that was asked for."""
    program(prog_name="nuancan")


__all__ = ["main", "program", "say", "with_database"]
