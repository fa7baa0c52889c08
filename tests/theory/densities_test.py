"""Known densities against numbers that can be checked by hand."""

import math

import numpy as np
import pytest

from gan_keras.theory import densities
from gan_keras.theory import views

GRID, RING, LINE = (densities.MIXTURES[name] for name in ("grid", "ring", "line"))


def test_the_grid_and_the_ring():
    assert GRID.centers.shape == (25, 2) and GRID.sigma == 0.05
    nearest = np.sort(np.linalg.norm(GRID.centers[:, None] - GRID.centers, axis=-1), axis=1)[:, 1]
    np.testing.assert_allclose(nearest, 2.0)
    assert RING.centers.shape == (8, 2)
    np.testing.assert_allclose(np.linalg.norm(RING.centers, axis=1), 2.0)


@pytest.mark.parametrize("mixture", [GRID, RING, LINE])
def test_a_density_integrates_to_one_and_its_samples_follow_it(mixture):
    cell = (2 * mixture.extent / views.CELLS[mixture.dimensions]) ** mixture.dimensions
    assert mixture.density(views.raster(mixture), blur=0.1).sum() * cell == pytest.approx(1.0, abs=1e-3)
    points = mixture.sample(20_000, seed=0)
    modes, share = mixture.modes(points)
    assert modes == len(mixture.centers)
    # Within 3σ of the own center: 1 − exp(−9/2) in the plane; on the line other centers count as well.
    expected = 1 - math.exp(-4.5) if mixture.dimensions == 2 else 0.999
    assert share == pytest.approx(expected, abs=0.005)


def test_a_mode_counts_from_a_tenth_of_its_fair_share():
    one = np.repeat(GRID.centers[:1], 996, axis=0)
    few = np.repeat(GRID.centers[1:2], 4, axis=0)  # a fair share of 1 000 points is 40
    assert GRID.modes(np.concatenate([one, few])) == (2, 1.0)
    assert GRID.modes(np.concatenate([one, few[:3], few[:1] + 1.0])) == (1, 0.999)


def test_the_optimum_is_one_half_where_the_distributions_agree():
    view = views.view(LINE, LINE.sample(1_000_000, seed=1), np.full(400, 0.5))
    assert view.error < 0.02 and view.verdicts == (0.5, 0.5, 0.5)


def test_the_optimum_distinguishes_distributions():
    far = LINE.sample(1_000_000, seed=1) * 0 + 3.0
    view = views.view(LINE, far, np.full(400, 1.0))
    x = views.raster(LINE)[:, 0]
    assert view.optimum[np.abs(x).argmin()] == 1.0 and view.optimum[np.abs(x - 3.0).argmin()] < 0.01
    assert view.error < 0.1 < views.view(LINE, far, np.full(400, 0.5)).error


def test_a_blurred_histogram_is_the_density_of_blurred_points():
    points = np.zeros((10, 1))
    width = 2 * LINE.extent / 400
    view = views.view(LINE, points, np.zeros(400))
    x = views.raster(LINE)[:, 0]
    deviation = views.BLUR_CELLS * width
    center = x[view.generated.argmax()]
    expected = np.exp(-0.5 * ((x - center) / deviation) ** 2) / (deviation * math.sqrt(2 * math.pi))
    np.testing.assert_allclose(view.generated, expected, atol=0.01 * expected.max())
