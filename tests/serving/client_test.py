"""The clients against a server that has no Keras: the images are those of the exported model."""

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.exporting import ExportedGenerator
from gan_keras.serving import client
from gan_keras.serving import load

PROTOCOLS = ["grpc", "rest"]
CONDITIONS = {"plain": {}, "classes": {"labels": [2, 0, 1]}, "attributes": {"attributes": [(1, 0), (0, 0.5), (0, 0)]}}


def connected(server, protocol, model, version=None):
    return client.connect(protocol, "127.0.0.1", server.ports[protocol], model, version)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("model", CONDITIONS)
def test_a_server_draws_what_the_exported_model_draws(server, models, protocol, model):
    drawn = connected(server, protocol, model).sample([7, 0, 10**12], **CONDITIONS[model])
    expected = ExportedGenerator(models / model).generate([7, 0, 10**12], **CONDITIONS[model])
    np.testing.assert_array_equal(drawn, expected)
    assert drawn.dtype == np.uint8 and np.abs(drawn[0].astype(int) - drawn[1]).mean() > 5


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_seed_is_the_same_image_in_batches_of_1_and_16(server, protocol):
    plain = connected(server, protocol, "plain")
    np.testing.assert_array_equal(plain.sample(range(16)), np.concatenate([plain.sample([s]) for s in range(16)]))


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("model", "seeds", "condition", "message"),
    [
        ("plain", [], {}, "a call takes 1 to 1024 rows|Shape|INVALID|HTTP 400"),
        ("plain", range(1025), {}, "a call takes 1 to 1024 rows"),
        ("plain", [0], {"labels": [0]}, "expected|needs seeds"),
        ("classes", [0], {}, "expected|needs labels"),
        ("classes", [0], {"labels": [3]}, "labels are 0 to 2"),
        ("classes", [0], {"labels": [-1]}, "labels are 0 to 2"),
        ("attributes", [0], {"attributes": [(0.5, 1.5)]}, "attributes are numbers from 0 to 1"),
        ("attributes", [0], {"attributes": [(float("nan"), 1)]}, "attributes are numbers from 0 to 1"),
        ("attributes", [0], {"attributes": [(0.5,)]}, "expected|cannot be cast"),
        ("absent", [0], {}, "Servable not found"),
    ],
)
def test_bad_requests_are_one_line(server, protocol, model, seeds, condition, message):
    with pytest.raises(errors.UserError, match=message) as caught:
        connected(server, protocol, model).sample(list(seeds), **condition)
    assert "\n" not in str(caught.value).strip()
    assert connected(server, protocol, "plain").sample([0]).shape == (1, 16, 16, 3)  # It lives on.


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_version_that_does_not_exist(server, protocol):
    assert len(connected(server, protocol, "plain", 1).sample([0])) == 1
    with pytest.raises(errors.UserError, match="Servable not found"):
        connected(server, protocol, "plain", 9).sample([0])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_no_server(protocol):
    with pytest.raises(errors.UserError, match="no model server answers at 127.0.0.1:9"):
        client.connect(protocol, "127.0.0.1", 9, "plain").sample([0])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_load(server, protocol):
    measured = load.measure(connected(server, protocol, "classes"), 40, 8, labels=[1])
    assert len(measured.milliseconds) == 40 and not measured.failures and min(measured.milliseconds) > 0
    assert measured.table().splitlines()[0].startswith("40 answered in ")
    measured = load.measure(connected(server, protocol, "classes"), 5, 2, labels=[7])
    assert list(measured.failures.values()) == [5] and not measured.milliseconds
    assert "5 failed" in measured.table() and "labels are 0 to 2" in measured.table()
