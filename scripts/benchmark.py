"""How fast it is on this machine: `python scripts/benchmark.py train` or `input`."""

from absl import flags

from gan_keras import errors
from gan_keras import program

FLAGS = flags.FLAGS
flags.DEFINE_string("recipe", "dcgan", "train: recipe whose networks are timed.")
flags.DEFINE_string("precision", None, "train: precision of our step (default: float32 and mixed_bfloat16 in turn).")
flags.DEFINE_integer("rounds", 7, "train: interleaved rounds.")


def main(what):
    if what not in ("train", "input"):
        raise errors.UserError(f"unknown benchmark '{what}': expected train or input")
    program.load_tensorflow()
    if what == "train":
        from gan_keras.benchmarks import step

        for precision in [FLAGS.precision] if FLAGS.precision else ["float32", "mixed_bfloat16"]:
            step.measure(FLAGS.recipe, rounds=FLAGS.rounds, precision=precision)
    else:
        from gan_keras.benchmarks import input_pipeline

        input_pipeline.measure()


if __name__ == "__main__":
    program.run(main, positional=("train|input",))
