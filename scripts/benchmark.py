"""Measures speed, costs and recipes on this machine.

python scripts/benchmark.py step       images/s of the training step of each recipe, beside earlier ones
python scripts/benchmark.py limit      how near a step comes to its matrix products alone
python scripts/benchmark.py plain      images/s of a step beside those of a plain Keras loop
python scripts/benchmark.py tick       share of the time that statistics, grids and checkpoints take on a fast device
python scripts/benchmark.py sample     images/s of samples
python scripts/benchmark.py input      images/s of the input pipeline
python scripts/benchmark.py export     MB, milliseconds and errors of every file of an exported model (--model)
python scripts/benchmark.py evaluation seconds and memory of measuring a generator beside those of its training
python scripts/benchmark.py recipes    trains every recipe on the same data, a run folder and a row of a table each
python scripts/benchmark.py quality    searches the settings that draw the best pictures in so many minutes
"""

from absl import flags

from gan_keras import errors
from gan_keras.runtime import program

FLAGS = flags.FLAGS
flags.DEFINE_string("recipe", "dcgan", "limit, plain, tick, sample, evaluation: recipe whose networks are timed")
flags.DEFINE_string("precision", None, "of the networks (default: float32; plain: float32 and mixed_bfloat16 in turn)")
flags.DEFINE_list("features", ["classifier"], "evaluation, quality: networks whose features are compared")
flags.DEFINE_integer("rounds", 7, "step, limit, plain, sample, export: rounds", lower_bound=1)
flags.DEFINE_integer("batch_size", 64, "step, limit, plain: images of an update", lower_bound=2)
flags.DEFINE_integer("resolution", None, "step, limit: side of the images (default: 32; limit: 64)", lower_bound=16)
flags.DEFINE_string("history", None, "step: JSON Lines file of earlier rates, to which these are added")
flags.DEFINE_string("model", None, "export: exported model, a version's folder or the one above it")
flags.DEFINE_list("recipes", None, "step, recipes: which ones (default: all)")
flags.DEFINE_string(
    "dataset",
    None,
    "evaluation, quality, recipes (here one with classes): data set (default: fashion_mnist; quality: celeb_a)",
)
flags.DEFINE_string("data_dir", None, "evaluation, quality, recipes: folder of TensorFlow Datasets (default: its own)")
flags.DEFINE_integer(
    "updates", None, "recipes: updates of the generator of each recipe, instead of --minutes", lower_bound=1
)
flags.DEFINE_integer("seed", 0, "recipes, quality: seed of each run", lower_bound=0)
flags.DEFINE_string(
    "output_dir",
    None,
    "recipes, quality: parent of the run folders; started again, it resumes (default: runs/recipes, runs/quality)",
)
flags.DEFINE_float(
    "minutes",
    None,
    "recipes, quality: length of a training, from its first step on (default: 15; quality: 20)",
    lower_bound=0.01,
)
flags.DEFINE_list("trials", None, "quality: which ones (default: all)")
flags.DEFINE_integer("repeats", 3, "quality: how many seeds the best trials have, from --seed on", lower_bound=1)

USED = {
    "step": ("recipes", "precision", "batch_size", "resolution", "rounds", "history"),
    "limit": ("recipe", "precision", "batch_size", "resolution", "rounds"),
    "plain": ("recipe", "precision", "batch_size", "rounds"),
    "tick": ("recipe",),
    "sample": ("recipe", "precision", "rounds"),
    "input": (),
    "export": ("model", "rounds"),
    "evaluation": ("recipe", "precision", "features", "dataset", "data_dir"),
    "recipes": ("recipes", "dataset", "data_dir", "updates", "minutes", "precision", "seed", "output_dir"),
    "quality": (
        *("minutes", "trials", "seed", "repeats", "features"),
        *("dataset", "data_dir", "precision", "output_dir"),
    ),
}


def main(benchmark):
    errors.expect_one_of(benchmark, USED, "benchmark")
    for name in {name for names in USED.values() for name in names} - set(USED[benchmark]):
        if FLAGS[name].present:
            raise errors.UserError(f"--{name} has no effect on the benchmark {benchmark}: leave it out")
    if FLAGS.updates and FLAGS.minutes:
        raise errors.UserError("--updates and --minutes both say how long a recipe is trained: give one of them")
    program.load_tensorflow()
    {
        "step": _step,
        "limit": _limit,
        "plain": _plain,
        "tick": _tick,
        "sample": _sample,
        "input": _input,
        "export": _export,
        "evaluation": _evaluation,
        "recipes": _recipes,
        "quality": _quality,
    }[benchmark]()


def _step():
    from gan_keras.benchmarks import step

    step.measure(
        FLAGS.recipes,
        precision=FLAGS.precision or "float32",
        batch_size=FLAGS.batch_size,
        resolution=FLAGS.resolution or 32,
        rounds=FLAGS.rounds,
        history=FLAGS.history,
    )


def _limit():
    from gan_keras.benchmarks import limit

    limit.measure(
        FLAGS.recipe,
        precision=FLAGS.precision or "float32",
        batch_size=FLAGS.batch_size,
        resolution=FLAGS.resolution or 64,
        rounds=FLAGS.rounds,
    )


def _plain():
    from gan_keras.benchmarks import plain_keras

    for precision in [FLAGS.precision] if FLAGS.precision else ["float32", "mixed_bfloat16"]:
        plain_keras.measure(FLAGS.recipe, batch_size=FLAGS.batch_size, rounds=FLAGS.rounds, precision=precision)


def _tick():
    from gan_keras.benchmarks import tick

    tick.measure(FLAGS.recipe)


def _sample():
    from gan_keras.benchmarks import sample

    sample.measure(FLAGS.recipe, precision=FLAGS.precision or "float32", rounds=FLAGS.rounds)


def _input():
    from gan_keras.benchmarks import input_pipeline

    input_pipeline.measure()


def _export():
    from gan_keras.benchmarks import export

    if not FLAGS.model:
        raise errors.UserError("the benchmark export measures --model=FOLDER of an exported model: name it")
    export.measure(FLAGS.model, FLAGS.rounds)


def _evaluation():
    from gan_keras.benchmarks import evaluation

    dataset = FLAGS.dataset or "fashion_mnist"
    settings = {"dataset": dataset, "data_dir": FLAGS.data_dir, "precision": FLAGS.precision or "float32"}
    evaluation.measure(FLAGS.recipe, FLAGS.features, **settings)


def _recipes():
    from gan_keras.benchmarks import recipes

    recipes.measure(
        FLAGS.dataset or "fashion_mnist",
        FLAGS.output_dir or "runs/recipes",
        FLAGS.recipes,
        updates=FLAGS.updates,
        minutes=FLAGS.minutes or 15.0,
        seed=FLAGS.seed,
        data_dir=FLAGS.data_dir,
        precision=FLAGS.precision or "float32",
    )


def _quality():
    from gan_keras.benchmarks import quality

    quality.measure(
        FLAGS.output_dir or "runs/quality",
        FLAGS.minutes or 20.0,
        FLAGS.trials,
        seeds=range(FLAGS.seed, FLAGS.seed + FLAGS.repeats),
        features=FLAGS.features,
        dataset=FLAGS.dataset or "celeb_a",
        data_dir=FLAGS.data_dir,
        precision=FLAGS.precision or "mixed_bfloat16",
    )


if __name__ == "__main__":
    program.run(main, positional=("|".join(USED),))
