"""`./run` on machines that lack something, and requirements anyone can install.

The script runs in a copy of its own with a PATH of stand-ins for the machine's
commands (apt-get, sudo, python3 …), so nothing is installed here.
"""

import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHELL_TOOLS = [
    "sh",
    "dirname",
    "mkdir",
    "cat",
    "grep",
    "sha256sum",
    "tail",
    "rm",
    "env",
    "flock",
    "id",
    "df",
]
SYSTEM = [
    "libpango-1.0-0",
    "libpangoft2-1.0-0",
    "libharfbuzz-subset0",
    "fonts-noto-cjk",
]

ALL_INSTALLED = 'echo "ii "'
NONE_INSTALLED = "exit 1"
FAILS = "exit 1"
WORKS = "exit 0"
ROOT_USER = 'echo "0"'
PLAIN_USER = 'echo "1000"'
OLD_PYTHON = "exit 1"  # what the version question answers below 3.11
REFUSED = "Temporary failure in name resolution"
# Says it suits, makes an environment whose pip cannot reach anything.
PYTHON_WITHOUT_NETWORK = """
case "$1" in
-c) exit 0 ;;
-m) [ "$2" = venv ] && mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && exit 0
    [ "$3" = --version ] && exit 0
    echo "WARNING: Retrying, Temporary failure in name resolution"
    echo "ERROR: No matching distribution found for absl-py" && exit 1 ;;
esac
"""
PYTHON_THAT_WORKS = """
case "$*" in
*venv*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
*install*) echo "$*" >>installed ;;
"-m app"*) echo "$*" ;;
esac
exit 0
"""

PYTHON_WITHOUT_COMPILER = """
case "$*" in
*venv*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
"-m routing warm") exit 1 ;;
esac
exit 0
"""


class Machine:
    """A folder with `run` in it and only the commands it is given."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "checkout"
        self.commands = folder / "commands"
        self.commands.mkdir()
        (self.checkout / "requirements").mkdir(parents=True)
        shutil.copy(ROOT / "run", self.checkout)
        for name in ("run.txt", "dev.txt"):
            (self.checkout / "requirements" / name).write_text(f"# {name}\n")
        for tool in [*SHELL_TOOLS, "cp"]:
            found = shutil.which(tool)
            assert found, tool
            (self.commands / tool).symlink_to(found)

    def has(self, name: str, script: str) -> None:
        target = self.commands / name
        target.unlink(missing_ok=True)
        target.write_text(f"#!{shutil.which('sh')}\n{script}\n")
        target.chmod(0o755)

    def run(
        self, *arguments: str, where: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.checkout / "run" if where else "./run", *arguments],
            cwd=where or self.checkout,
            env={"PATH": str(self.commands), "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=120,
        )

    def installed(self) -> list[str]:
        record = self.checkout / "installed"
        return record.read_text().splitlines() if record.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A complete Debian; each test takes something away."""
    machine = Machine(tmp_path)
    machine.has("id", ROOT_USER)
    machine.has("dpkg-query", ALL_INSTALLED)
    machine.has("apt-get", WORKS)
    machine.has("python3", PYTHON_THAT_WORKS)
    return machine


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    return done.stderr.splitlines()[-1]


def test_a_complete_machine_installs_once_and_hands_the_command_on(
    machine: Machine,
) -> None:
    first = machine.run("day", "2026-11-24", "--json")
    second = machine.run("day", "2026-11-24", "--json")
    assert first.returncode == second.returncode == 0
    assert first.stdout == second.stdout == "-m app day 2026-11-24 --json\n"
    assert second.stderr == ""
    assert len(machine.installed()) == 1
    assert "--require-hashes -r requirements/run.txt" in machine.installed()[0]


def test_a_command_typed_elsewhere_is_told_where_its_files_are(
    machine: Machine, tmp_path: Path
) -> None:
    machine.has(
        "python3",
        PYTHON_THAT_WORKS.replace(
            'echo "$*" ;;\nesac', 'echo "$NUANCAN_CALLED_FROM" ;;\nesac'
        ),
    )
    assert machine.run("day").stdout == "\n"
    assert machine.run("day", where=tmp_path).stdout == f"{tmp_path}\n"


def test_changed_requirements_are_installed_again(machine: Machine) -> None:
    machine.run("serve")
    (machine.checkout / "requirements/run.txt").write_text("# newer\n")
    machine.run("serve")
    assert len(machine.installed()) == 2


