"""How long an exported file takes to draw, on this machine."""

import time
from collections.abc import Callable

import numpy as np

from gan_keras.exporting.parity import Probe

IMAGES = (1, 8)
THREADS = (1, 2)
REPEATS = 10

Draw = Callable[..., np.ndarray]
"""`draw(**inputs) -> float32 images`."""


def milliseconds(draw: Draw, probe: Probe, images: int, repeats: int = REPEATS) -> float:
    """Returns the median time of a call that draws the first images of a probe; one call before is not counted."""
    rows = {name: values[:images] for name, values in probe.inputs.items()}
    times = []
    for _ in range(1 + repeats):
        start = time.perf_counter()
        draw(**rows)
        times.append(time.perf_counter() - start)
    return 1000.0 * float(np.median(times[1:]))


def of_threads(load: Callable[[int], Draw], probe: Probe) -> dict[str, dict[str, float]]:
    """Returns milliseconds of a call by number of threads and number of images: {"1": {"1": …, "8": …}, "2": …}.

    Args:
        load: function of the number of threads → `Draw`.
        probe: what is drawn.
    """
    return {
        str(threads): {str(images): milliseconds(draw, probe, images) for images in IMAGES}
        for threads, draw in ((threads, load(threads)) for threads in THREADS)
    }
