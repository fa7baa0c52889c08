"""Exports a generator for servers, phones and web pages.

python scripts/export.py --run_dir=runs/00000-dcgan-avatars
python scripts/export.py --model=exported_models/dcgan-avatars --formats=onnx,web
"""

from absl import flags as absl_flags

from gan_keras import errors
from gan_keras.config import flags
from gan_keras.runtime import program

FLAGS = absl_flags.FLAGS
flags.define_run()
absl_flags.adopt_module_key_flags(flags)
absl_flags.DEFINE_string(
    "model", None, "exported model to which formats are added: a version's folder, or the one above for the newest"
)
absl_flags.DEFINE_list(
    "formats", None, "of saved_model, tflite, onnx, web (default of a run: saved_model,tflite; of a model: none)"
)
absl_flags.DEFINE_string(
    "checkpoint", None, "which checkpoint: best, last, or the name or path of one (default: best if any, else last)"
)
absl_flags.DEFINE_string("export_dir", "exported_models", "parent folder of the exported models: <name>/<version>/")
absl_flags.DEFINE_string("name", None, "name of the model (default: <recipe>-<dataset>)")


def main():
    if (FLAGS.model is None) == (FLAGS.run_dir is None):
        raise errors.UserError("expected one of --run_dir (a run) and --model (an exported model that gets formats)")
    for name in ("checkpoint", "export_dir", "name"):
        if FLAGS.model and FLAGS[name].present:
            raise errors.UserError(f"--{name} says how a run is exported: leave it out beside --model")
    if FLAGS.model and not FLAGS.formats:
        raise errors.UserError("--model gets further formats: name them, as in --formats=onnx,web")
    program.load_tensorflow()
    from gan_keras import exporting

    if FLAGS.model:
        exporting.add_formats(FLAGS.model, FLAGS.formats)
        return
    from gan_keras.runs import run
    from gan_keras.training import export

    trained = run.open_run(FLAGS.run_dir)
    given = {"formats": FLAGS.formats} if FLAGS.formats else {}
    export.export(trained, FLAGS.export_dir, FLAGS.checkpoint, FLAGS.name, **given)


if __name__ == "__main__":
    program.run(main)
