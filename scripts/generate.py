"""Draws pictures of sample seeds: `python scripts/generate.py --model=exported_models/dcgan-avatars --seeds=0-63`."""

import functools

from absl import flags

from gan_keras import program

FLAGS = flags.FLAGS
flags.DEFINE_string("model", None, "An exported model: a version's folder, or the one above it for the newest version.")
flags.DEFINE_string("run", None, "Folder of a run, instead of an exported model.")
flags.DEFINE_string("checkpoint", "last", "Which checkpoint of the run: last, or the name or path of one.")
flags.DEFINE_string("seeds", "0-63", "Which pictures, as in 0-7,12,20-23.")
flags.DEFINE_list("labels", None, "Classes: one for all or one for each seed (default: seed mod classes).")
flags.DEFINE_string("output", "grid.png", "A .png for a grid, or a name that ends in / for single files.")
flags.mark_flags_as_mutual_exclusive(["model", "run"], required=True)


def main():
    program.load_tensorflow()
    from gan_keras.export import pictures

    seeds = pictures.parse_seeds(FLAGS.seeds)
    labels = pictures.parse_labels(FLAGS.labels, len(seeds))
    pictures.write(_source(), seeds, labels, FLAGS.output)
    print(f"wrote {len(seeds)} pictures to {FLAGS.output}")


def _source():
    """Returns what draws: of an exported model nothing but its SavedModel is loaded."""
    if FLAGS.model:
        from gan_keras.export.exported import ExportedGenerator

        return ExportedGenerator(FLAGS.model).generate
    from gan_keras import run

    return functools.partial(run.open_run(FLAGS.run).generate, checkpoint=FLAGS.checkpoint)


if __name__ == "__main__":
    program.run(main)
