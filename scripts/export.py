"""Exports the generator of a run: `scripts/export.py --run=runs/00000-dcgan-avatars`."""

from absl import flags

from gan_keras import program

flags.DEFINE_string("run", None, "Folder of the run.", required=True)
flags.DEFINE_string("export_dir", "exported_models", "Parent of the exported models; this one goes to <name>/<version>/.")
flags.DEFINE_string("checkpoint", "last", "Which checkpoint: last, best, or the path of one.")
flags.DEFINE_string("name", None, "Name of the model; by default <recipe>-<dataset>.")
FLAGS = flags.FLAGS


def main():
    from gan_keras import export
    from gan_keras import run

    export.export(run.open_run(FLAGS.run), FLAGS.export_dir, FLAGS.checkpoint, FLAGS.name)


if __name__ == "__main__":
    program.run(main)
