"""Trains a small GAN on a known density, and draws it with the optimal D: `python scripts/theory.py line|ring|grid`."""

import pathlib

from absl import flags

from gan_keras.runtime import program

FLAGS = flags.FLAGS
flags.DEFINE_string("objective", "non_saturating", "What is minimized: a loss, wgan, wgan_gp, dragan or r3gan.")
flags.DEFINE_integer("seed", 0, "Seed of the data, of the initial weights and of all random numbers.", lower_bound=0)
flags.DEFINE_integer("iterations", None, "Updates of G (default: enough for the density).", lower_bound=1)
flags.DEFINE_string("output_dir", "runs/theory", "Folder for the last frame (PNG) and the animation (GIF).")


def main(density):
    program.load_tensorflow()
    from gan_keras.theory import experiment

    experiment.run(density, FLAGS.objective, FLAGS.seed, FLAGS.iterations, pathlib.Path(FLAGS.output_dir))
    print(f"pictures are in {FLAGS.output_dir}")


if __name__ == "__main__":
    program.run(main, positional=("line|ring|grid",))
