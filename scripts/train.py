"""Trains a GAN: `python scripts/train.py --dataset=celeb_a`. Run it again with the same --run_dir to go on.

Without flags it learns the embedded cartoon faces. Everything it writes is in one run folder; at the end the generator
is exported for TensorFlow Serving and TFLite.
"""

import pathlib

from absl import flags

from gan_keras import config as configs
from gan_keras import errors
from gan_keras import program
from gan_keras import recipes
from gan_keras import run as runs

FLAGS = flags.FLAGS
flags.DEFINE_string("recipe", None, f"Named experiment: {', '.join(recipes.RECIPES)} (default: dcgan).")
flags.DEFINE_string("config", None, "A run's config.json: repeat that run.")
flags.DEFINE_string("run_dir", None, "Folder of the run; one that exists goes on (default: the next runs/00000-…).")
flags.DEFINE_bool("list_recipes", False, "Print the recipes as a table, then exit.")
flags.DEFINE_bool("dry_run", False, "Print config, networks, speed and time, then exit.")
configs.define_flags()
flags.adopt_module_key_flags(configs)  # For --help to list them.


def main():
    if FLAGS.list_recipes:
        print("\n".join(recipes.table()))
        return
    config = configs.override(_base(), **configs.given_flags())
    program.load_tensorflow()
    from gan_keras import training

    if FLAGS.dry_run:
        training.dry_run(config)
    else:
        training.train(config, FLAGS.run_dir)


def _base():
    """Returns the config that the flags are laid over: a run's own, a given file's, or a recipe."""
    if FLAGS.config and FLAGS.recipe:
        raise errors.UserError("--config and --recipe both name an experiment: give one of them")
    if FLAGS.config:
        return configs.from_dict(runs.read_config(FLAGS.config)["config"])
    existing = FLAGS.run_dir and pathlib.Path(FLAGS.run_dir) / runs.CONFIG
    if existing and existing.is_file():
        frozen = configs.from_dict(runs.read_config(existing)["config"])
        return configs.with_game_of(frozen, recipes.recipe(FLAGS.recipe)) if FLAGS.recipe else frozen
    return recipes.recipe(FLAGS.recipe or "dcgan")


if __name__ == "__main__":
    program.run(main)
