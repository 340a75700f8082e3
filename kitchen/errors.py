"""Every "no" the business can say.

A refusal carries a code in words and the facts behind it, never a sentence:
the words, in the reader's language, are chosen at the doorway (`app/refusals.py`).
"""


class Refusal(Exception):
    """The business declines: `code` says which rule, `facts` say why.

    `Refusal("already_served", where="朝阳就餐点", at="11:02")`
    """

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code}({facts})" if facts else self.code
