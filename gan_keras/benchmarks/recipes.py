"""Every image recipe on the same images for the same number of generator updates: one run folder each, one table."""

import pathlib

import keras

from gan_keras import data
from gan_keras import files
from gan_keras import images
from gan_keras import objectives
from gan_keras import recipes
from gan_keras import training
from gan_keras.benchmarks import asked_classes
from gan_keras.training import callbacks

# A processor takes too long for these at their own width.
WIDTHS = {
    "dcgan_paper": 64, "wgan": 32, "wgan_gp": 32, "wcgan": 32, "wcgan_gp": 32, "sngan": 8, "sagan": 12, "r3gan": 64,
}
COLUMNS = 10
TICKS = 10
HEADER = (
    "recipe", "width", "D loss", "G loss", "D on real / fake", "images shown", "minutes", "images/s", "asked class",
    "diversity", "samples",
)


def measure(dataset, folder, names=None, updates=1000, batch_size=64, seed=0, **settings):
    """Trains the recipes one after the other, each in a run folder of its own that resumes; writes `table.md`.

    Args:
        dataset: data set with classes, as `--dataset` takes it.
        folder: parent of the run folders, of the grids `<recipe>.png` and of the table.
        names: which recipes (default: all).
        updates: generator updates of each.
        batch_size: images of an update, of G's and of D's.
        seed: seed of each run.
        **settings: further settings of all runs, such as `data_dir`.
    """
    folder = pathlib.Path(folder)
    settings |= {"dataset": dataset, "batch_size": batch_size, "seed": seed, "export_dir": ""}
    rows = []
    names = names or list(recipes.RECIPES)
    for name in names:
        recipes.recipe(name)  # A mistyped one shall not be told after the others were trained.
    for name in names:
        run = _train(name, folder / name, updates, settings)
        images.write_png(folder / f"{name}.png", images.grid(run.generate(range(2 * COLUMNS)), COLUMNS))
        rows.append(_row(run, _verdict(run, folder) if run.class_names else None))
        files.write_text(folder / "table.md", _table(rows))
        keras.utils.clear_session()
    print(_table(rows))


def _train(name, run_dir, updates, settings):
    game = recipes.recipe(name).game
    images_shown = updates * settings["batch_size"] * game.discriminator_steps
    config = recipes.recipe(
        name, images=images_shown, tick_images=max(1, images_shown // TICKS), width=WIDTHS.get(name, game.width), **settings
    )
    return training.train(config, run_dir)


def _verdict(run, folder):
    stores = {split: data.prepare_for(run.config.data, split) for split in ("train", "test")}
    return asked_classes.measure(run, stores, folder)


def _row(run, verdict):
    records = callbacks.read_statistics(run.path / "stats.jsonl")
    last, game = records[-1], run.config.game
    d_loss = sum(value for name, value in last.items() if name.startswith("d_loss"))
    judged = [last[name] for name in objectives.Objective(game.loss).verdict_names]
    rates = sorted(record["images_per_second"] for record in records)
    return (
        f"`{run.config.recipe}`", "its own" if run.config.recipe not in WIDTHS else str(game.width), f"{d_loss:.3g}",
        f"{last['g_loss']:.3g}", " / ".join(f"{value:.2g}" for value in judged), str(last["images"]),
        f"{sum(record['seconds'] for record in records) / 60:.1f}", f"{rates[len(rates) // 2]:.0f}",
        f"{verdict.agreement:.0%}" if verdict else "", f"{verdict.diversity:.2f}" if verdict else "",
        f"![{run.config.recipe}]({run.config.recipe}.png)",
    )


def _table(rows):
    lines = [HEADER, ("---",) * len(HEADER), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
