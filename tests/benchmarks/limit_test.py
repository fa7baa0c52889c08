"""The matrix products of a step, counted by hand, and the share that a step reaches."""

import pytest

from gan_keras.benchmarks import limit
from gan_keras.benchmarks.noise import NoiseGame


def products(recipe, **settings):
    return limit.products_of_step(NoiseGame(recipe, resolution=16, **settings))


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_the_products_of_a_dcgan(precision):
    n, z, width = 8, 10, 4
    found = products("dcgan", batch_size=n, latent_dim=z, width=width, precision=precision)
    # Maps of 4 × 4 × 8 and 8 × 8 × 4 in both networks. Multiplications of a forward pass, over n samples:
    first, inner, image = 16 * 8 * z, 16 * 16 * 8 * 4, 64 * 16 * 4 * 3
    generator, discriminator, logit = first + inner + image, inner + image, 16 * 8
    expected = (
        2 * generator  # G's samples for D, and for itself.
        + 3 * (discriminator + logit)  # D on reals, fakes, and fakes again.
        + 2 * (discriminator + logit)  # Gradients of D's kernels,
        + 2 * (inner + logit)  # and of the maps below them, but for the images.
        + (discriminator + logit)  # G's step: down to the images,
        + (generator + image + inner)  # and gradients of G's kernels and maps.
    )
    assert sum(m * k * m_n * count for (m, k, m_n), count in found.items()) == n * expected


def test_penalties_grouped_convolutions_and_classes_count():
    plain = products("dcgan", batch_size=4, width=4, normalization="none")
    penalized = products("dcgan", batch_size=4, width=4, normalization="none", r1=1.0)
    assert sum(penalized.values()) > sum(plain.values())
    grouped = products("r3gan", batch_size=4, width=32)
    assert any(k == 9 * 16 and n == 16 for _, k, n in grouped)
    assert products("wcgan", batch_size=4, width=4, discriminator_steps=1)


def test_the_share_is_printed(monkeypatch, capsys):
    monkeypatch.setattr(limit, "SIDE", 64)
    monkeypatch.setattr(limit, "SECONDS", 0.0)
    share = limit.measure("gan", batch_size=2, resolution=16, rounds=1)
    head, large, own, step = capsys.readouterr().out.splitlines()
    assert head.startswith("gan 16 × 16, float32, batches of 2: ") and head.endswith("GFLOP an image")
    assert large.startswith("limit at the rate of one large product (") and own.startswith("limit of products of")
    assert f" {share:.0%} and " in step
