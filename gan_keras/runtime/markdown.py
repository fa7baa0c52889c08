"""Text in Markdown."""

from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any


def table(header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> str:
    """Returns a table, a line a row, without a newline at the end; every cell is written as its text."""

    def line(cells):
        return "| " + " | ".join(str(cell).replace("|", r"\|") for cell in cells) + " |"

    return "\n".join(map(line, [header, ["---"] * len(header), *rows]))
