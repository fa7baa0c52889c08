"""Pictures of a training on a known density."""

import numpy as np

from gan_keras import objectives
from gan_keras.theory import views

DRAWN = 4000  # points of G in a picture of the plane


def frame(mixture, view, points, title, objective):
    """Returns one frame, uint8 (H, W, 3).

    Args:
        mixture: `densities.Mixture`.
        view: `views.View`.
        points: float32 (N, d), generated.
        title: text above the picture.
        objective: `Objective`, which decides whether D's output is a probability.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 3.4) if mixture.dimensions == 2 else (7.2, 4.0), dpi=80, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    figure.suptitle(title, fontsize=10)
    draw = _line if mixture.dimensions == 1 else _plane
    draw(figure, mixture, view, points, objectives.LOSSES[objective.loss].is_probability)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _line(figure, mixture, view, points, is_probability):
    axes = figure.subplots()
    x = views.raster(mixture)[:, 0]
    axes.plot(x, view.data, color="black", linestyle=":", label="density of the data")
    axes.plot(x, view.generated, color="tab:green", label="density of G")
    axes.set(xlim=(-mixture.extent, mixture.extent), ylim=(0, 2 * view.data.max()), xlabel="x", ylabel="density")
    right = axes.twinx()
    if is_probability:
        right.axhline(0.5, color="grey", linewidth=0.6)
        right.plot(x, view.optimum, color="tab:orange", linestyle="--", label="D*(x), the optimum")
        right.set(ylim=(0, 1))
    right.plot(x, view.verdict, color="tab:blue", label="D(x)" if is_probability else "logit of D")
    right.set_ylabel("D")
    axes.legend(loc="upper left", fontsize=8)
    right.legend(loc="upper right", fontsize=8)


def _plane(figure, mixture, view, points, is_probability):
    box = (-mixture.extent, mixture.extent) * 2
    panels = {
        "density of the data": (view.data, "Greys", 0.0, view.data.max()),
        "density of G": (view.generated, "Greys", 0.0, view.data.max()),
        "D(x)" if is_probability else "logit of D": (view.verdict, "coolwarm", *_limits(view, is_probability)),
    }
    if is_probability:
        panels["D*(x), the optimum"] = (view.optimum, "coolwarm", 0.0, 1.0)
    all_axes = figure.subplots(1, len(panels))
    for axes, (title, (values, colors, least, most)) in zip(all_axes, panels.items(), strict=True):
        axes.imshow(values, origin="lower", extent=box, cmap=colors, vmin=least, vmax=most)
        axes.set_title(title, fontsize=9)
        axes.tick_params(labelsize=7)
        if title == "density of G":
            axes.plot(*points[:DRAWN].T, ".", markersize=1, color="tab:green", alpha=0.4)
            axes.set(xlim=box[:2], ylim=box[:2])


def _limits(view, is_probability):
    return (0.0, 1.0) if is_probability else (float(view.verdict.min()), float(view.verdict.max()))
