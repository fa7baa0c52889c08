"""Measures generated images or texts against real ones, and writes the results with their whole protocol.

python scripts/evaluate.py --run_dir=runs/00000-dcgan-celeb_a
python scripts/evaluate.py --model=exported_models/dcgan-celeb_a --metrics=mind2k,prdc10k
python scripts/evaluate.py --samples=pictures/ --dataset=folder:photos --metrics=swd2k
"""

from absl import flags as absl_flags

from gan_keras import errors
from gan_keras.config import flags
from gan_keras.config import names
from gan_keras.runtime import program

DATA = ("dataset", "data_dir", "cache_dir", "resolution", "crop", "length", "vocabulary", "max_images", "holdout")
FEATURES = ("features_size", "features_range", "features_output", "inception_weights")
OF_A_RUN = ("checkpoint", "generator")
OPTIONS = ("metrics", "features", "split", "seed", "repeats", "rivals", "output")

FLAGS = absl_flags.FLAGS
flags.define_run()
absl_flags.DEFINE_string("model", None, "exported model: a version's folder, or the folder above it for the newest one")
absl_flags.DEFINE_string(
    "samples",
    None,
    "folder of images, or a .npy or .npz file of them: uint8, or floats in [-1, 1]; or a .txt file, a text in a line",
)
absl_flags.DEFINE_string(
    "checkpoint",
    None,
    "which checkpoint of the run: best, last, all (those that were not measured so before), or the name or path of one "
    "(default: best if there is one, else last; all for a run that keeps more than three)",
)
absl_flags.DEFINE_enum("generator", "ema", ["ema", "raw"], "moving average of the run's generator, or its own weights")
absl_flags.DEFINE_list(
    "metrics",
    None,
    f"which metrics: {', '.join(names.METRICS)} (default: mind2k where there are labels or "
    "--features, fid10k for --features=inception, js4 of texts, else swd2k)",
)
absl_flags.DEFINE_list(
    "features", None, "networks whose features are compared, one after the other; as in scripts/train.py --help"
)
absl_flags.DEFINE_enum("split", "test", ["train", "test"], "real images to compare with")
absl_flags.DEFINE_integer(
    "seed", 0, "of the samples and of the metrics' random choices", lower_bound=0, upper_bound=2**31 - 1
)
absl_flags.DEFINE_integer(
    "repeats", 1, "measurements, each with other samples; their standard deviation is reported", lower_bound=1
)
absl_flags.DEFINE_string(
    "output", None, "file that gets a line for each result (default: metrics.jsonl in the run, or here)"
)
absl_flags.DEFINE_bool("rivals", False, "beside texts, also measure training texts and samples of n-gram models")
absl_flags.DEFINE_bool("self_check", False, "compare the path of FID and KID with published values on CIFAR-10")
flags.define((*DATA, *FEATURES))
absl_flags.adopt_module_key_flags(flags)


def main():
    subject = _subject()
    for metric in FLAGS.metrics or ():
        errors.expect_one_of(metric, names.METRICS, "metric")
    program.load_tensorflow()
    from gan_keras.training import evaluation

    given = flags.given()
    data = {name: value for name, value in given.items() if name in DATA}
    features = {name: value for name, value in given.items() if name in FEATURES}
    if FLAGS.self_check:
        return evaluation.self_check(data, features)
    options = {name: FLAGS[name].value for name in OPTIONS}
    chosen = {name: FLAGS[name].value for name in OF_A_RUN} if subject == "run_dir" else {}
    measure = {"run_dir": evaluation.of_run, "model": evaluation.of_model, "samples": evaluation.of_samples}[subject]
    return measure(FLAGS[subject].value, data, features, **options, **chosen)


def _subject():
    """Returns the flag that names what is measured."""
    subjects = [name for name in ("run_dir", "model", "samples") if FLAGS[name].value is not None]
    if len(subjects) != (0 if FLAGS.self_check else 1):
        expected = "none of" if FLAGS.self_check else "one of"
        raise errors.UserError(f"expected {expected} --run_dir (a run), --model (an exported model) and --samples")
    for name in OF_A_RUN:
        if subjects != ["run_dir"] and FLAGS[name].present:
            raise errors.UserError(f"--{name} chooses among what a run holds: leave it out without --run_dir")
    for name in OPTIONS:
        if FLAGS.self_check and FLAGS[name].present:
            raise errors.UserError(f"--{name} has no effect beside --self_check, which measures CIFAR-10: leave it out")
    return subjects[0] if subjects else None


if __name__ == "__main__":
    program.run(main)
