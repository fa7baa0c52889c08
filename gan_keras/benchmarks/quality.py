"""Which settings draw the best pictures in so many minutes on this machine: a search by successive halving.

Every trial is first trained for a quarter of the minutes; the better half goes on to all of them, and the best of these
are repeated with other seeds. What is better is decided by the Fréchet distance on the first features. All speeds are
measured before, while nothing else runs.
"""

import pathlib
import re

import keras
import numpy as np

from gan_keras import config as configs
from gan_keras import errors
from gan_keras import training
from gan_keras.benchmarks import recalibration
from gan_keras.benchmarks import trials
from gan_keras.benchmarks.budget import Budget
from gan_keras.config import rules
from gan_keras.config import schema
from gan_keras.data import images
from gan_keras.metrics import results
from gan_keras.metrics import subjects
from gan_keras.metrics.evaluator import Evaluator
from gan_keras.runtime import files
from gan_keras.runtime import markdown
from gan_keras.training.tick import Diverged

METRICS = ("frechet2k", "mind2k")
COLUMNS = 8  # Of a grid of samples.
FIRST = 4  # The first round has one part in so many of the minutes.
FINALISTS, SEEDS = 4, (0, 1, 2)
HEADER = ("trial", "minutes", "seed", "images", "updates", "images/s")


class Search:
    """Trains and measures trials, each in its own run folder, and keeps their rows.

    Args:
        folder: parent of the run folders, of the grids and of the table.
        features: names of features; the first decide.
        **settings: settings of all runs, such as `dataset` and `data_dir`.

    Attributes:
        rows: dicts, by (trial, minutes, seed).
    """

    def __init__(self, folder, features, **settings):
        self.folder, self.features = pathlib.Path(folder), list(features)
        self.settings = {"metric": "none", "export_dir": "", "on_collapse": "ignore"} | settings
        self.rows, self._evaluator = {}, None
        self.folder.mkdir(parents=True, exist_ok=True)
        self._budget = Budget(self.folder)

    def rate(self, name):
        """Returns the images/s of a trial; see `Budget`."""
        timed = trials.timed_as(name)
        return self._budget.rate(timed, self._config(timed, 0))

    def _config(self, name, seed):
        return trials.config_of(name, **self.settings, seed=seed)

    def measure(self, name, minutes, seed):
        """Returns the row of a trial, a dict; trains and measures what was not before."""
        trained = trials.trained_as(name)
        config = self._config(trained, seed)
        config = configs.override(config, images=self._budget.images(trials.timed_as(name), config, minutes))
        run_dir = self.folder / _folder(
            trained, seed, minutes if rules.has_open_schedule(schema.flat(config)) else None
        )
        row = {"trial": name, "minutes": minutes, "seed": seed, "images/s": self.rate(name)}
        row |= self._known(name, run_dir, config) or self._train_and_measure(name, run_dir, config)
        self.rows[name, minutes, seed] = row
        files.write_text(self.folder / "table.md", self.table() + "\n")
        return row

    def _train_and_measure(self, name, run_dir, config):
        print(f"{run_dir.name}: {config.training.images} images", flush=True)
        try:
            run = training.train(config, run_dir)
        except Diverged as diverged:
            return {"failed": str(diverged).partition(".")[0], "score": float("inf")}
        subject, generator = subjects.of_checkpoint(run, "last"), trials.generator_of(name)
        if generator != "ema":
            network, latents = run.load_generator(str(run.checkpoint("last"))), config.game.latents
            recalibration.recalibrate(network, latents)
            subject = subjects.Generator(network, latents, None, subject.origin | {"generator": generator})
        self._evaluator = self._evaluator or Evaluator(run.config.data, progress=False)
        measured = self._evaluator.measure(subject, METRICS, self.features)
        results.add(run_dir / results.NAME, [each.record for each in measured])
        samples = np.concatenate(list(subject.batches(np.arange(COLUMNS**2), {})))
        images.write_png(self.folder / _grid(name, config), images.grid(samples, COLUMNS))
        keras.utils.clear_session()
        return self._known(name, run_dir, config)

    def _known(self, name, run_dir, config):
        """Returns what a row says of a run at the end of its images; None if it was not measured there."""
        shown = config.training.images
        measured = results.values(run_dir / results.NAME, images_shown=shown, generator=trials.generator_of(name))
        wanted = [(metric, feature.partition(":")[0]) for feature in self.features for metric in METRICS]
        if not measured.keys() >= set(wanted):
            return None
        return {
            "images": shown,
            "updates": shown // config.game.iteration_images,
            "measured": [measured[key] for key in wanted],
            "score": measured[wanted[0]],
            "grid": _grid(name, config),
        }

    def table(self):
        """Returns the rows as a table in Markdown, the longest trainings first, and of these the best."""
        names = [feature.partition(":")[0] for feature in self.features]
        header = [*HEADER, *(f"{metric} {name}" for name in names for metric in METRICS), "samples"]
        rows = sorted(self.rows.values(), key=lambda row: (-row["minutes"], row["score"]))
        return markdown.table(header, [_cells(row, len(header)) for row in rows])


def measure(folder, minutes, names=None, seeds=SEEDS, **settings):
    """Searches by successive halving, prints the table of all rows, and returns these as `Search.rows`.

    Args:
        folder: of the search; called again, it resumes.
        minutes: of a full training.
        names: names of trials (default: all).
        seeds: of the finalists; the first one also of the rounds before.
        **settings: as for `Search`.

    Raises:
        UserError: an unknown trial.
    """
    names = list(names or trials.TRIALS)
    for name in names:
        errors.expect_one_of(name, trials.TRIALS, "trial")
    search = Search(folder, **settings)
    for name in names:
        search.rate(name)
    for name in names:
        search.measure(name, minutes / FIRST, seeds[0])
    for name in _best(search, minutes / FIRST, seeds[0], -(-len(names) // 2)):
        search.measure(name, minutes, seeds[0])
    baseline = [trials.BASELINE] if trials.BASELINE in names else []
    for name in dict.fromkeys(_best(search, minutes, seeds[0], FINALISTS) + baseline):
        for seed in seeds:
            search.measure(name, minutes, seed)
    print(search.table() + "\n")
    return search.rows


def _best(search, minutes, seed, count):
    """Returns the names of the best trials among those that were trained for so many minutes with a seed."""
    rows = [row for row in search.rows.values() if row["minutes"] == minutes and row["seed"] == seed]
    return [row["trial"] for row in sorted(rows, key=lambda row: row["score"])][:count]


def _folder(name, seed, minutes):
    """Returns the name of a run folder; a run with schedules cannot go on beyond its minutes, and has one for each."""
    return f"{_words(name)}-{seed}" if minutes is None else f"{_words(name)}-{seed}-{minutes:g}_minutes"


def _grid(name, config):
    return f"{_words(name)}-{config.game.seed}-{config.training.images}.png"


def _words(name):
    return re.sub(r"[^\w.]+", "_", name)


def _cells(row, count):
    first = [row["trial"], f"{row['minutes']:g}", row["seed"]]
    if "failed" in row:
        return [*first, row["failed"]] + [""] * (count - len(first) - 1)
    numbers = [row["images"], row["updates"], f"{row['images/s']:.0f}"]
    return [*first, *numbers, *(f"{value:.0f}" for value in row["measured"]), f"![]({row['grid']})"]
