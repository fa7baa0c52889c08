"""What measuring a generator costs, beside the training between two measurements."""

import time

from gan_keras.config import recipes
from gan_keras.metrics import subjects
from gan_keras.metrics.evaluator import Evaluator
from gan_keras.training import callbacks
from gan_keras.training.dry_run import images_per_second
from gan_keras.training.dry_run import prepare

OF_FEATURES = ("mind2k", "frechet2k")
MANY = "prdc10k"  # Five times as many samples: shows what grows with their number.
EVERY = 50_000  # Images between two measurements by default.


def measure(recipe, features, **settings):
    """Prints seconds, share of the training time and memory of each metric, and what has to be done once.

    Args:
        recipe: name of the recipe whose untrained generator is measured.
        features: names of features, as `--features` takes them.
        **settings: further settings, such as `dataset` and `data_dir`.
    """
    config = recipes.recipe(recipe, **settings)
    resolved, gan = prepare(config)
    batches = iter(resolved.batches(gan.distribute_strategy))
    rate = images_per_second(gan, batches, resolved.config.game.iteration_images)
    print(f"{recipe} in {config.game.precision}: {rate:.0f} images/s, {EVERY} images take {EVERY / rate:.0f} s")
    evaluator = Evaluator(resolved.config.data, progress=False)
    subject = subjects.Generator(
        gan.ema_generator, resolved.config.game.latents, resolved.condition, {"generator": "ema"}
    )
    plans = [(metric, name) for name in features for metric in (*OF_FEATURES, MANY)] + [("swd2k", None)]
    for name in features:
        begun = time.monotonic()
        network = evaluator.load(name)
        loaded = time.monotonic()
        evaluator.reference.features(network)
        print(
            f"once: {network.name} {loaded - begun:.1f} s, its features of {len(evaluator.reference.samples)} real "
            f"images {time.monotonic() - loaded:.1f} s"
        )
    for metric, name in plans:
        evaluator.measure(subject, [metric], [name])  # Traces its graphs.
        before = callbacks.memory_mb()
        begun = time.monotonic()
        (measured,) = evaluator.measure(subject, [metric], [name])
        seconds = time.monotonic() - begun
        print(
            f"{metric} {measured.record['features'] or 'pixels'}: {seconds:.1f} s, {seconds * rate / EVERY:.1%} of the "
            f"training between, memory {before} → {callbacks.memory_mb()} MB",
            flush=True,
        )
