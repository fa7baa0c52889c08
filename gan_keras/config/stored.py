"""The `config.json` of a run folder: the frozen config, and what else defines the run."""

import json
import pathlib
from typing import Any

from gan_keras import errors

NAME = "config.json"
FORMAT = 2


def read(path: pathlib.Path | str) -> dict[str, Any]:
    """Returns what a run's config.json holds.

    Raises:
        UserError: the file is missing, no JSON, not a run's config, or of another version of the program.
    """
    try:
        stored = json.loads(pathlib.Path(path).read_text())
        if not isinstance(stored, dict) or not {"config", "identity", "channels"} <= stored.keys():
            raise ValueError("it is not the config.json of a run")
    except (OSError, ValueError) as error:
        raise errors.UserError(f"cannot read the config {path}: {error}") from error
    if stored.get("format") != FORMAT:
        raise errors.UserError(
            f"{path} was written by another version of gan_keras (format {stored.get('format', 1)}, this one reads "
            f"format {FORMAT}): use that version, or start a new run"
        )
    return stored
