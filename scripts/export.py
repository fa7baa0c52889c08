"""Exports a generator for TensorFlow Serving and TFLite: `python scripts/export.py --run=runs/00000-dcgan-avatars`."""

from absl import flags

from gan_keras import program

FLAGS = flags.FLAGS
flags.DEFINE_string("run", None, "Folder of the run.", required=True)
flags.DEFINE_string("export_dir", "exported_models", "Parent of the exported models: <name>/<version>/.")
flags.DEFINE_string("checkpoint", "last", "Which checkpoint: last, or the name or path of one.")
flags.DEFINE_string("name", None, "Name of the model (default: <recipe>-<dataset>).")


def main():
    program.load_tensorflow()
    from gan_keras import run
    from gan_keras.export import export

    export(run.open_run(FLAGS.run), FLAGS.export_dir, FLAGS.checkpoint, FLAGS.name)


if __name__ == "__main__":
    program.run(main)
