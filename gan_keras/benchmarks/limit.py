"""How near a recipe's step comes to a step that is made of nothing but its matrix products."""

import collections
import math
import statistics
import time

import tensorflow as tf

from gan_keras import errors
from gan_keras.benchmarks import plain_keras
from gan_keras.benchmarks.noise import NoiseGame
from gan_keras.game.gan import GAN

SIDE = 4096  # Of the large matrices whose product shows what the machine can do.
SECONDS = 1.0  # Of a round.


def measure(recipe="dcgan", precision="float32", batch_size=64, resolution=64, rounds=7):
    """Prints the matrix-product bound of a recipe on this machine, its step, and the share that the step reaches.

    The bound has two forms: all the work at the rate of one large product, which no real step reaches; and the sum of
    the times of products of the sizes that the step's own convolutions have. Rates and step are measured in turn.

    Args:
        recipe: name of the recipe.
        precision: of the networks.
        batch_size: real images of an update.
        resolution: side of the images, which are noise.
        rounds: number of rounds.

    Returns:
        float, the step's share of the first bound.
    """
    game = NoiseGame(recipe, precision=precision, batch_size=batch_size, resolution=resolution)
    products = products_of_step(game)
    dtype = precision.removeprefix("mixed_")
    large, smallest = _Product((SIDE, SIDE, SIDE), dtype), _Product((1, 1, 1), dtype)
    own = [(count, _Product(sizes, dtype)) for sizes, count in products.items()]
    iterations = game.iterations_of(SECONDS)
    rates, large_seconds, own_seconds = [], [], []
    for round_number in range(rounds + 1):
        call = smallest.seconds()
        measured = (
            game.images_per_second(iterations),
            large.seconds(),
            sum(count * max(0.0, product.seconds() - call) for count, product in own),
        )
        if round_number:
            for values, value in zip((rates, large_seconds, own_seconds), measured, strict=True):
                values.append(value)
    images = game.config.game.iteration_images
    work = sum(2 * math.prod(sizes) * count for sizes, count in products.items())
    flops = 2 * SIDE**3 / statistics.median(large_seconds)
    step, own_limit, limit = statistics.median(rates), images / statistics.median(own_seconds), images * flops / work
    gflop = work / images / 1e9
    print(f"{recipe} {resolution} × {resolution}, {precision}, batches of {batch_size}: {gflop:.2f} GFLOP an image")
    print(f"limit at the rate of one large product ({flops / 1e9:.0f} GFLOP/s): {limit:.1f} images/s")
    print(f"limit of products of the step's own sizes: {own_limit:.1f} images/s")
    print(f"step: {step:.1f} images/s, {step / limit:.0%} and {step / own_limit:.0%} of these")
    return step / limit


def products_of_step(game):
    """Returns the matrix products of one iteration of a `NoiseGame`: their sizes (m, k, n), each with its number.

    They are those of the convolutions and products in the graph of the step with Keras' own layers: another way to
    compute the same, which may take more operations, does not count as more work.

    Raises:
        UserError: the step takes one way or another, such as a penalty that is not in each update.
    """
    gan = game.gan
    reference = GAN(
        plain_keras.stock(gan.generator),
        plain_keras.stock(gan.discriminator),
        gan.objective,
        gan.discriminator_steps,
        gan.latents,
        gan.augmentation,
        schedule_images=gan.schedule_images,
    )
    reference.compile()
    batch = {name: tf.TensorSpec(tensor.shape, tensor.dtype) for name, tensor in game.batch.items()}
    graph = tf.function(reference.train_step, autograph=False).get_concrete_function(batch).graph
    products = collections.Counter()
    for node in _used(graph):
        if node.type in CONTROL_FLOW:
            raise errors.UserError(
                f"{game.config.recipe}: its step takes one way or another ({node.name}), so that its "
                "products cannot be counted: choose another recipe"
            )
        if node.type in SIZES:
            products[SIZES[node.type](node)] += math.prod(node.outputs[0].shape[:-2]) if node.type in BATCHED else 1
    return products


def _used(graph):
    """Returns the operations that the results and the effects of a graph depend on; gradients leave others behind."""
    used, waiting = set(), [*(tensor.op for tensor in graph.outputs), *graph.control_outputs]
    while waiting:
        node = waiting.pop()
        if node not in used:
            used.add(node)
            waiting += [*(tensor.op for tensor in node.inputs), *node.control_inputs]
    return used


def _convolution(node):
    kernel = node.inputs[1].shape
    return math.prod(node.outputs[0].shape[:3]), math.prod(kernel[:3]), kernel[3]


def _input_gradient(node):
    kernel, outputs = node.inputs[1].shape, node.inputs[2].shape
    return math.prod(outputs[:3]), kernel[3], math.prod(kernel[:3])


def _kernel_gradient(node):
    kernel, outputs = node.outputs[0].shape, node.inputs[2].shape
    return math.prod(kernel[:3]), math.prod(outputs[:3]), kernel[3]


def _product(node):
    *_, rows, columns = node.outputs[0].shape
    is_transposed = node.get_attr("adj_x" if node.type in BATCHED else "transpose_a")
    return rows, node.inputs[0].shape[-2 if is_transposed else -1], columns


SIZES = {
    "Conv2D": _convolution,
    "Conv2DBackpropInput": _input_gradient,
    "Conv2DBackpropFilter": _kernel_gradient,
    "MatMul": _product,
    "BatchMatMulV2": _product,
}
BATCHED = ("BatchMatMulV2",)
CONTROL_FLOW = ("If", "StatelessIf", "While", "StatelessWhile", "Case", "StatelessCase")


class _Product:
    """A product of random matrices (m, k) and (k, n), ready to be timed."""

    def __init__(self, sizes, dtype):
        rows, inner, columns = sizes
        self._factors = [
            tf.cast(tf.random.stateless_normal(shape, (0, 0)), dtype) for shape in ((rows, inner), (inner, columns))
        ]
        self._multiply = tf.function(tf.matmul).get_concrete_function(*self._factors)

    def seconds(self):
        begun = time.perf_counter()
        self._multiply(*self._factors)[0, 0].numpy()  # A GPU returns before it has finished.
        return time.perf_counter() - begun
