"""The sample sheets of a report on texts."""

import pathlib
from collections.abc import Sequence

import numpy as np

from gan_keras.training.report import page
from gan_keras.training.report.values import text

MOST_FRAMES = 300
MOST_CHARACTERS = 10_000  # of a sheet


def history(sheets: Sequence[pathlib.Path]) -> list[tuple[pathlib.Path, str]]:
    """Returns pairs of a sheet's path and its text, at most 300, evenly chosen, with the first and the last."""
    if len(sheets) > MOST_FRAMES:
        sheets = [sheets[index] for index in np.linspace(0, len(sheets) - 1, MOST_FRAMES).round().astype(int)]
    return [(sheet, _read(sheet)) for sheet in sheets]


def samples(run_path: pathlib.Path, frames: Sequence[tuple[pathlib.Path, str]]) -> str:
    """Returns the section's HTML: the newest sheet under a slider, beside one of real texts."""
    if not frames:
        return "<p>No samples yet.</p>"
    sheet, newest = frames[-1]
    reals = run_path / "samples" / "reals.txt"
    real = f"<pre>{text(_read(reals))}</pre>" if reals.is_file() else None
    return page.samples(f'<pre id="grid">{text(newest)}</pre>', int(sheet.stem), "texts", real)


def _read(sheet: pathlib.Path) -> str:
    return sheet.read_text("utf-8")[:MOST_CHARACTERS]
