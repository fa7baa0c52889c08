import json

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.training import tick as ticks


def rows(count, seed=0):
    values = np.random.default_rng(seed).normal(size=(2, count)).astype(np.float32)
    return {"g_loss": values[0], "D(x)": values[1]}


def part(values, first, last):
    return {name: column[first:last] for name, column in values.items()}


def test_means_by_hand():
    tick = ticks.Tick()
    tick.add({"g_loss": np.float32([1, 2])})
    tick.add({"g_loss": np.float32([6])})
    assert tick.means() == {"g_loss": 3.0} and tick.iterations == 3


def test_sums_do_not_depend_on_the_portions_nor_on_a_restart():
    values = rows(1000)
    whole, portioned = ticks.Tick(), ticks.Tick()
    whole.add(values)
    for first, last in ((0, 1), (1, 3), (3, 200), (200, 999), (999, 1000)):
        portioned.add(part(values, first, last))
        portioned = ticks.Tick(**json.loads(json.dumps(portioned.state())))
    assert whole.state() == portioned.state()
    # Sums in single precision would differ in their last digits: the check above can fail.
    assert float(values["g_loss"].sum()) != whole.sums["g_loss"]


def test_an_empty_tick_has_no_means():
    assert ticks.Tick().means() == {}


@pytest.mark.parametrize("value, told", [(np.nan, "nan"), (np.inf, "inf"), (-np.inf, "-inf")])
def test_what_is_not_finite_is_named_with_its_iteration(value, told):
    values = rows(5)
    ticks.refuse_non_finite(values, 100)
    values["g_loss"][3:] = value
    with pytest.raises(errors.UserError, match=f"g_loss became {told} at iteration 103$"):
        ticks.refuse_non_finite(values, 100)
