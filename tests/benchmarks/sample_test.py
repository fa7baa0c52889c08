"""The rate of samples beside that of plain batches."""

import numpy as np
import pytest

from gan_keras.benchmarks import sample


def test_the_medians_of_all_numbers_of_seeds(capsys):
    medians = sample.measure("gan", rounds=3, resolution=16, counts=(1, 3))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["seeds: 1", "seeds: 3", "a plain batch of 64"]
    rates = [[float(rate) for rate in line.split("rounds: ")[1].split()] for line in lines]
    assert [len(rounds) for rounds in rates] == [3, 3, 3]
    assert list(medians) == [1, 3]
    assert list(medians.values()) == pytest.approx([np.median(rounds) for rounds in rates[:2]], abs=0.51)
