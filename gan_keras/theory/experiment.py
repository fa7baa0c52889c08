"""A small GAN on a known density: its training, its pictures and its results."""

import keras
import numpy as np
import tensorflow as tf

from gan_keras import errors
from gan_keras import objectives
from gan_keras.config import names
from gan_keras.config import schema
from gan_keras.data import images
from gan_keras.game import gan
from gan_keras.game.schedules import ImagesSchedule
from gan_keras.networks import mlp
from gan_keras.objectives import Objective
from gan_keras.runtime import randomness
from gan_keras.theory import densities
from gan_keras.theory import figures
from gan_keras.theory import views

BATCH = 256
LATENT_DIM = 2
HIDDEN = {"width": 128, "depth": 3}
LEARNING_RATE = "cosine:1e-3:1e-4"  # With a constant rate, the two networks circle around their equilibrium.
POINTS = 200_000  # generated points, from which the density of G is estimated
COUNTED = 20_000  # of these, the points whose modes are counted
DATA_BATCHES = 500  # drawn once, and repeated
FRAMES = 24
MILLISECONDS = 250  # of a frame

# The weights are for these densities, and need not be those of a recipe for images: the authors of WGAN-GP use 0.1 on
# such data, not 10.
OBJECTIVES = {loss: Objective(loss) for loss in names.LOSSES} | {
    "wgan": Objective("wasserstein", clip=0.01),
    "wgan_gp": Objective("wasserstein", gradient_penalty=0.1),
    "dragan": Objective("non_saturating", dragan=10.0),
    "r3gan": Objective("relativistic_pairing", r1=1.0, r2=1.0),
}
DISCRIMINATOR_STEPS = {"line": 5, "wgan_gp": 2}  # by objective, else by density; 1 for all others
ITERATIONS = {"line": 6_000, "ring": 8_000, "grid": 15_000}


def run(density, objective, seed, iterations, folder):
    """Trains a GAN on a density, draws frames of the training, and prints and returns its results.

    Args:
        density: key of `densities.MIXTURES`.
        objective: key of `OBJECTIVES`.
        seed: seed of the data, of the initial weights and of all random numbers.
        iterations: updates of G; None: enough for the density.
        folder: pathlib.Path, made if need be; gets the last frame as `<density>-<objective>-<seed>.png`, and all frames
            as `.gif`.

    Returns:
        dict of numbers by name, those of `results`.

    Raises:
        UserError: an unknown density or objective, or a folder that cannot be made.
    """
    errors.expect_one_of(density, densities.MIXTURES, "density")
    errors.expect_one_of(objective, OBJECTIVES, "objective")
    _make_folder(folder)
    mixture, iterations = densities.MIXTURES[density], iterations or ITERATIONS[density]
    steps = DISCRIMINATOR_STEPS.get(objective) or DISCRIMINATOR_STEPS.get(density, 1)
    model = build(mixture, OBJECTIVES[objective], seed, steps, iterations)
    batches = _batches(mixture, seed, steps * BATCH)
    frames, title = [], f"{objective} on the {density}, seed {seed}"
    for done, iterations_now in _portions(iterations):
        if iterations_now:
            model.train_iterations(batches, iterations_now)
        points = generated(model, seed)
        view = views.view(mixture, points, _verdict(model, mixture))
        frames.append(figures.frame(mixture, view, points, f"{title}: {done} updates of G", model.objective))
        found = results(mixture, model, view, points)
        print(f"{done:6} updates of G: {_in_words(found)}", flush=True)
    name = f"{density}-{objective}-{seed}"
    images.write_png(folder / f"{name}.png", frames[-1])
    images.write_gif(folder / f"{name}.gif", frames, MILLISECONDS)
    return found


def _make_folder(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise errors.UserError(
            f"cannot make the folder {folder}: {error.strerror}; choose another --output_dir"
        ) from error


def build(mixture, objective, seed, discriminator_steps, iterations):
    """Returns the compiled `GAN` of two MLPs whose samples are points (N, d).

    Args:
        mixture: `densities.Mixture`.
        objective: `Objective`.
        seed: seed of the initial weights and of all random numbers.
        discriminator_steps: updates of D for each update of G.
        iterations: updates of G, over which the learning rate falls.
    """
    shape = (mixture.dimensions,)
    schedule_images = iterations * schema.iteration_images(discriminator_steps, BATCH)
    model = gan.GAN(
        mlp.generator(latent_dim=LATENT_DIM, image_shape=shape, seed=seed, **HIDDEN),
        mlp.discriminator(activation="leaky_relu", image_shape=shape, seed=seed, **HIDDEN),
        objective=objective,
        discriminator_steps=discriminator_steps,
        latents="normal",
        schedule_images=schedule_images,
        seed=seed,
    )
    model.compile(_optimizer(schedule_images), _optimizer(schedule_images))
    return model


def _optimizer(schedule_images):
    rate = ImagesSchedule(LEARNING_RATE, schedule_images)
    return keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.9, epsilon=1e-8)


def generated(model, seed):
    """Returns points of G itself, not of its moving average, because D was trained against G: float32 (POINTS, d)."""
    latents = randomness.latents([POINTS, LATENT_DIM], "normal", randomness.key(seed, "theory", 0))
    return model.generator.predict(latents, batch_size=POINTS // 10, verbose=0)


def results(mixture, model, view, points):
    """Returns the results of a training as a dict of numbers by name.

    Args:
        mixture: `densities.Mixture`.
        model: `GAN`.
        view: `views.View` of the mixture and the points.
        points: float32 (N, d), generated.

    Returns:
        `modes`, the number of modes covered, and `of_modes`, the number of all modes; `high_quality`, the share of
        points near a mode; and under a loss with probabilities `error`, the mean |D − D*| where the data have mass, and
        `d_min`, `d_mean` and `d_max`, the values of D there.
    """
    modes, share = mixture.modes(points[:COUNTED])
    found = {"modes": modes, "high_quality": share}
    if objectives.LOSSES[model.objective.loss].is_probability:
        least, mean, greatest = view.verdicts
        found |= {"error": view.error, "d_min": least, "d_mean": mean, "d_max": greatest}
    return found | {"of_modes": len(mixture.centers)}


def _in_words(found):
    words = f"{found['modes']}/{found['of_modes']} modes, {found['high_quality']:.1%} within 3σ of one"
    if "error" in found:
        words += (
            f"; mean |D − D*| {found['error']:.3f}, D {found['d_mean']:.2f} "
            f"({found['d_min']:.2f} to {found['d_max']:.2f}) where the data have mass"
        )
    return words


def _batches(mixture, seed, size):
    """Returns an endless iterator over batches of the data, float32 (size, d)."""
    points = mixture.sample(DATA_BATCHES * size, seed).reshape(DATA_BATCHES, size, -1)
    return iter(tf.data.Dataset.from_tensor_slices(points).repeat().prefetch(4))


def _portions(iterations):
    """Yields (updates done, updates since the last frame), first 0; the first frames are closer together."""
    ends = np.unique(np.round(iterations * (np.arange(FRAMES) / (FRAMES - 1)) ** 2).astype(int))
    yield 0, 0
    yield from zip(ends[1:], np.diff(ends), strict=True)


def _verdict(model, mixture):
    """Returns D at the cells of the raster, (cells^d,): probabilities if the loss has them, else logits."""
    logits = model.discriminator.predict(views.raster(mixture), batch_size=4000, verbose=0)
    return np.asarray(objectives.verdict(model.objective, logits))[:, 0]
