"""The metrics of a report: a chart for each metric and features, and the newest values with their protocol."""

import json
import math
import re
from collections.abc import Sequence
from typing import Any

from gan_keras.training.report.charts import Curve
from gan_keras.training.report.charts import chart
from gan_keras.training.report.page import pairs
from gan_keras.training.report.values import finite_or_nan
from gan_keras.training.report.values import flat
from gan_keras.training.report.values import number
from gan_keras.training.report.values import plain
from gan_keras.training.report.values import text

_NOT_PROTOCOL = ("metric", "values", "std", "checkpoint", "images_shown", "notes", "seconds")
_COMPARABLE = (  # Numbers are comparable, and on one curve, if they agree in these.
    *("features_sha256", "resize", "generated", "real", "reference_split", "reference_dataset", "reference_hash"),
    *("seed", "repeats", "generator", "rollbacks"),
)


def content(evaluations: Sequence[dict[str, Any]], marks: Sequence[tuple[float, str]], counted: str = "images") -> str:
    """Returns the section's HTML.

    A chart shows the metric's own value, the first one, a curve for each protocol, if it was measured more than once;
    the table shows all values.

    Args:
        evaluations: lines of `metrics.jsonl`, with a dict of `values` and finite `images_shown`. Of several after the
            same number of images, the last counts.
        marks: events, as in `chart`.
        counted: what a run shows to its networks.
    """
    if not evaluations:
        return "<p>No evaluation yet.</p>"
    panels: dict[Any, dict[str, dict[float, dict]]] = {}  # (metric, features) → protocol → images shown → line
    for line in evaluations:
        panel = panels.setdefault((str(line.get("metric")), line.get("features") and str(line["features"])), {})
        panel.setdefault(json.dumps([line.get(name) for name in _COMPARABLE]), {})[line["images_shown"]] = line
    charts, rows = [], []
    for (metric, features), protocols in panels.items():
        title = named(metric, metric, features) + (f", features of {features}" if features else "")
        series = [[points[images] for images in sorted(points)] for points in protocols.values()]
        curves = [_curve(lines, metric, features, series) for lines in series]
        if any(len(points) > 1 for points in protocols.values()):
            charts.append(chart(title, curves[0].name.split(":")[0], curves, marks, counted=counted))
        rows += [_row(lines[-1], metric, features, counted) for lines in series]
    header = "".join(
        f'<th scope="col">{name}</th>' for name in ("Metric", "Features", "Newest", "After", "Protocol", "Notes")
    )
    return (
        f'<div class="charts">{"".join(charts)}</div><div class="scroll" role="region" tabindex="0" '
        f'aria-label="Newest values"><table><thead><tr>{header}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
        "</div>"
    )


def _curve(lines, metric, features, series):
    """Returns the curve of the metric's own value; if it was measured by several protocols, it says what differs."""
    name = next(iter(lines[-1]["values"]), "value")
    values, deviations = [[line.get(key) for line in lines] for key in ("values", "std")]
    spread = [finite_or_nan(one.get(name)) if isinstance(one, dict) else math.nan for one in deviations]
    mine = lines[-1]
    differing = [key for key in _COMPARABLE if any(others[-1].get(key) != mine.get(key) for others in series)]
    label = named(name, metric, features) + (
        ": " + ", ".join(f"{key} {plain(mine.get(key))[:12]}" for key in differing) if differing else ""
    )
    return Curve(
        label,
        [line["images_shown"] for line in lines],
        [finite_or_nan(one.get(name)) for one in values],
        spread if any(map(math.isfinite, spread)) else None,
    )


def _row(line, metric, features, counted):
    deviations = line["std"] if isinstance(line.get("std"), dict) else {}
    values = "".join(
        f"<div>{text(named(name, metric, features))} <b>{number(value)}</b>"
        + (f" ± {number(deviations[name])}" if name in deviations else "")
        + "</div>"
        for name, value in line["values"].items()
    )
    protocol = {name: value for name, value in line.items() if name not in _NOT_PROTOCOL}
    counts = [f"{plain(protocol[name])} {name}" for name in ("generated", "real") if name in protocol]
    counts += [f"{protocol['reference_split']} split"] if "reference_split" in protocol else []
    notes = line["notes"] if isinstance(line.get("notes"), list) else []
    cells = [
        text(features or "none: pixels"),
        values,
        f"{number(line['images_shown'])} {counted}",
        f"<details><summary>{text(', '.join(counts) or 'protocol')}</summary>{pairs(flat(protocol))}</details>",
    ]
    listed = f"<ul>{''.join(f'<li>{text(note)}</li>' for note in notes)}</ul>" if notes else "–"
    return (
        f'<tr><th scope="row">{text(named(metric, metric, features))}</th>'
        f'{"".join(f"<td>{cell}</td>" for cell in cells)}<td class="notes">{listed}</td></tr>'
    )


def named(name: Any, metric: Any, features: Any) -> str:
    """Returns a name in which "FID" stands only for the Fréchet distance between features of Inception.

    Args:
        name: of a metric or of one of its values.
        metric: the metric's name.
        features: the name of its features; None without.
    """
    name = str(name)
    if str(metric).lower().startswith("fid") and str(features).lower().startswith("inception"):
        return name
    return re.sub(r"(?<![a-z])fid(?![a-z])", "Fréchet distance ", name, flags=re.IGNORECASE).strip()
