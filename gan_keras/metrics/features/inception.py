"""Inception, the network of the original FID (Heusel et al. 2017, arXiv 1706.08500), run in TensorFlow 2.

It is the graph that Google published on 2015-12-05; a Fréchet distance on the features of another Inception is not a
FID. TensorFlow 2 runs it after two changes to the graph: its removed batch normalization becomes the present one, and
everything behind the pooling layer, which has a batch size of one built in, is left out.
"""

import hashlib
import http.client
import pathlib
import shutil
import sys
import tarfile
import tempfile
import urllib.request
import zlib

import tensorflow as tf
from google.protobuf import message

from gan_keras import errors
from gan_keras.metrics.features import base
from gan_keras.metrics.features import resize
from gan_keras.runtime import files

URL = "https://storage.googleapis.com/download.tensorflow.org/models/image/imagenet/inception-2015-12-05.tgz"
MEMBER = "classify_image_graph_def.pb"
SIZE = 299
WIDTH = 2048
PLAUSIBLE_BYTES = range(50_000_000, 200_000_000)
"""Of the graph; the published one has 95 MB."""

_INPUTS = {"legacy": "ExpandDims:0", "clean": "ResizeBilinear:0"}  # Before and after the graph's own resize.
_POOL = "pool_3"
_LOGITS = "softmax/logits/MatMul"
_REMOVED = "BatchNormWithGlobalNormalization"


def load(variant="legacy", weights=None, cache=None, download=False):
    """Returns the `Features` of the original FID: the output of the last pooling layer, 2048 numbers.

    The logits of the 1008 classes come without the bias of the last layer, as in the original Inception Score
    (arXiv 1606.03498).

    Args:
        variant: `"legacy"` resizes to 299 pixels as the original FID does, inside the graph; `"clean"` as clean-fid
            (arXiv 2104.11222) does, with antialias.
        weights: path of `classify_image_graph_def.pb`, or of the .tgz that holds it; None: the .tgz in the cache.
        cache: folder of the .tgz and of the checksums; None: `$GAN_KERAS_CACHE`, or `~/.cache/gan_keras`.
        download: whether to download the .tgz, 89 MB, if the cache has none.

    Raises:
        Unavailable: there are no weights here and none could be, or should be, downloaded.
        UserError: there is no file of this name, it is damaged or another graph, or its SHA-256 is not the one that it
            had when it was first used.
    """
    errors.expect_one_of(variant, _INPUTS, "variant of Inception")
    cache = files.cache_folder(cache)
    if weights is None:
        path = cache / URL.rpartition("/")[2]
        pin = path.with_name(f"{path.name}.sha256")
        if not path.is_file():
            _download(path, download)
    else:
        path = pathlib.Path(weights).expanduser().resolve()
        pin = cache / f"inception-{hashlib.sha256(str(path).encode()).hexdigest()[:16]}.sha256"
        if not path.is_file():
            raise errors.UserError(f"--inception_weights={weights}: there is no such file; expected {MEMBER} or a .tgz")
    content = _content(path, path)
    digest = hashlib.sha256(content).hexdigest()
    known = pin.read_text().partition(" ")[0] if pin.is_file() else None
    if known not in (None, digest):
        raise errors.UserError(
            f"'{path}': its SHA-256 is {digest[:12]}…, but was {known[:12]}… when it was first used; put the old file "
            f"back, or delete '{pin}' if you trust the new one"
        )
    run = _network(_graph(content, path), variant, path)
    if known is None:
        try:
            cache.mkdir(parents=True, exist_ok=True)
            files.write_text(pin, f"{digest}  {path}\n")
        except OSError as error:
            raise errors.UserError(
                f"cannot write the checksum '{pin}': {error.strerror}; name another folder with --cache_dir"
            ) from error

    def extract(samples):
        images = resize.rgb(samples) if variant == "legacy" else resize.antialiased(samples, SIZE)
        features, logits = run(tf.constant(images))
        return features.numpy(), logits.numpy()

    name, resized = {
        "legacy": ("inception", f"TensorFlow 1 bilinear to {SIZE} px"),
        "clean": ("inception:clean", f"antialiased to {SIZE} px"),
    }[variant]
    return base.Features(name, resized, digest, WIDTH, extract)


def _download(path, is_wanted):
    """Puts the .tgz into its place, whole or not at all, if it holds the graph."""
    manually = f"get {URL} elsewhere and name the file with --inception_weights"
    if not is_wanted:
        raise base.Unavailable(f"the weights of Inception are not here ('{path}'): {manually}")
    print(f"downloading {URL} (89 MB)", file=sys.stderr)
    aside = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            urllib.request.urlopen(URL, timeout=60) as answer,
            tempfile.NamedTemporaryFile(prefix=f".{path.name}-", dir=path.parent, delete=False) as file,
        ):
            aside = pathlib.Path(file.name)
            shutil.copyfileobj(answer, file)
        _graph(_content(aside, URL), URL)
        aside.chmod(0o644)
        aside.replace(path)
    except (OSError, http.client.HTTPException) as error:
        raise base.Unavailable(
            f"the weights of Inception are not here and cannot be downloaded ({error}): {manually}"
        ) from error
    finally:
        if aside is not None:
            aside.unlink(missing_ok=True)


