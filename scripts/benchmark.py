"""How fast it is here, and what the recipes come to: `python scripts/benchmark.py train`, `input` or `recipes`."""

from absl import flags

from gan_keras import errors
from gan_keras import program

FLAGS = flags.FLAGS
flags.DEFINE_string("recipe", "dcgan", "train: recipe whose networks are timed.")
flags.DEFINE_string("precision", None, "train: precision of our step (default: float32 and mixed_bfloat16 in turn).")
flags.DEFINE_integer("rounds", 7, "train: interleaved rounds.")
flags.DEFINE_list("recipes", None, "recipes: which ones (default: all).")
flags.DEFINE_string("dataset", "fashion_mnist", "recipes: data set with classes.")
flags.DEFINE_string("data_dir", None, "recipes: where TFDS keeps its data sets (default: TFDS's own).")
flags.DEFINE_integer("updates", 1000, "recipes: generator updates of each.", lower_bound=1)
flags.DEFINE_integer("batch_size", 64, "recipes: images of an update.", lower_bound=2)
flags.DEFINE_integer("seed", 0, "recipes: seed of each run.", lower_bound=0)
flags.DEFINE_string("output_dir", "runs/recipes", "recipes: parent of a run folder each; a second start goes on.")


def main(what):
    benchmarks = {"train": _train, "input": _input, "recipes": _recipes}
    if what not in benchmarks:
        raise errors.UserError(f"unknown benchmark '{what}': expected {', '.join(benchmarks)}")
    program.load_tensorflow()
    benchmarks[what]()


def _train():
    from gan_keras.benchmarks import step

    for precision in [FLAGS.precision] if FLAGS.precision else ["float32", "mixed_bfloat16"]:
        step.measure(FLAGS.recipe, rounds=FLAGS.rounds, precision=precision)


def _input():
    from gan_keras.benchmarks import input_pipeline

    input_pipeline.measure()


def _recipes():
    from gan_keras.benchmarks import recipes

    recipes.measure(
        FLAGS.dataset, FLAGS.output_dir, FLAGS.recipes, updates=FLAGS.updates, batch_size=FLAGS.batch_size, seed=FLAGS.seed,
        data_dir=FLAGS.data_dir,
    )


if __name__ == "__main__":
    program.run(main, positional=("train|input|recipes",))
