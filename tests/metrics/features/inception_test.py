"""Inception: a small graph with the names and the traps of the published one; the published one is not at hand."""

import io
import tarfile

import numpy as np
import pytest
import tensorflow as tf

from gan_keras import errors
from gan_keras.metrics.features import base
from gan_keras.metrics.features import inception
from gan_keras.metrics.features import resize

RNG = np.random.default_rng(0)
SAMPLES = RNG.integers(0, 256, (3, 32, 32, 3), np.uint8)
KERNEL = RNG.normal(0, 0.1, (64, 64, 3, 4)).astype(np.float32)
MEAN, VARIANCE, BETA = RNG.uniform(0.1, 2, (3, 4)).astype(np.float32)
GAMMA = np.float32([9, 9, 9, 9])  # Without effect: the published graph does not scale.
WIDEN = RNG.normal(0, 1, (1, 1, 4, 2048)).astype(np.float32)
CLASSES = RNG.normal(0, 0.1, (2048, 7)).astype(np.float32)


@pytest.fixture(autouse=True)
def small_graphs_are_plausible(monkeypatch):
    monkeypatch.setattr(inception, "PLAUSIBLE_BYTES", range(1000, 1_000_000))


def definition(scaled=False):
    """Returns a GraphDef of 2015: a batch size of one in its shapes, and an operation that TensorFlow 2 has removed."""
    with tf.Graph().as_default() as graph:
        image = tf.compat.v1.placeholder(tf.uint8, (40, 40, 3), name="DecodeJpeg")
        x = tf.expand_dims(tf.cast(image, tf.float32), 0, name="ExpandDims")
        x = tf.compat.v1.image.resize_bilinear(x, (299, 299), name="ResizeBilinear")
        x = tf.multiply(tf.subtract(x, 128.0, name="Sub"), 1 / 128, name="Mul")
        x = tf.nn.conv2d(x, KERNEL, 64, "SAME", name="conv/Conv2D")
        inputs = [tf.constant(value).op.name for value in (MEAN, VARIANCE, BETA, GAMMA)]
        x = tf.identity(x, name="conv/batchnorm")
        with tf.control_dependencies([tf.debugging.check_numerics(x, "NaN", name="conv/CheckNumerics")]):
            x = tf.nn.relu(tf.identity(x, name="conv/control_dependency"), name="conv")
        x = tf.nn.relu(tf.nn.conv2d(x, WIDEN, 1, "SAME"))
        x = tf.reshape(tf.nn.avg_pool2d(x, 5, 1, "VALID", name="pool_3"), (1, 2048), name="pool_3/_reshape")
        weights = tf.constant(CLASSES, name="softmax/weights")
        x = tf.nn.bias_add(tf.matmul(x, weights, name="softmax/logits/MatMul"), tf.ones(7), name="softmax/logits")
        tf.nn.softmax(x, name="softmax")
    result = graph.as_graph_def(add_shapes=True)
    (norm,) = (node for node in result.node if node.name == "conv/batchnorm")
    norm.op = "BatchNormWithGlobalNormalization"
    norm.input.extend(inputs)
    norm.attr["variance_epsilon"].f = 1e-3
    norm.attr["scale_after_normalization"].b = scaled
    result.versions.producer = 8
    return result


def expected(images, gamma):
    """Features of images as they come out of the resize, computed without a graph."""
    x = tf.nn.conv2d((images - 128) / 128, KERNEL, 64, "SAME").numpy()
    x = np.maximum((x - MEAN) / np.sqrt(VARIANCE + 1e-3) * gamma + BETA, 0)
    return np.maximum(x @ WIDEN[0, 0], 0).mean((1, 2))


def archive(path, content, member=inception.MEMBER):
    with tarfile.open(path, "w:gz") as written:
        information = tarfile.TarInfo(member)
        information.size = len(content)
        written.addfile(information, io.BytesIO(content))
    return path


@pytest.fixture
def graph(tmp_path):
    path = tmp_path / "graph.pb"
    path.write_bytes(definition().SerializeToString())
    return path