def _content(path, title):
    """Returns the bytes of the graph in a .pb file, or in the .tgz that holds it."""
    try:
        if not tarfile.is_tarfile(path):
            size, content = path.stat().st_size, None
        else:
            with tarfile.open(path) as archive:
                member = archive.getmember(MEMBER)
                size, file = member.size, archive.extractfile(member)
                content = file.read() if file is not None and size in PLAUSIBLE_BYTES else None
    except (tarfile.TarError, KeyError, OSError, EOFError, zlib.error) as error:
        raise errors.UserError(f"'{title}' is damaged, or no archive of {MEMBER} ({error}): get it again") from error
    if size not in PLAUSIBLE_BYTES:
        raise errors.UserError(f"'{title}': a graph of {size} bytes is not {MEMBER}, which has 95 MB: get it again")
    return path.read_bytes() if content is None else content


def _graph(content, path):
    """Returns the GraphDef, if it has the nodes of Inception."""
    graph = tf.compat.v1.GraphDef()
    try:
        graph.ParseFromString(content)
    except message.DecodeError as error:
        raise errors.UserError(f"'{path}' is damaged: it holds no TensorFlow graph; get {URL} again") from error
    expected = {*(name.partition(":")[0] for name in _INPUTS.values()), _POOL, _LOGITS}
    missing = expected - {node.name for node in graph.node}
    if missing:
        raise errors.UserError(
            f"'{path}' is another graph: it has no node {', '.join(sorted(missing))}; expected {MEMBER} of {URL}"
        )
    return graph


def _network(graph, variant, path):
    """Returns the function float32 (n, H, W, 3) in [0, 255] → features (n, 2048), logits (n, L)."""
    side, start = None if variant == "legacy" else SIZE, _INPUTS[variant]

    @tf.function(input_signature=[tf.TensorSpec((None, side, side, 3))], autograph=False)
    def run(images):
        pooled, kernel = tf.graph_util.import_graph_def(needed, {start: images}, ends, name="")
        if pooled.shape[1:] != (1, 1, WIDTH):
            raise ValueError(f"{_POOL} has the shape {pooled.shape}, expected (n, 1, 1, {WIDTH})")
        features = tf.squeeze(pooled, (1, 2))
        return features, tf.matmul(features, kernel)

    try:
        weights = next(node for node in graph.node if node.name == _LOGITS).input[1]
        ends = [f"{_POOL}:0", weights if ":" in weights else f"{weights}:0"]
        needed = _needed(graph, start, ends)
        run.get_concrete_function()
    except (ValueError, LookupError, tf.errors.OpError) as error:
        reason = str(error).splitlines()[0]
        raise errors.UserError(f"'{path}' is another graph ({reason}); expected {MEMBER} of {URL}") from error
    return run


def _needed(graph, start, ends):
    """Returns the part of a graph between a tensor and others, in operations of TensorFlow 2."""
    nodes, found = {node.name: node for node in graph.node}, {}
    waiting = list(ends)
    while waiting:
        name = waiting.pop().lstrip("^").partition(":")[0]
        if name not in found:
            found[name] = nodes[name]
            waiting += [] if name == start.partition(":")[0] else nodes[name].input
    part = tf.compat.v1.GraphDef()
    part.versions.producer = tf.version.GRAPH_DEF_VERSION
    for name in found:
        if f"{name}:0" == start:
            continue
        part.node.extend(_present(nodes[name]))
    return part


def _present(node):
    """Returns the nodes that do what a node does, without operations that TensorFlow 2 has removed."""
    if node.op != _REMOVED:
        return [node]
    images, mean, variance, beta, gamma, *others = node.input
    nodes, kind = [], node.attr["T"]
    if not node.attr["scale_after_normalization"].b:
        gamma = f"{node.name}/ones"
        nodes.append(tf.compat.v1.NodeDef(name=gamma, op="OnesLike", input=[variance], attr={"T": kind}))
    attributes = {
        "T": kind,
        "U": kind,
        "epsilon": node.attr["variance_epsilon"],
        "is_training": tf.compat.v1.AttrValue(b=False),
    }
    inputs = [images, gamma, beta, mean, variance, *others]
    return [*nodes, tf.compat.v1.NodeDef(name=node.name, op="FusedBatchNormV3", input=inputs, attr=attributes)]
