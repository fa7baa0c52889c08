"""The ways to resize: numbers by hand, and where they differ."""

import numpy as np
import pytest
import tensorflow as tf

from gan_keras import errors
from gan_keras.metrics.features import resize

WAYS = (resize.bilinear, resize.tf1_bilinear, resize.antialiased)
STRIPE = np.uint8([[[[0], [100]], [[0], [100]]]])  # (1, 2, 2, 1): a black column and a brighter one.


def test_enlarging_by_hand():
    # Half-pixel centres lie at −¼, ¼, ¾ and 1¼; TensorFlow 1 reads at 0, ½, 1 and 1½.
    assert resize.bilinear(STRIPE, 4)[0, 0, :, 0].tolist() == [0, 25, 75, 100]
    assert resize.tf1_bilinear(STRIPE, 4)[0, 0, :, 0].tolist() == [0, 50, 100, 100]


def test_shrinking_without_antialias_skips_pixels():
    sample = np.zeros((1, 8, 8, 1), np.uint8)
    sample[:, :, ::4] = 255  # Columns 0 and 4.
    assert resize.tf1_bilinear(sample, 2)[0, 0, :, 0].tolist() == [255, 255]
    assert resize.bilinear(sample, 2)[0, 0, :, 0].tolist() == [0, 0]  # Between columns 1 and 2, 5 and 6.
    shrunk = resize.antialiased(sample, 2)
    assert shrunk.mean() == pytest.approx(255 / 4, rel=0.1)  # A quarter of the columns is white.


def test_antialiased_values_are_limited_but_not_rounded():
    sample = np.zeros((1, 8, 8, 3), np.uint8)
    sample[:, :, 4:] = 255, 200, 3
    resized = resize.antialiased(sample, 19)
    assert resized.min() == 0 and resized.max() == 255
    assert resized[..., 1].max() > 205  # Bicubic overshoots an edge.
    assert np.abs(resized - resized.round()).max() > 0.2


def test_the_tensorflow_1_resize_is_the_operation_of_a_graph_without_attributes():
    sample = np.random.default_rng(0).integers(0, 256, (2, 5, 5, 3), np.uint8)
    graph = tf.Graph()
    with graph.as_default():
        image = tf.compat.v1.placeholder(tf.float32, (None, None, None, 3), name="image")
        tf.raw_ops.ResizeBilinear(images=image, size=(13, 13), name="resized")
    definition = graph.as_graph_def()
    for node in definition.node:
        for attribute in ("align_corners", "half_pixel_centers"):  # Unknown to the TensorFlow of 2015.
            node.attr.pop(attribute, None)

    @tf.function
    def run(images):
        return tf.graph_util.import_graph_def(definition, {"image:0": images}, ["resized:0"])[0]

    np.testing.assert_array_equal(resize.tf1_bilinear(sample, 13), run(tf.constant(sample, tf.float32)))
    assert np.abs(resize.tf1_bilinear(sample, 13) - resize.bilinear(sample, 13)).max() > 10


@pytest.mark.parametrize("way", WAYS)
def test_grey_becomes_colour_and_other_channels_are_refused(way):
    grey = np.random.default_rng(0).integers(0, 256, (2, 6, 6, 1), np.uint8)
    resized = way(grey, 9)
    assert resized.shape == (2, 9, 9, 3) and resized.dtype == np.float32
    np.testing.assert_array_equal(resized, way(np.repeat(grey, 3, -1), 9))
    np.testing.assert_array_equal(resized[1:], way(grey[1:], 9))
    with pytest.raises(errors.UserError, match="samples have 4 channels: expected 1 .* or 3"):
        way(np.zeros((1, 6, 6, 4), np.uint8), 9)
