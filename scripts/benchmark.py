"""Measures speed, costs and recipes on this machine.

python scripts/benchmark.py train      images/s of a training step beside a plain Keras loop
python scripts/benchmark.py input      images/s of the input pipeline
python scripts/benchmark.py evaluation seconds and memory of measuring a generator beside those of its training
python scripts/benchmark.py recipes    trains every recipe on the same images, a run folder and a row of a table each
"""

from absl import flags

from gan_keras import errors
from gan_keras.runtime import program

FLAGS = flags.FLAGS
flags.DEFINE_string("recipe", "dcgan", "train, evaluation: recipe whose networks are timed")
flags.DEFINE_string(
    "precision", None, "train: precision of our step (default: float32 and mixed_bfloat16 in turn); evaluation: float32"
)
flags.DEFINE_list("features", ["classifier"], "evaluation: networks whose features are compared")
flags.DEFINE_integer("rounds", 7, "train: interleaved rounds", lower_bound=1)
flags.DEFINE_integer("batch_size", 64, "train, recipes: images of an update", lower_bound=2)
flags.DEFINE_list("recipes", None, "recipes: which ones (default: all)")
flags.DEFINE_string("dataset", "fashion_mnist", "recipes: data set with classes; evaluation: data set")
flags.DEFINE_string("data_dir", None, "recipes, evaluation: folder of TensorFlow Datasets (default: its own)")
flags.DEFINE_integer("updates", 1000, "recipes: updates of the generator of each recipe", lower_bound=1)
flags.DEFINE_integer("seed", 0, "recipes: seed of each run", lower_bound=0)
flags.DEFINE_string("output_dir", "runs/recipes", "recipes: parent of the run folders; started again, it resumes")

USED = {
    "train": ("recipe", "precision", "rounds", "batch_size"),
    "input": (),
    "evaluation": ("recipe", "precision", "features", "dataset", "data_dir"),
    "recipes": ("recipes", "dataset", "data_dir", "updates", "batch_size", "seed", "output_dir"),
}


def main(benchmark):
    errors.expect_one_of(benchmark, USED, "benchmark")
    for name in {name for names in USED.values() for name in names} - set(USED[benchmark]):
        if FLAGS[name].present:
            raise errors.UserError(f"--{name} has no effect on the benchmark {benchmark}: leave it out")
    program.load_tensorflow()
    {"train": _train, "input": _input, "evaluation": _evaluation, "recipes": _recipes}[benchmark]()


def _train():
    from gan_keras.benchmarks import step

    for precision in [FLAGS.precision] if FLAGS.precision else ["float32", "mixed_bfloat16"]:
        step.measure(FLAGS.recipe, batch_size=FLAGS.batch_size, rounds=FLAGS.rounds, precision=precision)


def _input():
    from gan_keras.benchmarks import input_pipeline

    input_pipeline.measure()


def _evaluation():
    from gan_keras.benchmarks import evaluation

    settings = {"dataset": FLAGS.dataset, "data_dir": FLAGS.data_dir, "precision": FLAGS.precision or "float32"}
    evaluation.measure(FLAGS.recipe, FLAGS.features, **settings)


def _recipes():
    from gan_keras.benchmarks import recipes

    recipes.measure(
        FLAGS.dataset,
        FLAGS.output_dir,
        FLAGS.recipes,
        updates=FLAGS.updates,
        batch_size=FLAGS.batch_size,
        seed=FLAGS.seed,
        data_dir=FLAGS.data_dir,
    )


if __name__ == "__main__":
    program.run(main, positional=("train|input|evaluation|recipes",))
