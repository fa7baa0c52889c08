"""Exports a generator for TensorFlow Serving and TFLite.

python scripts/export.py --run_dir=runs/00000-dcgan-avatars
"""

from absl import flags as absl_flags

from gan_keras.config import flags
from gan_keras.runtime import program

FLAGS = absl_flags.FLAGS
flags.define_run(required=True)
absl_flags.adopt_module_key_flags(flags)
absl_flags.DEFINE_string(
    "checkpoint", None, "which checkpoint: best, last, or the name or path of one (default: best if any, else last)"
)
absl_flags.DEFINE_string("export_dir", "exported_models", "parent folder of the exported models: <name>/<version>/")
absl_flags.DEFINE_string("name", None, "name of the model (default: <recipe>-<dataset>)")


def main():
    program.load_tensorflow()
    from gan_keras import exporting
    from gan_keras.runs import run

    exporting.export(run.open_run(FLAGS.run_dir), FLAGS.export_dir, FLAGS.checkpoint, FLAGS.name)


if __name__ == "__main__":
    program.run(main)
