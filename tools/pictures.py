"""Takes README's pictures of the demo community: `.venv/bin/python tools/pictures.py`.

A real server, a real morning, a real browser; the pictures land in docs/images.
"""

import datetime as dt
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
PORT = 8477
HERE = f"http://127.0.0.1:{PORT}"
PASSWORD = "nuancan-demo-2026"  # noqa: S105 - the demo's, printed for everybody
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


def service_day() -> dt.date:
    """Today where the kitchen is; the demo's serves every day."""
    return dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "NUANCAN_DATA": folder, "NUANCAN_PORT": str(PORT)}
        day = service_day()
        for command in (["demo"], ["day", day.isoformat(), "--out", f"{folder}/out"]):
            run = [sys.executable, "-m", "app", *command]
            subprocess.run(run, env=env, cwd=ROOT, check=False)
        sheet = sorted(Path(folder, "out").glob("*送餐单-round2*.pdf"))[0]
        draw = ["pdftoppm", "-r", "80", "-f", "1", "-l", "1", "-png", "-singlefile"]
        subprocess.run([*draw, str(sheet), str(IMAGES / "sheet")], check=True)
        server = subprocess.Popen([sys.executable, "-m", "app", "serve"], env=env)
        try:
            wait()
            take(day, at_the_table(Path(folder), day))
        finally:
            server.terminate()


def wait() -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{HERE}/healthz")  # noqa: S310 - this machine
            return
        except OSError:
            time.sleep(0.2)


def at_the_table(folder: Path, day: dt.date) -> list[str]:
    """Numbers of three people who eat at the first point that day."""
    with sqlite3.connect(folder / "nuancan.db") as connection:
        found = connection.execute(
            "SELECT e.number FROM diner d JOIN elder e ON e.id = d.elder"
            " JOIN headcount h ON h.id = d.headcount WHERE h.day = ? AND"
            " h.meal = 'lunch' AND d.way = 'dine_in' AND d.point = 1"
            " ORDER BY d.id LIMIT 3",
            (day.isoformat(),),
        )
        return [number for (number,) in found]


def take(day: dt.date, guests: list[str]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=list(QUIET)
        )
        page = browser.new_page(viewport={"width": 1366, "height": 860})
        sign_in(page, "chen")
        for name in ("today", "headcounts", "production", "rounds", "balance"):
            page.goto(f"{HERE}/{name}/{day}/lunch")
            page.wait_for_load_state("networkidle")
            page.screenshot(path=IMAGES / f"{name}.png")
        till = browser.new_page(viewport={"width": 1000, "height": 860})
        sign_in(till, "sun")
        till.goto(f"{HERE}/dining/{day}/lunch")
        till.keyboard.press("Enter")
        till.wait_for_selector("[data-till-field]")
        for served, number in enumerate(guests, 1):
            till.fill("[data-till-field]", number)
            till.keyboard.press("Enter")
            till.wait_for_selector(f"b:text-is('{served}') + span:text('已就餐')")
        till.screenshot(path=IMAGES / "till.png")
        browser.close()


def sign_in(page: Page, login: str) -> None:
    page.goto(f"{HERE}/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("button.primary")
    page.wait_for_url(lambda url: "/sign-in" not in url)


if __name__ == "__main__":
    main()
