"""Forms as they stand on a page: what a browser would send that changes nothing."""

from html.parser import HTMLParser


class _Drawn(HTMLParser):
    """Collects the fields of the form with one action, as they are filled in."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.inside, self.found = action, False, False
        self.fields: dict[str, list[str]] = {}
        self._list = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self.inside = given.get("action") == self.action
            self.found |= self.inside
        if not self.inside:
            return
        if tag == "select":
            self._list = name
        elif tag == "textarea":
            self._text = name
            self.fields.setdefault(name, [""])
        elif tag == "option" and self._list:
            chosen = self.fields.setdefault(self._list, [given.get("value", "")])
            if "selected" in given:
                chosen[0] = given.get("value", "")
        elif tag == "input" and name and "disabled" not in given:
            kind = given.get("type", "text")
            if kind not in ("checkbox", "radio") or "checked" in given:
                blank = "on" if kind in ("checkbox", "radio") else ""
                self.fields.setdefault(name, []).append(given.get("value", blank))

    def handle_data(self, data: str) -> None:
        if self._text:
            self.fields[self._text][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self._list = ""
        elif tag == "textarea":
            self._text = ""


def drawn(html: str, action: str) -> dict[str, list[str]]:
    """Field → values of the form with that action."""
    reader = _Drawn(action)
    reader.feed(html)
    assert reader.found, f"no form leads to {action}"
    return reader.fields
