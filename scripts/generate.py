"""Draws samples of seeds: `python scripts/generate.py --model=exported_models/dcgan-avatars --seeds=0-63`."""

from absl import flags as absl_flags

from gan_keras import errors
from gan_keras.config import flags
from gan_keras.runtime import program

FLAGS = absl_flags.FLAGS
absl_flags.DEFINE_string(
    "model", None, "exported model: a version's folder, or the folder above it for the newest version"
)
flags.define_run()
absl_flags.adopt_module_key_flags(flags)
absl_flags.DEFINE_string(
    "checkpoint",
    None,
    "which checkpoint of the run: best, last, or the name or path of one (default: best if there is one, else last)",
)
absl_flags.DEFINE_string("seeds", "0-63", "which samples, such as 0-7,12,20-23")
absl_flags.DEFINE_list(
    "labels",
    None,
    "labels of a conditional model: classes by number or name, one for all seeds or one for each; or COLUMN=VALUE,… "
    "such as "
    "Smiling=1,Male=0 for all seeds; or all, one row of the grid for each class (default: in turn)",
)
absl_flags.DEFINE_string(
    "output",
    None,
    "of images: file that ends in .png for a grid, or folder that ends in / for single files (default: grid.png); of "
    "texts: file that ends in .txt (default: the screen)",
)


def main():
    if (FLAGS.model is None) == (FLAGS.run_dir is None):
        raise errors.UserError("expected one of --model (an exported model) and --run_dir (a run)")
    if FLAGS.model and FLAGS["checkpoint"].present:
        raise errors.UserError("--checkpoint chooses among those of a run: leave it out beside --model")
    program.load_tensorflow()
    from gan_keras.exporting import lines
    from gan_keras.exporting import pictures

    asked = pictures.parse_seeds(FLAGS.seeds)
    source = _source()
    seeds, conditions, columns = pictures.lay_out(asked, FLAGS.labels, source.condition)

    def draw(seeds, conditions):
        checkpoint = {} if FLAGS.model else {"checkpoint": FLAGS.checkpoint}
        return source.generate(seeds, **checkpoint, **conditions)

    if source.kind.vocabulary:
        lines.write(draw(seeds, conditions), FLAGS.output)
        return
    output = FLAGS.output or "grid.png"
    pictures.write(draw, seeds, conditions, output, columns, source.condition)
    print(f"wrote {len(seeds)} images to {output}")


def _source():
    """Returns what draws; of an exported model nothing but its SavedModel is loaded."""
    if FLAGS.model:
        from gan_keras.exporting.exported import ExportedGenerator

        return ExportedGenerator(FLAGS.model)
    from gan_keras.runs import run

    return run.open_run(FLAGS.run_dir)


if __name__ == "__main__":
    program.run(main)