@pytest.mark.parametrize("variant, resized", [("legacy", resize.tf1_bilinear), ("clean", resize.antialiased)])
def test_features_and_logits_of_a_batch(variant, resized, graph, tmp_path):
    network = inception.load(variant, graph, tmp_path / "cache")
    features, logits = network.extract(SAMPLES)
    assert features.shape == (3, 2048) and features.dtype == logits.dtype == np.float32
    np.testing.assert_allclose(features, expected(resized(SAMPLES, 299), 1.0), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(logits, features @ CLASSES, rtol=1e-3, atol=1e-4)  # Without the bias of 1.
    for row in range(3):
        np.testing.assert_allclose(network.extract(SAMPLES[row : row + 1])[0][0], features[row], rtol=1e-4, atol=1e-4)
    assert network.name == {"legacy": "inception", "clean": "inception:clean"}[variant]
    assert len(network.sha256) == 64


def test_the_two_variants_differ(graph, tmp_path):
    legacy, clean = (inception.load(each, graph, tmp_path).extract(SAMPLES)[0] for each in ("legacy", "clean"))
    assert np.abs(legacy - clean).max() > 0.1


def test_grey_samples_are_repeated(graph, tmp_path):
    network = inception.load("legacy", graph, tmp_path)
    grey = SAMPLES[..., :1]
    np.testing.assert_array_equal(network.extract(grey)[0], network.extract(np.repeat(grey, 3, -1))[0])


def test_a_graph_that_scales_after_normalizing(tmp_path):
    path = tmp_path / "graph.pb"
    path.write_bytes(definition(scaled=True).SerializeToString())
    features, _ = inception.load("legacy", path, tmp_path).extract(SAMPLES)
    np.testing.assert_allclose(features, expected(resize.tf1_bilinear(SAMPLES, 299), GAMMA), rtol=1e-3, atol=1e-3)


def test_the_graph_as_it_is_cannot_be_run():
    @tf.function
    def run(images):
        return tf.graph_util.import_graph_def(definition(), {"ExpandDims:0": images}, ["pool_3:0"])[0]

    with pytest.raises((ValueError, tf.errors.UnimplementedError)):
        run(tf.constant(SAMPLES, tf.float32))


def test_the_archive_holds_the_same_graph_and_is_not_unpacked(graph, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    path = archive(folder / "weights.tgz", graph.read_bytes())
    cache = tmp_path / "cache"
    assert inception.load("legacy", path, cache).sha256 == inception.load("legacy", graph, cache).sha256
    assert [each.name for each in folder.iterdir()] == ["weights.tgz"]
    assert len(list(cache.iterdir())) == 2  # A checksum of each file.


def test_weights_that_change_after_their_first_use_are_refused(graph, tmp_path):
    cache = tmp_path / "cache"
    inception.load("legacy", graph, cache)
    graph.write_bytes(definition(scaled=True).SerializeToString())
    with pytest.raises(errors.UserError, match="its SHA-256 is .* but was .* delete '.*sha256'") as refused:
        inception.load("legacy", graph, cache)
    assert "\n" not in str(refused.value) and not isinstance(refused.value, base.Unavailable)
    (pin,) = cache.glob("*.sha256")
    pin.unlink()
    inception.load("legacy", graph, cache)


def test_a_download_is_kept_with_its_checksum(graph, tmp_path, monkeypatch):
    source = archive(tmp_path / "source.tgz", graph.read_bytes())
    monkeypatch.setattr(inception, "URL", source.as_uri())
    cache = tmp_path / "cache"
    with pytest.raises(base.Unavailable, match="not here .*--inception_weights"):
        inception.load("legacy", cache=cache)
    assert not cache.exists()
    first = inception.load("legacy", cache=cache, download=True)
    assert sorted(each.name for each in cache.iterdir()) == ["source.tgz", "source.tgz.sha256"]
    source.unlink()
    assert inception.load("clean", cache=cache).sha256 == first.sha256  # From the cache.


def test_without_a_network_one_line_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(inception, "URL", "http://127.0.0.1:9/inception.tgz")
    with pytest.raises(base.Unavailable, match="cannot be downloaded .*--inception_weights") as refused:
        inception.load("legacy", cache=tmp_path, download=True)
    assert "\n" not in str(refused.value) and list(tmp_path.iterdir()) == []


def test_a_damaged_download_is_not_kept(graph, tmp_path, monkeypatch):
    source = archive(tmp_path / "source.tgz", graph.read_bytes())
    source.write_bytes(source.read_bytes()[:2000])
    monkeypatch.setattr(inception, "URL", source.as_uri())
    with pytest.raises(errors.UserError, match="source.tgz' is damaged") as refused:
        inception.load("legacy", cache=tmp_path / "cache", download=True)
    assert not isinstance(refused.value, base.Unavailable) and list((tmp_path / "cache").iterdir()) == []


def _without_pool():
    graph = definition()
    for node in graph.node:
        node.name = node.name.replace("pool_3", "pool_4")
    return graph.SerializeToString()


@pytest.mark.parametrize(
    "content, message",
    [
        (b"\x01" * 5000, "holds no TensorFlow graph"),
        (b"", "a graph of 0 bytes"),
        (_without_pool(), "another graph: it has no node pool_3;"),
    ],
)
def test_a_wrong_file_is_named(content, message, tmp_path):
    path = tmp_path / "graph.pb"
    path.write_bytes(content)
    with pytest.raises(errors.UserError, match=message) as refused:
        inception.load("legacy", path, tmp_path / "cache")
    assert "\n" not in str(refused.value) and not (tmp_path / "cache").exists()


def test_other_mistakes_are_named(graph, tmp_path, monkeypatch):
    with pytest.raises(errors.UserError, match="no such file"):
        inception.load("legacy", tmp_path / "missing.pb", tmp_path)
    with pytest.raises(errors.UserError, match="did you mean 'clean'"):
        inception.load("claen", graph, tmp_path)
    with pytest.raises(errors.UserError, match="no archive of classify_image_graph_def.pb"):
        inception.load("legacy", archive(tmp_path / "other.tgz", b"text", "notes.txt"), tmp_path)
    monkeypatch.undo()
    with pytest.raises(errors.UserError, match="bytes is not classify_image_graph_def.pb"):
        inception.load("legacy", graph, tmp_path)
    with pytest.raises(errors.UserError, match="bytes is not classify_image_graph_def.pb"):
        inception.load("legacy", archive(tmp_path / "small.tgz", graph.read_bytes()), tmp_path)
