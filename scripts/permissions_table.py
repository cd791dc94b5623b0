"""Writes the table of docs/topics/permissions.md from the code: what each command asks for, and who may ask.

`--check` writes nothing and fails when the file differs.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))  # works before the package is installed

from vdxmedia.conference.commands import Asked, Right  # noqa: E402
from vdxmedia.conference.desks import DESKS  # noqa: E402
from vdxmedia.hub.call_audit import AUDITED, NotNoted  # noqa: E402
from vdxmedia.signalling import messages  # noqa: E402

PAGE = ROOT / "docs/topics/permissions.md"
BEGIN, END = "<!-- generated: rights -->", "<!-- /generated -->"
WORDS = {
    Right.ANYONE: "everybody in the call",
    Right.HOST: "hosts",
    Right.ADMITTER: "hosts of an admitting organisation",
}


def commands() -> list[type[Asked]]:
    """Every command that a desk has, by name."""
    assert DESKS  # importing them has made the classes
    found: dict[str, type[Asked]] = {}
    open_ = [Asked]
    while open_:
        for kind in open_.pop().__subclasses__():
            found[kind.__qualname__] = kind
            open_.append(kind)
    return [found[name] for name in sorted(found) if found[name].__module__.startswith("vdxmedia.")]


def table() -> str:
    rows = ["| Command | Who may | Audit log | What it is |", "|---|---|---|---|"]
    for kind in commands():
        first = inspect.cleandoc(kind.__dict__.get("__doc__") or "").split("\n\n")[0].replace("\n", " ")
        audited = AUDITED[kind]
        noted = f"no: {audited.why}" if isinstance(audited, NotNoted) else "noted"
        rows.append(f"| `{kind.__name__}` | {WORDS[kind.right]} | {noted} | {first} |")
    return "\n".join(rows)


def rendered(text: str) -> str:
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main(arguments: list[str]) -> int:
    assert messages.AREAS
    text = PAGE.read_text("utf-8")
    new = rendered(text)
    if "--check" in arguments:
        if text != new:
            print(f"{PAGE.relative_to(ROOT)} differs: run scripts/permissions_table.py")
        return int(text != new)
    PAGE.write_text(new, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
