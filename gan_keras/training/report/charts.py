"""A chart of a report: curves over the images or texts shown, as an SVG that takes its colours from the page."""

import dataclasses
from collections.abc import Iterable
from collections.abc import Sequence

import numpy as np

from gan_keras.training.report.values import text

MOST_BUCKETS = 200  # of a curve: of each, only the lowest and the highest point are drawn
MOST_DOTS = 30  # A curve of so few points shows each as a dot.
COLOURS = 4  # that the page's style sheet has; a curve's dashes differ as well
_WIDTH, _HEIGHT = 420, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 14, 10, 40
_LARGEST = 1e300  # Differences of larger numbers overflow.


@dataclasses.dataclass(frozen=True)
class Curve:
    """A curve of a chart.

    Attributes:
        name: what the legend calls it.
        x: how many were shown, (n,).
        y: numbers (n,); the curve has a gap where one is not finite, and begins anew where `x` does not grow.
        spread: standard deviations (n,), drawn as a bar from y − spread to y + spread; None without.
    """

    name: str
    x: Sequence[float] | np.ndarray
    y: Sequence[float] | np.ndarray
    spread: Sequence[float] | np.ndarray | None = None


def chart(
    title: str,
    unit: str,
    curves: Sequence[Curve],
    marks: Iterable[tuple[float, str]] = (),
    logarithmic: bool = False,
    counted: str = "images",
) -> str:
    """Returns a `<figure>`: title, axes, curves, and a legend with their newest values.

    Args:
        title: what it shows.
        unit: label of the vertical axis.
        curves: at least one.
        marks: events, pairs of how many were shown and text: vertical lines.
        logarithmic: whether the vertical axis may be logarithmic: it is if all numbers are positive and the largest is
            more than 30 times the smallest.
        counted: what the horizontal axis counts.
    """
    curves = [_thinned(curve) for curve in curves]
    newest = "; ".join(f"{curve.name} {_newest(curve)}" for curve in curves)
    label = f"{title} over {counted} shown. Newest: {newest}"
    body = _drawing(unit, curves, list(marks), logarithmic, counted)
    return (
        f'<figure class="chart"><h3>{text(title)}</h3>'
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{text(label)}">{body}</svg>'
        f"<figcaption>{''.join(_key(index, curve) for index, curve in enumerate(curves))}</figcaption></figure>"
    )


def _thinned(curve):
    """Returns the curve with at most two points of each of `MOST_BUCKETS` parts: spikes and gaps stay."""
    x, y = np.asarray(curve.x, np.float64), np.asarray(curve.y, np.float64)
    y = np.where(np.abs(y) < _LARGEST, y, np.nan)
    chosen = np.arange(len(y))
    if len(y) > 2 * MOST_BUCKETS:
        kept = {0, len(y) - 1}
        for bucket in np.array_split(chosen, MOST_BUCKETS):
            finite = bucket[np.isfinite(y[bucket])]
            kept |= {finite[y[finite].argmin()], finite[y[finite].argmax()]} if len(finite) else {bucket[0]}
        chosen = np.array(sorted(kept))
    spread = None if curve.spread is None else np.asarray(curve.spread, np.float64)[chosen]
    return Curve(curve.name, x[chosen], y[chosen], spread)


def _newest(curve):
    return f"{curve.y[-1]:.4g}" if np.isfinite(curve.y[-1]) else "not a finite number"


