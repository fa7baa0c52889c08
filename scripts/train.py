"""Trains a GAN: `python scripts/train.py --dataset=celeb_a`. Run it again with the same --run_dir to resume.

Without flags it learns the embedded cartoon faces. Everything it writes is in one run folder; at the end the generator
is exported for TensorFlow Serving and TFLite.
"""

import pathlib

from absl import flags as absl_flags

from gan_keras import config as configs
from gan_keras import errors
from gan_keras.config import advice
from gan_keras.config import flags
from gan_keras.config import overrides
from gan_keras.config import recipes
from gan_keras.config import stored
from gan_keras.runtime import program

FLAGS = absl_flags.FLAGS
absl_flags.DEFINE_string("recipe", None, f"named experiment: {', '.join(recipes.RECIPES)} (default: dcgan)")
absl_flags.DEFINE_string("config", None, "config.json of a run whose experiment is repeated")
absl_flags.DEFINE_bool("list_recipes", False, "print the recipes as a table, then exit")
absl_flags.DEFINE_bool("dry_run", False, "print config, networks, speed and duration, then exit")
flags.define_run()
flags.define()
absl_flags.adopt_module_key_flags(flags)  # So that --help lists them.


def main():
    if FLAGS.list_recipes:
        print("\n".join([*recipes.table(), "", *advice.lines()]))
        return
    config = configs.override(_base(), **flags.given())
    program.load_tensorflow()
    from gan_keras import training

    if FLAGS.dry_run:
        training.dry_run(config)
    else:
        training.train(config, FLAGS.run_dir)


def _base():
    """Returns the config that the flags override: that of the run folder, of a given file, or of a recipe."""
    if FLAGS.config and FLAGS.recipe:
        raise errors.UserError("--config and --recipe both name an experiment: give one of them")
    if FLAGS.config:
        return configs.from_dict(stored.read(FLAGS.config)["config"])
    existing = FLAGS.run_dir and pathlib.Path(FLAGS.run_dir) / stored.NAME
    if existing and existing.is_file():
        frozen = configs.from_dict(stored.read(existing)["config"])
        return overrides.with_game_of(frozen, configs.recipe(FLAGS.recipe)) if FLAGS.recipe else frozen
    return configs.recipe(FLAGS.recipe or "dcgan")


if __name__ == "__main__":
    program.run(main)
