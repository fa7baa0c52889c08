"""Texts of sample seeds, on the screen or in a file."""

import pathlib
from collections.abc import Sequence

from gan_keras import errors
from gan_keras.runtime import files

SUFFIX = ".txt"


def write(texts: Sequence[str], output: str | None) -> None:
    """Prints texts, or writes them to a file, one a line.

    Args:
        texts: the texts.
        output: name of a file that ends in .txt; None: the screen.

    Raises:
        UserError: the name ends otherwise, or the file cannot be written.
    """
    lines = "".join(f"{text}\n" for text in texts)
    if output is None:
        print(lines, end="")
        return
    path = pathlib.Path(output)
    if path.suffix.lower() != SUFFIX:
        raise errors.UserError(
            f"--output={output}: expected a name that ends in {SUFFIX} for texts, or none to see them"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_text(path, lines)
    except OSError as error:
        raise errors.UserError(f"--output={output}: cannot write it ({error.strerror})") from error
    print(f"wrote {len(texts)} texts to {output}")
