"""A small GAN on a known density, and what it comes to."""

import keras
import numpy as np
import tensorflow as tf

from gan_keras import errors
from gan_keras import gan
from gan_keras import images
from gan_keras import objectives
from gan_keras import random
from gan_keras import schedules
from gan_keras.networks import mlp
from gan_keras.theory import densities
from gan_keras.theory import figures
from gan_keras.theory import views

BATCH = 256
LATENT_DIM = 2
HIDDEN = {"width": 128, "depth": 3}
LEARNING_RATE = "cosine:1e-3:1e-4"  # A game of constant steps circles around its end.
POINTS = 200_000  # from which the density of G is told
COUNTED = 20_000  # of which are looked at one by one: modes covered, share of high quality
DATA_BATCHES = 500  # that are drawn once, and played over and over
FRAMES = 24
MILLISECONDS = 250

# What is played beside the weights of `objectives.OBJECTIVES`. The authors of WGAN-GP weigh their penalty by 0.1 on such
# data, not by 10; and a critic needs fewer updates than five here.
OBJECTIVES = {"wgan_gp": objectives.Objective("wasserstein", gradient_penalty=0.1)}
DISCRIMINATOR_STEPS = {"line": 5, "wgan_gp": 2}
ITERATIONS = {"line": 6_000, "ring": 8_000, "grid": 15_000}


def play(density, objective, seed, iterations, folder):
    """Trains a GAN on a density, draws it frame by frame, and returns what it came to, printed as well.

    Args:
        density: key of `densities.MIXTURES`.
        objective: key of `objectives.OBJECTIVES`.
        seed: seed of the data, of the initial weights and of all draws.
        iterations: updates of G; None: enough for the density.
        folder: pathlib.Path; gets `<density>-<objective>-<seed>.png`, the last frame, and `.gif`, all of them.

    Returns:
        dict of numbers by name: `modes`, `high_quality`, and for a loss with probabilities `error`, the mean |D − D*|
        where the data have mass, `d_min`, `d_mean` and `d_max`, D there.

    Raises:
        UserError: an unknown density or objective, or a folder that cannot be made.
    """
    errors.expect_one_of(density, densities.MIXTURES, "density")
    _make_folder(folder)
    mixture, iterations = densities.MIXTURES[density], iterations or ITERATIONS[density]
    steps = DISCRIMINATOR_STEPS.get(objective) or DISCRIMINATOR_STEPS.get(density, 1)
    model = build(mixture, OBJECTIVES.get(objective) or objectives.named(objective), seed, steps, iterations)
    batches = _batches(mixture, seed, steps * BATCH)
    frames, title = [], f"{objective} on the {density}, seed {seed}"
    for done, iterations_now in _portions(iterations):
        if iterations_now:
            model.play(batches, iterations_now)
        points = generated(model, seed)
        view = views.view(mixture, points, _verdict(model, mixture))
        frames.append(figures.frame(mixture, view, points, f"{title}: {done} updates of G", model.objective))
        found = results(mixture, model, view, points)
        print(f"{done:6} updates of G: {_told(found)}", flush=True)
    name = f"{density}-{objective}-{seed}"
    images.write_png(folder / f"{name}.png", frames[-1])
    images.write_gif(folder / f"{name}.gif", frames, MILLISECONDS)
    return found


def _make_folder(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise errors.UserError(f"cannot make the folder {folder}: {error.strerror}; choose another --output_dir") from error


def build(mixture, objective, seed, discriminator_steps, iterations):
    """Returns the compiled `GAN` of two MLPs whose samples are points (N, d)."""
    shape = (mixture.dimensions,)
    model = gan.GAN(
        mlp.generator(latent_dim=LATENT_DIM, image_shape=shape, seed=seed, **HIDDEN),
        mlp.discriminator(activation="leaky_relu", image_shape=shape, seed=seed, **HIDDEN),
        objective=objective, discriminator_steps=discriminator_steps, latents="normal", seed=seed,
        schedule_images=iterations * discriminator_steps * BATCH,
    )
    rate = schedules.learning_rate(LEARNING_RATE, model.images_shown, model.schedule_images)
    model.compile(*(keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.9, epsilon=1e-8) for _ in range(2)))
    return model


def generated(model, seed):
    """Returns points of G itself, the player that D has seen, float32 (200 000, d)."""
    latents = random.latents([POINTS, LATENT_DIM], "normal", random.key(seed, "theory", 0))
    return model.generator.predict(latents, batch_size=POINTS // 10, verbose=0)


def results(mixture, model, view, points):
    """Returns the numbers that `play` returns."""
    modes, share = mixture.modes(points[:COUNTED])
    found = {"modes": modes, "high_quality": share}
    if model.objective.adversarial.is_probability:
        least, mean, greatest = view.verdicts
        found |= {"error": view.error, "d_min": least, "d_mean": mean, "d_max": greatest}
    return found | {"of_modes": len(mixture.centres)}


def _told(found):
    words = f"{found['modes']}/{found['of_modes']} modes, {found['high_quality']:.1%} within 3σ of one"
    if "error" in found:
        words += (
            f"; mean |D − D*| {found['error']:.3f}, D {found['d_mean']:.2f} "
            f"({found['d_min']:.2f} to {found['d_max']:.2f}) where the data have mass"
        )
    return words


def _batches(mixture, seed, size):
    points = mixture.sample(DATA_BATCHES * size, seed).reshape(DATA_BATCHES, size, -1)
    return iter(tf.data.Dataset.from_tensor_slices(points).repeat().prefetch(4))


def _portions(iterations):
    """Yields (updates done, updates since the last frame), 0 first; frames are closer together at the beginning."""
    ends = np.unique(np.round(iterations * (np.arange(FRAMES) / (FRAMES - 1)) ** 2).astype(int))
    yield 0, 0
    yield from zip(ends[1:], np.diff(ends), strict=True)


def _verdict(model, mixture):
    """Returns D at the cells of the raster: probabilities where the loss has some, else logits."""
    logits = model.discriminator.predict(views.raster(mixture), batch_size=4000, verbose=0)
    return np.asarray(model.objective.verdict(logits))[:, 0]