def _drawing(unit, curves, marks, logarithmic, counted):
    ends = [
        curve.y + sign * np.nan_to_num(curve.spread) for curve in curves if curve.spread is not None for sign in (-1, 1)
    ]
    values = np.concatenate([*(curve.y for curve in curves), *ends])
    values = values[np.isfinite(values)]
    if not len(values):
        return f'<text x="{_WIDTH / 2}" y="{_HEIGHT / 2}" text-anchor="middle">no finite number yet</text>'
    logarithmic = logarithmic and values.min() > 0 and values.max() > 30 * values.min()
    place_y, ticks_y = _axis(values.min(), values.max(), logarithmic, _HEIGHT - _BOTTOM, _TOP)
    last = max([curve.x.max() for curve in curves] + [images for images, _ in marks])
    place_x, ticks_x = _axis(0.0, max(last, 1.0), False, _LEFT, _WIDTH - _RIGHT, margin=0.0)
    parts = [
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{place_y(tick):.1f}" y2="{place_y(tick):.1f}"/>'
        f'<text x="{_LEFT - 6}" y="{place_y(tick) + 4:.1f}" text-anchor="end">{tick:.5g}</text>'
        for tick in ticks_y
    ]
    parts += [
        f'<text x="{place_x(tick):.1f}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">{_short(tick)}</text>'
        for tick in ticks_x
    ]
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    parts.append(
        f'<path class="axis" d="M{_LEFT} {_TOP}V{_HEIGHT - _BOTTOM}H{_WIDTH - _RIGHT}"/>'
        f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{_HEIGHT - 6}" text-anchor="middle">{counted} shown</text>'
        f'<text transform="translate(12 {middle}) rotate(-90)" text-anchor="middle">'
        f"{text(unit)}{' (logarithmic)' if logarithmic else ''}</text>"
    )
    parts += [
        f'<path class="mark" d="M{place_x(images):.1f} {_TOP}V{_HEIGHT - _BOTTOM}"><title>{text(event)}</title></path>'
        for images, event in marks
    ]
    for index, curve in enumerate(curves):
        parts.append(f'<path class="curve c{index % COLOURS}" d="{_path(curve, place_x, place_y)}"/>')
        if len(curve.x) <= MOST_DOTS:
            parts.append(f'<path class="curve c{index % COLOURS} dots" d="{_dots(curve, place_x, place_y)}"/>')
    return "".join(parts)


def _axis(low, high, logarithmic, start, end, margin=0.05):
    """Returns (function from a number to its coordinate, ticks)."""
    from matplotlib import ticker

    scale = np.log10 if logarithmic else float
    if low == high:
        low, high = low - (abs(low) / 10 or 1.0), high + (abs(high) / 10 or 1.0)
    locator = ticker.LogLocator(subs=(1.0, 2.0, 5.0)) if logarithmic else ticker.MaxNLocator(5, steps=(1, 2, 5, 10))
    ticks = [tick for tick in locator.tick_values(low, high) if low <= tick <= high]
    bottom, top = scale(low), scale(high)
    bottom, top = bottom - margin * (top - bottom), top + margin * (top - bottom)
    return (lambda value: start + (scale(value) - bottom) / (top - bottom) * (end - start)), ticks


def _path(curve, place_x, place_y):
    """Returns the `d` of an SVG path: lines between the points, and the bars of the spread."""
    steps, previous = [], None
    for images, value in zip(curve.x, curve.y, strict=True):
        if not np.isfinite(value):
            previous = None
            continue
        starts = previous is None or images <= previous
        begun = "h0" if starts else ""  # A point on its own is a dot.
        steps.append(f"{'M' if starts else 'L'}{place_x(images):.1f} {place_y(value):.1f}{begun}")
        previous = images
    if curve.spread is not None:
        steps += [
            f"M{place_x(images):.1f} {place_y(value - spread):.1f}V{place_y(value + spread):.1f}"
            for images, value, spread in zip(curve.x, curve.y, curve.spread, strict=True)
            if np.isfinite(value) and np.isfinite(spread)
        ]
    return "".join(steps)


def _dots(curve, place_x, place_y):
    points = zip(curve.x, curve.y, strict=True)
    return "".join(f"M{place_x(images):.1f} {place_y(value):.1f}h0" for images, value in points if np.isfinite(value))


def _key(index, curve):
    return (
        f'<span><svg class="key" viewBox="0 0 24 8" aria-hidden="true"><path class="curve c{index % COLOURS}" '
        f'd="M0 4H24"/></svg>{text(curve.name)} <b>{_newest(curve)}</b></span> '
    )


def _short(images):
    """Returns a number of images as an axis shows it: `250k`, `1.5M`."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if images >= size:
            return f"{images / size:.4g}{letter}"
    return f"{images:.4g}"
