"""Draws pictures of sample seeds: `python scripts/generate.py --model=exported_models/dcgan-avatars --seeds=0-63`."""

import functools

from absl import flags

from gan_keras import program

FLAGS = flags.FLAGS
flags.DEFINE_string("model", None, "An exported model: a version's folder, or the one above it for the newest version.")
flags.DEFINE_string("run", None, "Folder of a run, instead of an exported model.")
flags.DEFINE_string("checkpoint", "last", "Which checkpoint of the run: last, or the name or path of one.")
flags.DEFINE_string("seeds", "0-63", "Which pictures, as in 0-7,12,20-23.")
flags.DEFINE_list(
    "labels", None, "Classes, by number or name: one for all seeds or one for each; all: a row of the grid for each class "
    "(default: seed mod classes)."
)
flags.DEFINE_string("output", "grid.png", "A .png for a grid, or a name that ends in / for single files.")
flags.mark_flags_as_mutual_exclusive(["model", "run"], required=True)


def main():
    program.load_tensorflow()
    from gan_keras.export import pictures

    asked = pictures.parse_seeds(FLAGS.seeds)
    source = _source()
    seeds, labels, columns = pictures.lay_out(asked, FLAGS.labels, source.class_names)
    pictures.write(functools.partial(_draw, source), seeds, labels, FLAGS.output, columns)
    print(f"wrote {len(seeds)} pictures to {FLAGS.output}")


def _source():
    """Returns what draws: of an exported model nothing but its SavedModel is loaded."""
    if FLAGS.model:
        from gan_keras.export.exported import ExportedGenerator

        return ExportedGenerator(FLAGS.model)
    from gan_keras import run

    return run.open_run(FLAGS.run)


def _draw(source, seeds, labels):
    return source.generate(seeds, labels, **({} if FLAGS.model else {"checkpoint": FLAGS.checkpoint}))


if __name__ == "__main__":
    program.run(main)
