"""`user`: accounts from the command line, for the day nobody can sign in."""

import secrets
import sys

import click

from app.asgi import utc_now
from app.commands.common import OPERATOR as HOLDER
from app.commands.common import known_number, say, show_rows, with_database
from app.commands.speaking import Group
from app.commands.values import (
    LOGIN,
    OneOf,
    Whole,
    Words,
    dry_run_option,
    json_option,
)
from app.i18n import translate as _
from app.settings import Settings
from app.words.roles import role_word
from kitchen import places, staff
from kitchen.errors import Refusal
from kitchen.passwords import check_password, hash_password
from kitchen.staff import ROLES, Actor, Post, StaffFacts

# Whoever holds the machine may give out every role, like an administrator.
OPERATOR = Actor(HOLDER.staff_id, HOLDER.name, "administrator")

password_options = click.option(
    "--password-stdin", is_flag=True, help="从标准输入读一行作密码;不写就替您编一个"
)


@click.group(cls=Group)
def user() -> None:
    """员工账号:开、列、换密码、停用。"""


@user.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """列出所有账号。例:./run user list --json"""

    async def work(_settings: Settings) -> list[StaffFacts]:
        return await staff.everyone()

    show_rows(
        [
            {
                "login": person.login,
                "name": person.name,
                "role": person.role,
                "kitchen": person.kitchen_id,
                "point": person.point_id,
                "area": person.area_id,
                "active": person.active,
            }
            for person in with_database(work)
        ],
        as_json,
    )


@user.command()
@click.argument("login", metavar="LOGIN", type=LOGIN, help="登录名")
@click.argument("name", metavar="NAME", type=Words(1, 40), help="姓名")
@click.option("--role", metavar="ROLE", type=OneOf(ROLES), required=True, help="岗位")
@click.option("--kitchen", type=Whole(1), metavar="ID", help="只管这个厨房")
@click.option("--point", type=Whole(1), metavar="ID", help="只管这个就餐点")
@click.option("--area", type=Whole(1), metavar="ID", help="只看这个辖区")
@password_options
@dry_run_option
def add(
    login: str,
    name: str,
    role: str,
    kitchen: int | None,
    point: int | None,
    area: int | None,
    password_stdin: bool,
    dry_run: bool,
) -> None:
    """开账号。例:./run user add lixia 李霞 --role cook --kitchen 1"""
    password = _password(password_stdin)

    async def work(_settings: Settings) -> None:
        check_password(password, login)
        await staff.hire(
            login=login,
            name=name,
            post=await _post(role, kitchen, point, area),
            password_hash=hash_password(password),
            by=OPERATOR,
            now=utc_now(),
        )

    with_database(work)
    if dry_run:
        say(_("会开账号 {login}({role});没有写入", login=login, role=role_word(role)))
        return
    say(_("已开账号 {login}({role})", login=login, role=role_word(role)))
    _tell(password, password_stdin)


@user.command()
@click.argument("login", metavar="LOGIN", type=LOGIN, help="登录名")
@password_options
@dry_run_option
def password(login: str, password_stdin: bool, dry_run: bool) -> None:
    """换密码,设备全部退出。例:./run user password lixia"""
    fresh = _password(password_stdin)

    async def work(_settings: Settings) -> None:
        person = await _person(login)
        check_password(fresh, person.login)
        await staff.set_password(
            person.id, hash_password(fresh), by=OPERATOR, now=utc_now()
        )

    with_database(work)
    if dry_run:
        say(_("会换 {login} 的密码,退出设备;没有写入", login=login))
        return
    say(_("{login} 的密码已换,设备都已退出", login=login))
    _tell(fresh, password_stdin)


@user.command()
@click.argument("login", metavar="LOGIN", type=LOGIN, help="登录名")
@dry_run_option
def deactivate(login: str, dry_run: bool) -> None:
    """停用账号;做过的事还算他的。例:./run user deactivate lixia"""

    async def work(_settings: Settings) -> None:
        person = await _person(login)
        await staff.set_active(person.id, False, by=OPERATOR, now=utc_now())

    with_database(work)
    if dry_run:
        say(_("会停用 {login};没有写入", login=login))
    else:
        say(_("已停用 {login}", login=login))


async def _post(
    role: str, kitchen: int | None, point: int | None, area: int | None
) -> Post:
    """A point is in its own kitchen. Ends the program for a number there is not."""
    kitchens = {one.id: one.name for one in await places.kitchens()}
    known_number("--kitchen", kitchen, kitchens)
    points = {
        one.id: one
        for number in ([kitchen] if kitchen else kitchens)
        for one in await places.points_for(number)
    }
    known_number("--point", point, {one.id: one.name for one in points.values()})
    known_number("--area", area, {one.id: one.name for one in await places.areas()})
    if point is not None:
        kitchen = points[point].kitchen_id
    return Post(role, kitchen, point, area)


async def _person(login: str) -> StaffFacts:
    for person in await staff.everyone():
        if person.login == login.lower():
            return person
    raise Refusal("login_unknown", login=login)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return made_up_password()


# Dictation-proof: no letter or digit that looks or sounds like another.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def made_up_password() -> str:
    """Four groups of five, about 99 bits: easy to read aloud, not to guess."""
    return "-".join(
        "".join(secrets.choice(LETTERS) for _letter in range(5)) for _part in range(4)
    )


def _tell(password: str, typed: bool) -> None:
    """A password we made up is shown once; a typed one never."""
    if not typed:
        click.echo(password)
