"""The checks of the other tests can fail: what is planted in a page is found."""

import pytest

from tests.browser.conftest import Enter, axe_faults, faults_at_every_width

PLANTED = {
    "image-alt": "main.append(new Image())",
    "button-name": "main.append(document.createElement('button'))",
    "color-contrast": (
        "const pale = document.createElement('p');"
        "pale.textContent = '看不清'; pale.style.color = '#dddddd';"
        "pale.style.background = '#ffffff'; main.append(pale)"
    ),
    "icon touches": ("main.append(main.querySelector('.icon').cloneNode(true), '词')"),
    "cards touch": (
        "main.insertAdjacentHTML('beforeend',"
        " '<section class=card>a</section><section class=card>b</section>')"
    ),
    "pushed sideways": (
        "const wide = document.createElement('div'); wide.style.width = '3000px';"
        "wide.textContent = 'x'; main.append(wide)"
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found_at_every_width(enter: Enter, fault: str) -> None:
    page = enter("manager", "陈主管")
    page.goto("/staff")
    page.wait_for_load_state("networkidle")
    assert faults_at_every_width(page) == []
    page.evaluate(
        f"() => {{const main = document.querySelector('main');{PLANTED[fault]}}}"
    )
    found = faults_at_every_width(page)
    for size in ("phone", "tablet", "desk"):
        assert any(one.startswith(size) and fault in one for one in found), found
    if fault not in ("cards touch", "icon touches", "pushed sideways"):
        assert any(fault in one for one in axe_faults(page))
