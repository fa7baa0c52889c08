"""The order of the images, and the batches of every replica."""

import dataclasses
import itertools

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from gan_keras.data import kinds
from gan_keras.data import pipeline
from gan_keras.runtime import randomness

COUNT = 30
NUMBERED = np.zeros((COUNT, 2, 2, 1), np.uint8)  # Image i: i on the left, i + 100 on the right.
NUMBERED[:, :, 0] = np.arange(COUNT).reshape(COUNT, 1, 1)
NUMBERED[:, :, 1] = NUMBERED[:, :, 0] + 100


def shown(iterations, **options):
    """Returns the numbers of the images shown, and which are mirrored: int and bool (iterations, k·b / replicas)."""
    options = {"seed": 3, "batch_size": 8} | options
    batches = itertools.islice(pipeline.batches(NUMBERED, **options), iterations)
    pixels = np.stack([np.rint((batch["samples"].numpy() + 1) * 127.5).astype(int) for batch in batches])
    left, right = pixels[..., 0, 0, 0], pixels[..., 0, 1, 0]
    assert (np.abs(right - left) == 100).all()
    return np.minimum(left, right), left > right


def test_every_epoch_is_a_permutation_and_another_one():
    epochs = [pipeline.order(0, epoch, 1000) for epoch in range(3)]
    for epoch in epochs:
        assert sorted(epoch) == list(range(1000))
    assert not (epochs[0] == epochs[1]).all() and not (epochs[1] == epochs[2]).all()


@pytest.mark.parametrize("seed", [0, 1, 2**31 - 1])
def test_consecutive_epochs_are_not_correlated(seed):
    epochs = [np.argsort(pipeline.order(seed, epoch, 20_000)) for epoch in range(4)]
    for one, other in itertools.pairwise(epochs):
        assert abs(scipy.stats.spearmanr(one, other).statistic) < 0.05


def test_neighbouring_seeds_are_not_correlated():
    one, other = (np.argsort(pipeline.order(seed, 0, 20_000)) for seed in (0, 1))
    assert abs(scipy.stats.spearmanr(one, other).statistic) < 0.05


def test_position_p_is_image_p_mod_n_of_epoch_p_div_n():
    endless = np.concatenate([pipeline.order(5, epoch, 7) for epoch in range(10)])
    for first, size in ((0, 7), (3, 2), (5, 4), (6, 1), (7, 7), (0, 70), (13, 30)):
        np.testing.assert_array_equal(pipeline.indices(5, 7, first, size), endless[first : first + size])


def test_each_image_once_an_epoch_and_batches_that_span_two():
    images, _ = shown(15)  # 15 × 8 = 4 × 30: four epochs, whose ends lie within batches.
    epochs = images.reshape(4, COUNT)
    for number, epoch in enumerate(epochs):
        assert sorted(epoch) == list(range(COUNT))
        np.testing.assert_array_equal(epoch, pipeline.order(3, number, COUNT))
    assert COUNT % 8 and (epochs[0] != epochs[1]).any()


def test_pixels_become_floats_from_minus_one_to_one():
    extremes = np.zeros((2, 1, 1, 3), np.uint8)
    extremes[1] = 255
    batch = next(iter(pipeline.batches(extremes, seed=0, batch_size=2)))["samples"].numpy()
    assert batch.dtype == np.float32 and sorted(batch[:, 0, 0, 0]) == [-1.0, 1.0]


def test_each_step_of_d_gets_the_next_batch():
    two_steps, _ = shown(6, discriminator_steps=2)
    one_step, _ = shown(12)
    assert two_steps.shape == (6, 16)
    np.testing.assert_array_equal(two_steps.reshape(12, 8), one_step)


@pytest.mark.parametrize("steps", [1, 2])
def test_the_slices_of_all_replicas_are_the_global_batch(steps):
    options = {"discriminator_steps": steps, "flip": True}
    whole, mirrored = shown(5, **options)
    whole, mirrored = (values.reshape(5, steps, 8) for values in (whole, mirrored))
    for replica in range(4):
        images, flips = shown(5, **options, replicas=(replica,), num_replicas=4)
        rows = slice(2 * replica, 2 * replica + 2)
        np.testing.assert_array_equal(images.reshape(5, steps, 2), whole[:, :, rows])
        np.testing.assert_array_equal(flips.reshape(5, steps, 2), mirrored[:, :, rows])


