"""`python -m tests.spec FILE.html`: writes the page of all rules and specifications."""

import sys
from pathlib import Path

from tests.spec.rendering import render_page


def main(arguments: list[str]) -> int:
    """0: written; 2: not called with one file."""
    if len(arguments) != 1:
        print("usage: python -m tests.spec FILE.html", file=sys.stderr)
        return 2
    file = Path(arguments[0])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(render_page(), encoding="utf-8")
    print(f"{file}: rules and specifications")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
