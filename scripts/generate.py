"""Draws the pictures of sample seeds: `scripts/generate.py --model=exported_models/dcgan-avatars --seeds=0-63`."""

import os
import pathlib

from absl import flags

from gan_keras import errors
from gan_keras import program

flags.DEFINE_string("model", None, "An exported model: a version's folder, or the one above it for the newest version.")
flags.DEFINE_string("run", None, "Folder of a run, instead of an exported model.")
flags.DEFINE_string("seeds", "0-63", "Which pictures, as in 0-7,12,20-23.")
flags.DEFINE_list("labels", None, "Classes of a conditional model: one for all, or one for each seed; by default seed mod classes.")
flags.DEFINE_string("output", "grid.png", "A PNG for a grid, or a folder (a name that ends in /) for a file for each seed.")
flags.mark_flags_as_mutual_exclusive(["model", "run"], required=True)
FLAGS = flags.FLAGS

MAX_SEEDS = 1_000_000
CHUNK = 64


def main():
    seeds = parse_seeds(FLAGS.seeds)
    labels = parse_labels(FLAGS.labels, len(seeds))
    write = writer(FLAGS.output)
    if FLAGS.model:
        from gan_keras.export.exported import ExportedGenerator

        draw = ExportedGenerator(FLAGS.model).generate