def test_a_worker_feeds_its_replicas_in_turn():
    both, flips = shown(6, flip=True, replicas=range(2, 4), num_replicas=4)
    for replica in (2, 3):
        images, mirrored = shown(3, flip=True, replicas=(replica,), num_replicas=4)
        np.testing.assert_array_equal(both[replica - 2 :: 2], images)
        np.testing.assert_array_equal(flips[replica - 2 :: 2], mirrored)


@pytest.mark.parametrize("first", [1, 3, 11])
def test_a_pipeline_that_starts_later_continues_the_same_order(first):
    options = {"discriminator_steps": 2, "flip": True}
    images, mirrored = shown(14, **options)
    later_images, later_mirrored = shown(14 - first, **options, first_iteration=first)
    np.testing.assert_array_equal(later_images, images[first:])
    np.testing.assert_array_equal(later_mirrored, mirrored[first:])


def test_half_of_the_images_are_mirrored_by_draws_that_differ_in_each_epoch():
    images, mirrored = shown(150, flip=True)
    assert 0.45 < mirrored.mean() < 0.55  # 1 200 draws: a standard deviation is 0.014.
    of_image_0 = mirrored[images == 0]
    assert of_image_0.any() and not of_image_0.all()
    assert not shown(150)[1].any()


@pytest.mark.parametrize("channels", [1, 3])
def test_a_mirrored_image_has_the_same_pixels_from_right_to_left(channels):
    pixels = np.random.default_rng(0).integers(0, 256, (9, 4, 6, channels), np.uint8)
    batches = pipeline.batches(pixels, seed=5, batch_size=16, flip=True)
    for iteration, batch in enumerate(itertools.islice(batches, 3)):
        chosen = pipeline.indices(5, 9, 16 * iteration, 16)
        draws = randomness.uniform([16], randomness.key(5, "flip", iteration)).numpy()
        expected = [np.fliplr(pixels[i]) if draw < 0.5 else pixels[i] for i, draw in zip(chosen, draws, strict=True)]
        np.testing.assert_array_equal(np.rint((batch["samples"] + 1) * 127.5), expected)


def test_another_seed_is_another_order_and_other_flips():
    (images, mirrored), (others, other_mirrored) = shown(4, flip=True), shown(4, flip=True, seed=4)
    assert (images != others).any() and (mirrored != other_mirrored).any()


@pytest.mark.parametrize("replica", [0, 1])
def test_conditions_stay_with_their_images(replica):
    labels = np.arange(COUNT, dtype=np.int32)
    conditions = {"labels": labels, "attributes": np.stack([labels, -labels], axis=1).astype(np.float32)}
    options = {"seed": 0, "batch_size": 8, "flip": True, "replicas": (replica,), "num_replicas": 2}
    for batch in itertools.islice(pipeline.batches(NUMBERED, conditions, **options), 6):
        assert list(batch) == ["samples", "labels", "attributes"]
        assert batch["labels"].dtype == np.int32 and batch["attributes"].dtype == np.float32
        pixels = np.rint((batch["samples"].numpy() + 1) * 127.5).astype(int)
        numbers = pixels[:, 0, :, 0].min(axis=1)
        np.testing.assert_array_equal(batch["labels"], numbers)
        np.testing.assert_array_equal(batch["attributes"], np.stack([numbers, -numbers], axis=1))


def test_shapes_are_known_before_the_first_batch():
    conditions = {"attributes": np.zeros((COUNT, 3), np.float32)}
    batches = pipeline.batches(NUMBERED, conditions, seed=0, batch_size=8, discriminator_steps=2, num_replicas=4)
    shapes = {name: tuple(spec.shape) for name, spec in batches.element_spec.items()}
    assert shapes == {"samples": (4, 2, 2, 1), "attributes": (4, 3)}


def test_another_kind_of_samples_is_converted_by_its_own_function():
    kind = dataclasses.replace(kinds.IMAGES, to_float=lambda stored: tf.cast(stored, tf.float32) * 10)
    batch = next(iter(pipeline.batches(NUMBERED, seed=0, batch_size=COUNT, kind=kind)))
    assert sorted(batch["samples"][:, 0, 0, 0].numpy()) == [10.0 * number for number in range(COUNT)]


def test_no_thread_tunes_the_pipeline():
    """The end of a training waited for it: up to a minute, on one core."""
    assert pipeline.batches(NUMBERED, seed=3, batch_size=8).options().autotune.enabled is False


def test_more_images_in_an_iteration_than_there_are():
    images, _ = shown(1, discriminator_steps=10)
    endless = np.concatenate([pipeline.order(3, epoch, COUNT) for epoch in range(3)])
    np.testing.assert_array_equal(images[0], endless[:80])