def test_the_route_search_is_compiled_again_only_when_it_changed(
    machine: Machine,
) -> None:
    first, second = machine.run("serve"), machine.run("serve")
    (machine.checkout / "routing").mkdir()
    (machine.checkout / "routing/kernel.py").write_text("STEPS = 2\n")
    third = machine.run("serve")
    said = ["Compiling the route search" in done.stderr for done in (first, second)]
    assert said == [True, False]
    assert "Compiling the route search" in third.stderr


def test_a_route_search_that_does_not_compile_stops_nothing(machine: Machine) -> None:
    machine.has("python3", PYTHON_WITHOUT_COMPILER)
    done = machine.run("serve")
    assert done.returncode == 0
    assert "rounds will take longer" in last_line(done)


def test_the_development_set_serves_the_product_too(machine: Machine) -> None:
    machine.run("setup", "dev")
    machine.run("serve")
    assert len(machine.installed()) == 1
    assert "dev.txt" in machine.installed()[0]


def test_an_interrupted_installation_is_begun_again(machine: Machine) -> None:
    (machine.checkout / ".venv").mkdir()  # no interpreter in it
    assert machine.run("serve").returncode == 0
    assert len(machine.installed()) == 1


def test_a_missing_package_is_installed_by_root(machine: Machine) -> None:
    machine.has("dpkg-query", NONE_INSTALLED)
    machine.has("apt-get", 'echo "$*" >>apt')
    assert machine.run("serve").returncode == 0
    calls = (machine.checkout / "apt").read_text()
    assert all(package in calls for package in SYSTEM)
    assert "chromium" not in calls


def test_tests_need_a_browser_and_a_pdf_reader_besides(machine: Machine) -> None:
    machine.has("dpkg-query", NONE_INSTALLED)
    machine.has("apt-get", 'echo "$*" >>apt')
    machine.run("setup", "dev")
    calls = (machine.checkout / "apt").read_text()
    assert all(package in calls for package in [*SYSTEM, "chromium", "libatomic1"])


def test_a_plain_user_with_sudo_installs_through_it(machine: Machine) -> None:
    machine.has("id", PLAIN_USER)
    machine.has("dpkg-query", NONE_INSTALLED)
    machine.has("sudo", 'echo "$*" >>sudo')
    assert machine.run("serve").returncode == 0
    assert "apt-get install" in (machine.checkout / "sudo").read_text()


def test_neither_root_nor_sudo_is_said_with_the_command_to_ask_for(
    machine: Machine,
) -> None:
    machine.has("id", PLAIN_USER)
    machine.has("dpkg-query", NONE_INSTALLED)
    done = machine.run("serve")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    wanted = "apt-get update && apt-get install libpango-1.0-0"  # no lists yet
    assert f"请用 root 执行 {wanted}" in last_line(done)
    assert f"run as root: {wanted}" in last_line(done)


def test_a_failing_apt_is_said_with_the_packages_and_the_log(
    machine: Machine,
) -> None:
    machine.has("dpkg-query", NONE_INSTALLED)
    machine.has("apt-get", "echo 'E: Unable to locate package'; exit 100")
    done = machine.run("serve")
    assert done.returncode == 1
    assert "系统组件装不上" in last_line(done)
    assert "no network" in last_line(done)
    assert "fonts-noto-cjk" in last_line(done)
    assert last_line(done).endswith(": E: Unable to locate package")
    log = machine.checkout / ".venv/setup.log"
    assert "Unable to locate" in log.read_text()


def test_a_sudo_that_wants_a_password_it_cannot_ask_for_is_named(
    machine: Machine,
) -> None:
    machine.has("id", PLAIN_USER)
    machine.has("dpkg-query", NONE_INSTALLED)
    machine.has("sudo", "echo 'sudo: a password is required' >&2; exit 1")
    done = machine.run("serve")
    assert done.returncode == 1
    assert last_line(done).endswith(": password is required")


def test_apt_waits_for_another_one_that_is_updating_the_machine(
    machine: Machine,
) -> None:
    """A machine that has just been installed updates itself in its first minutes."""
    machine.has("dpkg-query", NONE_INSTALLED)
    machine.has("apt-get", 'echo "$*" >>apt')
    machine.run("serve")
    assert "DPkg::Lock::Timeout=" in (machine.checkout / "apt").read_text()


