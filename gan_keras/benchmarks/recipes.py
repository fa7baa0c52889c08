"""A table of all image recipes, trained on the same data for as many generator updates, or for as many minutes."""

import pathlib

import keras

from gan_keras import config as configs
from gan_keras import objectives
from gan_keras import training
from gan_keras.benchmarks.budget import Budget
from gan_keras.config import recipes
from gan_keras.data import images
from gan_keras.metrics import results
from gan_keras.metrics import subjects
from gan_keras.metrics.evaluator import Evaluator
from gan_keras.runtime import files
from gan_keras.runtime import markdown
from gan_keras.training import callbacks

# The authors' own code is too slow for a few minutes: here it has the sizes and learning rates of the others.
ON_A_CPU = {"dcgan_paper": {"width": 32, "batch_size": 16, **recipes.rates(8e-4)}}
METRICS = ("mind2k", "frechet2k", "diversity")
OF_CLASSES = ("asked_class",)  # In addition, of recipes with classes.
FEATURES = "classifier"
COLUMNS = 10  # Of a grid of samples.
TICKS = 10  # Of a run.
HEADER = (
    "recipe",
    "settings",
    "D loss",
    "G loss",
    "D on real / fake",
    "images shown",
    "minutes",
    "images/s",
    *METRICS,
    *OF_CLASSES,
    "samples",
)


def measure(dataset, folder, names=None, updates=None, minutes=15.0, seed=0, **settings):
    """Trains and measures the recipes one after the other, each in its own run folder, and writes `table.md`.

    Called again, it resumes the runs and does not repeat what is finished. The moving average at the end of a run is
    measured, on the features of a classifier of the data set.

    Args:
        dataset: data set with classes, as `--dataset` takes it.
        folder: parent of the run folders, of the grids `<recipe>.png` and of the table.
        names: names of the recipes (default: all).
        updates: generator updates of each run; None: as many as fit into
        minutes: length of each run (see `Budget`).
        seed: seed of each run.
        **settings: further settings of all runs, such as `data_dir`.

    Raises:
        UserError: an unknown recipe.
    """
    folder = pathlib.Path(folder)
    settings |= {"dataset": dataset, "seed": seed, "export_dir": "", "metric": "none"}
    rows, evaluator = [], None
    # All names are known before one is trained.
    chosen = {name: recipes.recipe(name, **ON_A_CPU.get(name, {}) | settings) for name in names or recipes.RECIPES}
    if updates is None:
        folder.mkdir(parents=True, exist_ok=True)
        budget = Budget(folder)
        lengths = {name: budget.images(name, config, minutes) for name, config in chosen.items()}
    else:
        lengths = {name: updates * config.game.iteration_images for name, config in chosen.items()}
    for name, config in chosen.items():
        run = _train(config, folder / name, lengths[name])
        images.write_png(folder / f"{name}.png", images.grid(run.generate(range(2 * COLUMNS)), COLUMNS))
        evaluator = evaluator or Evaluator(run.config.data)
        rows.append(_row(run, _measured(run, evaluator)))
        files.write_text(folder / "table.md", markdown.table(HEADER, rows) + "\n")
        keras.utils.clear_session()
    print(markdown.table(HEADER, rows) + "\n")


def _train(config, run_dir, images_shown):
    config = configs.override(config, images=images_shown, tick_images=max(1, images_shown // TICKS))
    return training.train(config, run_dir)


def _measured(run, evaluator):
    """Returns the metric's own number, by metric, of the end of a run; what is in `metrics.jsonl` is not repeated."""
    names = (*METRICS, *(OF_CLASSES if run.condition else ()))
    shown = callbacks.read_statistics(run.path / "stats.jsonl")[-1]["images"]
    if not _known(run, shown).keys() >= set(names):
        measured = evaluator.measure(subjects.of_checkpoint(run, "last"), names, [FEATURES])
        results.add(run.path / results.NAME, [each.record for each in measured])
        print(f"{run.config.recipe}\n{results.table([each.record for each in measured])}", flush=True)
    return _known(run, shown)


def _known(run, images_shown):
    """Returns the numbers in a run's `metrics.jsonl` that belong into the table, by metric."""
    protocol = {"images_shown": images_shown, "generator": "ema", "seed": 0, "repeats": 1, "reference_split": "test"}
    values = results.values(run.path / results.NAME, **protocol)
    return {metric: value for (metric, features), value in values.items() if features in (FEATURES, None)}


def _row(run, measured):
    records = callbacks.read_statistics(run.path / "stats.jsonl")
    last, game = records[-1], run.config.game
    d_loss = sum(value for name, value in last.items() if name.startswith("d_loss"))
    verdicts = [last[name] for name in objectives.verdict_names(game)]
    rates = sorted(record["images_per_second"] for record in records)
    return (
        f"`{run.config.recipe}`",
        _own(run.config.recipe),
        f"{d_loss:.3g}",
        f"{last['g_loss']:.3g}",
        " / ".join(f"{value:.2g}" for value in verdicts),
        str(last["images"]),
        f"{sum(record['seconds'] for record in records) / 60:.1f}",
        f"{rates[len(rates) // 2]:.0f}",
        f"{measured['mind2k']:.3g}",
        f"{measured['frechet2k']:.3g}",
        f"{measured['diversity']:.2f}",
        f"{measured['asked_class']:.0%}" if "asked_class" in measured else "",
        f"![{run.config.recipe}]({run.config.recipe}.png)",
    )


def _own(name):
    """Returns what a recipe was trained with, beside its own settings, in words."""
    return ", ".join(f"`{setting}={value}`" for setting, value in ON_A_CPU.get(name, {}).items())
