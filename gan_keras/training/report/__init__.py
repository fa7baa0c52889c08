"""The report of a run: one page, `report.html`, that opens without a network."""

import math
import pathlib
import re
from typing import Any

from gan_keras.config import stored
from gan_keras.runtime import files
from gan_keras.training.callbacks import duration
from gan_keras.training.report import metrics
from gan_keras.training.report import page
from gan_keras.training.report import pictures
from gan_keras.training.report import texts
from gan_keras.training.report.charts import Curve
from gan_keras.training.report.charts import chart
from gan_keras.training.report.values import flat
from gan_keras.training.report.values import is_finite
from gan_keras.training.report.values import is_number
from gan_keras.training.report.values import number
from gan_keras.training.report.values import plain
from gan_keras.training.report.values import text

NAME = "report.html"
HISTORY_CHARACTERS = 6_000_000  # of all grids of the history
PICTURE_CHARACTERS = 700_000  # of each other picture
MOST_EVENTS = 100  # that are told and marked: the newest

_PANELS = (  # title, unit, names of curves as a pattern, whether the axis may be logarithmic
    ("Losses", "loss", r".*loss.*", False),
    ("Verdicts of D", "mean probability", r"D\(x\)|D\(G\(z\)\)", False),
    ("Logits of D", "mean logit", r"(real|fake)_logits", False),
    ("Accuracy of D", "share that is right", r"d_accuracy", False),
    ("Logit gap", "real − fake", r"logit_gap", False),
    ("Gradient norms", "norm", r".*gradient_norm", True),
    ("Diversity of the grid", "diversity", r"grid_diversity", False),
    ("Speed", "{counted}/s", r"images_per_second", False),
)
_NOT_CURVES = ("tick", "images", "iteration", "seconds")


def write(run_path: pathlib.Path) -> None:
    """Writes `report.html` of a run folder, whole or not at all, from what the folder holds; at most 10 MB.

    What is missing is left out: a run that has just begun has a report as well. Lines of `stats.jsonl`,
    `metrics.jsonl` and `health.jsonl` that are torn or no JSON are passed over.

    Args:
        run_path: the folder.

    Raises:
        UserError: the folder holds no `config.json` of a run.
        OSError: a picture is damaged, or the folder cannot be written.
    """
    run_path = pathlib.Path(run_path)
    frozen = stored.read(run_path / stored.NAME)
    config = frozen["config"]
    statistics = [line for line in files.read_json_lines(run_path / "stats.jsonl") if is_finite(line.get("images"))]
    evaluations = [
        line for line in files.read_json_lines(run_path / "metrics.jsonl") if isinstance(line.get("values"), dict)
    ]
    evaluations = [line for line in evaluations if is_finite(line.get("images_shown"))]
    events = files.read_json_lines(run_path / "health.jsonl")
    of_texts = bool(frozen.get("vocabulary"))
    counted, suffix = ("texts", ".txt") if of_texts else ("images", ".png")
    grids = sorted((path for path in (run_path / "samples").glob(f"*{suffix}") if path.stem.isdigit()), key=_images)
    history = texts.history(grids) if of_texts else pictures.history(grids, HISTORY_CHARACTERS)
    marks = [(event["images"], str(event.get("event"))) for event in events if is_finite(event.get("images"))]
    marks = marks[-MOST_EVENTS:]

    title = f"{config['recipe']} on {config['data']['dataset']}"
    shown = max([line["images"] for line in statistics[-1:]] + [_images(grid) for grid in grids[-1:]], default=0)
    best = files.read_json(run_path / "best.json").get("best")
    parts = [
        _header(
            title, run_path.resolve().name, shown, config["training"]["images"], best, evaluations, events, counted
        ),
        page.section("Samples", texts.samples(run_path, history) if of_texts else _samples(run_path, history)),
        page.section("Curves of the game", _game(statistics, marks, counted)),
        page.section("Metrics", metrics.content(evaluations, marks, counted)),
        page.section("Health", _health(events, counted)),
        _nearest(run_path / "nearest.png"),
        page.section("Cost", _cost(statistics, evaluations, files.read_json(run_path / "environment.json"), counted)),
        page.section("Settings", _settings(frozen)),
    ]
    shown_as = "text" if of_texts else "src"
    frames = [{"shown": f"{number(_images(grid))} {counted}", shown_as: source} for grid, source in history]
    files.write_text(run_path / NAME, page.page(title, "\n".join(parts), frames))


def _header(title, folder, shown, planned, best, evaluations, events, counted):
    state = "finished" if shown >= planned else f"{shown / planned:.0%} of the plan"
    if events and str(events[-1].get("action")).startswith("ended") and events[-1].get("images") >= shown:
        state = "ended early"
    lines = [f"Run <b>{text(folder)}</b>: <b>{number(shown)}</b> of {number(planned)} {counted} shown, {state}."]
    if isinstance(best, dict):
        measured = [
            line
            for line in evaluations
            if (line.get("metric"), line["images_shown"]) == (best.get("metric"), best.get("images"))
        ]
        features = measured[-1].get("features") if measured else None
        metric = metrics.named(best.get("metric"), best.get("metric"), features)
        lines.append(
            f"Best checkpoint: after <b>{number(best.get('images'))}</b> {counted}, by "
            f"{text(metric)} = <b>{number(best.get('value'))}</b>."
        )
    if events:
        lines.append(
            f"{len(events)} health event{'s' * (len(events) > 1)}, the newest: {_sentence(events[-1].get('event'))}"
        )
    bar = f'<progress max="1" value="{min(shown / planned, 1):.3f}" aria-label="share of the plan"></progress>'
    return f"<header><h1>{text(title)}</h1>{''.join(f'<p>{line}</p>' for line in lines)}{bar}</header>"