@pytest.mark.parametrize(
    ("wrote", "cause"),
    [
        ("Temporary failure in name resolution", "name resolution"),
        ("[Errno 111] Connection refused", "Connection refused"),
        ("[Errno 28] No space left on device", "No space left"),
    ],
)
def test_a_failing_pip_is_said_with_the_cause_it_named(
    machine: Machine, wrote: str, cause: str
) -> None:
    machine.has("python3", PYTHON_WITHOUT_NETWORK.replace(REFUSED, wrote))
    done = machine.run("serve")
    assert done.returncode == 1
    assert "Python 组件装不上" in last_line(done)
    assert last_line(done).endswith(f": {cause}")


def test_a_disk_too_small_is_said_before_anything_is_fetched(machine: Machine) -> None:
    machine.has("df", "echo Filesystem; echo tmpfs 300 20 280 7% /small")
    done = machine.run("serve")
    assert done.returncode == 1
    assert last_line(done).endswith("needs 1000 MB, has 280 MB")
    assert machine.installed() == []


def test_a_failed_installation_is_tried_again(machine: Machine) -> None:
    machine.has("python3", PYTHON_WITHOUT_NETWORK)
    machine.run("serve")
    shutil.rmtree(machine.checkout / ".venv")
    machine.has("python3", PYTHON_THAT_WORKS)
    assert machine.run("serve").returncode == 0


def test_only_an_old_python_is_said_after_apt_had_no_newer(machine: Machine) -> None:
    machine.has("python3", OLD_PYTHON)
    done = machine.run("serve")
    assert done.returncode == 1
    assert "没有 Python 3.11 以上" in last_line(done)
    assert "no Python 3.11 or newer" in last_line(done)


def test_another_system_is_told_what_to_install_by_hand(machine: Machine) -> None:
    (machine.commands / "apt-get").unlink()
    machine.has("python3", OLD_PYTHON)
    done = machine.run("serve")
    assert done.returncode == 1
    assert "不是 Debian" in last_line(done)
    assert "install Python 3.11 or newer and libpango-1.0-0" in last_line(done)


def test_another_system_with_python_goes_on_and_says_it_once(machine: Machine) -> None:
    (machine.commands / "apt-get").unlink()
    first = machine.run("serve")
    second = machine.run("serve")
    assert first.returncode == second.returncode == 0
    assert "not Debian, make sure of" in first.stderr
    assert second.stderr == ""


def test_without_a_command_the_commands_are_listed_and_nothing_installed(
    machine: Machine,
) -> None:
    done = machine.run()
    assert done.returncode == 0
    assert "./run serve" in done.stdout
    assert machine.installed() == []


@pytest.mark.parametrize("script", ["run", ".ci/run"])
def test_a_script_is_executable_and_plain_posix(script: str) -> None:
    path = ROOT / script
    assert path.stat().st_mode & stat.S_IXUSR
    assert path.read_text().startswith("#!/bin/sh\n")
    subprocess.run(["sh", "-n", str(path)], check=True)


def locked(name: str) -> dict[str, set[str]]:
    """Package → versions (a marker may choose between several)."""
    versions: dict[str, set[str]] = {}
    for line in (ROOT / "requirements" / name).read_text().splitlines():
        if pin := re.match(r"([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==([^ ;\\]+)", line):
            versions.setdefault(normal(pin[1]), set()).add(pin[2])
    return versions


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", ["run", "dev"])
def test_what_is_asked_for_is_pinned_and_locked(name: str) -> None:
    lock = locked(f"{name}.txt")
    for line in (ROOT / "requirements" / f"{name}.in").read_text().splitlines():
        if line.strip() and not line.startswith(("#", "-r ")):
            pin = re.match(r"([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==([^ ;]+)", line)
            assert pin, f"not pinned: {line}"
            assert pin[2] in lock[normal(pin[1])], line


@pytest.mark.parametrize("name", ["run.txt", "dev.txt"])
def test_every_locked_package_has_a_hash(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.M))
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_development_set_contains_the_run_set() -> None:
    run, dev = locked("run.txt"), locked("dev.txt")
    assert {name: dev.get(name) for name in run} == run


def test_no_committed_file_names_a_package_registry() -> None:
    addresses = re.compile(
        r"(?:--(?:extra-)?index-url|--find-links|files\.pythonhosted\.org|"  # pip, uv
        r"registry\.npmjs\.org|deb\.debian\.org|pypi\.org/simple)"
    )
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    this = Path(__file__).relative_to(ROOT).as_posix()
    found = [
        name
        for name in listed.stdout.split("\0")
        if name and name != this and (ROOT / name).is_file()
        if addresses.search((ROOT / name).read_bytes().decode("utf-8", "ignore"))
    ]
    assert found == []


def test_this_interpreter_is_one_the_product_supports() -> None:
    assert sys.version_info >= (3, 11)
