"""What a run leaves to look at: its history as an animation, its curves as a plot."""

import numpy as np

from gan_keras.data import images
from gan_keras.training import callbacks

MOST_FRAMES = 60


def write_history(path):
    """Writes `samples.gif` and `curves.png` of a run folder from its grids, if it has pictures, and its statistics."""
    grids = sorted(entry for entry in (path / "samples").glob("*.png") if entry.stem.isdigit())
    if len(grids) > MOST_FRAMES:
        chosen = np.linspace(0, len(grids) - 1, MOST_FRAMES).round().astype(int)
        grids = [grids[index] for index in chosen]
    if grids:
        images.write_gif(path / "samples.gif", [_read(grid) for grid in grids], 200)
    records = callbacks.read_statistics(path / "stats.jsonl")
    if records:
        write_curves(path / "curves.png", records)


def write_curves(path, records):
    """Writes a PNG of losses, verdicts and gradient norms over the images shown."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = [record["images"] for record in records]
    names = [name for name, value in records[0].items() if isinstance(value, float)]
    panels = {
        "loss": [name for name in names if "loss" in name],
        "verdict of D": [name for name in names if name in ("D(x)", "D(G(z))") or name.endswith("_logits")],
        "gradient norm": [name for name in names if name.endswith("norm")],
    }
    figure = Figure(figsize=(12, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, (title, curves) in zip(figure.subplots(1, len(panels)), panels.items(), strict=True):
        for name in curves:
            axes.plot(shown, [record[name] for record in records], label=name, linewidth=1.2)
        axes.set(title=title, xlabel="real images shown")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    figure.savefig(path, dpi=110)


def _read(path):
    from PIL import Image

    with Image.open(path) as image:
        return np.atleast_3d(np.asarray(image))