def _samples(run_path, history):
    if not history:
        return "<p>No samples yet.</p>"
    newest, source = history[-1]
    label = f"Grid of generated samples after {number(_images(newest))} images"
    reals = run_path / "samples" / "reals.png"
    real = None
    if reals.is_file():
        real = f'<img src="{pictures.single(reals, PICTURE_CHARACTERS)}" alt="Grid of real samples">'
    return page.samples(f'<img id="grid" src="{source}" alt="{label}">', _images(newest), "images", real)


def _game(statistics, marks, counted):
    if not statistics:
        return "<p>No statistics yet.</p>"
    names = dict.fromkeys(name for line in statistics for name, value in line.items() if is_number(value))
    others = [name for name in names if name not in _NOT_CURVES]
    charts = []
    for title, unit, pattern, logarithmic in _PANELS:
        chosen = [name for name in others if re.fullmatch(pattern, name)]
        chosen.sort(key=lambda name: name != "D(x)" and "real" not in name)  # Reals have the same colour everywhere.
        others = [name for name in others if name not in chosen]
        if chosen:
            charts.append(
                chart(
                    title,
                    unit.format(counted=counted),
                    [_curve(name, statistics) for name in chosen],
                    marks,
                    logarithmic,
                    counted,
                )
            )
    more = "".join(chart(name, name, [_curve(name, statistics)], marks, counted=counted) for name in others)
    more = more and f'<details><summary>Other statistics</summary><div class="charts">{more}</div></details>'
    marked = '<p class="faint">Vertical lines are health events.</p>' if marks else ""
    return f'{marked}<div class="charts">{"".join(charts)}</div>{more}'


def _curve(name, statistics):
    lines = [line for line in statistics if name in line]  # Not every tick draws a grid.
    values = [line[name] for line in lines]
    images = [line["images"] for line in lines]
    return Curve(name, images, [value if is_number(value) else math.nan for value in values])


def _health(events, counted):
    if not events:
        return "<p>No health events.</p>"
    told = []
    if len(events) > MOST_EVENTS:
        told.append(f"<p>{len(events)} events; these are the newest {MOST_EVENTS}.</p>")
    for event in events[-MOST_EVENTS:]:
        advice = f" Advice: {_sentence(event['advice'])}" if event.get("advice") else ""
        action = f" Done: {_sentence(event['action'])}" if event.get("action") else ""
        told.append(
            f'<p class="event">After {number(event.get("images", "?"))} {counted}: '
            f"<b>{_sentence(event.get('event'))}</b>{advice}{action}</p>"
        )
    return "".join(told)


def _sentence(value):
    return text(str(value).rstrip(".") + ".")


def _nearest(path):
    if not path.is_file():
        return ""
    source = pictures.single(path, PICTURE_CHARACTERS)
    return page.section(
        "Nearest neighbours",
        f'<figure><img class="wide" src="{source}" alt="Pairs of a generated sample and its nearest training image">'
        "<figcaption>Generated samples, each with the training image that is nearest to it</figcaption></figure>",
    )


def _cost(statistics, evaluations, environment, counted):
    rows: list[tuple[str, Any]] = []
    timed = [line for line in statistics if is_finite(line.get("seconds")) and is_finite(line.get("images_per_second"))]
    if timed:
        seconds = sum(line["seconds"] for line in timed)
        count = sum(line["seconds"] * line["images_per_second"] for line in timed)
        rows += [
            (f"{counted} shown", f"{statistics[-1]['images']:,}"),
            ("training", f"{duration(seconds)} ({seconds / 3600:.2f} h)"),
            (f"{counted}/s on average", f"{count / max(seconds, 1e-9):.1f}"),
        ]
    memory = [line["memory_mb"] for line in statistics if is_finite(line.get("memory_mb"))]
    rows += [("largest memory at the end of a tick", f"{max(memory):,} MB")] if memory else []
    measured = sum(line["seconds"] for line in evaluations if is_finite(line.get("seconds")))
    rows += [("evaluations", duration(measured))] if measured else []
    return page.pairs([*rows, *flat(environment)])


def _settings(frozen):
    known = {name for section in frozen["config"].values() if isinstance(section, dict) for name in section}
    data = {name: value for name, value in frozen["identity"].items() if name not in known}
    rows = [*flat(frozen["config"]), *flat(data)]
    rows += [(name, plain(frozen.get(name))) for name in ("channels", "vocabulary", "condition")]
    return f"<details><summary>All settings</summary>{page.pairs(rows)}</details>"


def _images(grid):
    return int(grid.stem)
