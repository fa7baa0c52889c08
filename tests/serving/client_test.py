"""The clients against a server that has no Keras: the images are those of the exported model."""

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.exporting import ExportedGenerator
from gan_keras.serving import client
from gan_keras.serving import load
from tests.serving import raw

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
def test_a_server_writes_what_the_exported_model_writes(server, models, protocol):
    texts = connected(server, protocol, "texts")
    expected = ExportedGenerator(models / "texts").generate(range(16))
    assert texts.sample(range(16)) == [texts.sample([seed])[0] for seed in range(16)] == expected
    assert len(set(expected)) > 8 and "é" in "".join(expected)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_seed_is_the_same_image_in_batches_of_1_and_16(server, protocol):
    plain = connected(server, protocol, "plain")
    np.testing.assert_array_equal(plain.sample(range(16)), np.concatenate([plain.sample([s]) for s in range(16)]))


ROWS = "a call takes 1 to 1024 rows"
CLASSES = "labels are 0 to 2"
NUMBERS = "attributes are numbers from 0 to 1"


@pytest.mark.parametrize(
    ("model", "seeds", "condition", "over_grpc", "over_rest"),
    [
        ("plain", [], {}, ROWS, ROWS),
        ("plain", range(1025), {}, ROWS, ROWS),
        (
            *("plain", [0], {"labels": [0]}),
            *("expected ['seeds'], got ['labels', 'seeds']", "each instance needs seeds"),
        ),
        (
            *("classes", [0], {}),
            *("expected ['labels', 'seeds'], got ['seeds']", "each instance needs labels, seeds"),
        ),
        ("classes", [0], {"labels": [3]}, CLASSES, CLASSES),
        ("classes", [0], {"labels": [-1]}, CLASSES, CLASSES),
        ("attributes", [0], {"attributes": [(0.5, 1.5)]}, NUMBERS, NUMBERS),
        ("attributes", [0], {"attributes": [(float("nan"), 1)]}, NUMBERS, NUMBERS),
        ("attributes", [0], {"attributes": [(0.5,)]}, *["attributes is (1, 1): expected (None, 2)"] * 2),
    ],
)
def test_bad_requests_are_one_line(server, model, seeds, condition, over_grpc, over_rest):
    for protocol, prefix, reason in (("grpc", "INVALID_ARGUMENT: ", over_grpc), ("rest", "HTTP 400: ", over_rest)):
        with pytest.raises(errors.UserError) as caught:
            connected(server, protocol, model).sample(list(seeds), **condition)
        begun, _, said = str(caught.value).partition(prefix)
        address = f"127.0.0.1:{server.ports[protocol]}"
        assert begun == f"the server at {address} does not draw with the model '{model}': "
        assert reason in said and "\n" not in said
        assert connected(server, protocol, "plain").sample([0]).shape == (1, 16, 16, 3)  # It lives on.


LATENTS = np.zeros((2, 8), np.float32)
NOT_FINITE = np.array([[0] * 8, [0] * 7 + [np.nan]], np.float32)
MANY = np.arange(10**6)


@pytest.mark.parametrize(
    ("signature", "inputs", "message"),
    [
        ("serving_default", {"latents": LATENTS[:, :7]}, "latents is (2, 7): expected (None, 8)"),
        ("serving_default", {"latents": LATENTS[0]}, "latents is (8,): expected (None, 8)"),
        ("serving_default", {"latents": LATENTS.astype(np.float64)}, "latents is float64: expected float32"),
        ("serving_default", {"latents": NOT_FINITE}, "latents must be finite numbers"),
        ("serving_default", {"latents": LATENTS[:0]}, ROWS),
        ("serving_default", {"seeds": MANY[:1]}, "expected ['latents'], got ['seeds']"),
        ("sample", {"seeds": MANY}, ROWS),
        ("sample", {"seeds": MANY[:2].astype(np.int32)}, "seeds is int32: expected int64"),
        ("sample", {"seeds": MANY[:2].astype(np.float32)}, "seeds is float32: expected int64"),
        ("sample", {"seeds": MANY[:2, None]}, "seeds is (2, 1): expected (None,)"),
    ],
)
def test_what_is_refused_over_grpc(server, signature, inputs, message):
    answer = raw.over_grpc(server.ports["grpc"], "plain", signature, inputs)
    assert answer.startswith("INVALID_ARGUMENT: ") and message in answer
    assert raw.over_grpc(server.ports["grpc"], "plain", "serving_default", {"latents": LATENTS}) == "OK"


@pytest.mark.parametrize(
    ("signature", "instances", "message"),
    [
        ("serving_default", LATENTS[:, :7].tolist(), "latents is (2, 7): expected (None, 8)"),
        ("serving_default", LATENTS[0].tolist(), "latents is (8,): expected (None, 8)"),
        ("serving_default", [["0"] * 8], "latents cannot be cast to float32"),
        ("serving_default", [[0] * 8, [0] * 7], "latents cannot be cast to float32"),
        ("serving_default", NOT_FINITE.tolist(), "latents must be finite numbers"),
        ("serving_default", [{"seeds": 1}], "each instance needs latents"),
        ("sample", MANY.tolist(), ROWS),
        ("sample", [0.5], "seeds cannot be cast to int64"),
        ("sample", [2**63], "seeds cannot be cast to int64"),
        ("sample", [[0], [1]], "seeds is (2, 1): expected (None,)"),
    ],
)
def test_what_is_refused_over_rest(server, signature, instances, message):
    answer = raw.over_rest(server.ports["rest"], "plain", signature, instances)
    assert answer.startswith("HTTP 400: ") and message in answer
    assert raw.over_rest(server.ports["rest"], "plain", "serving_default", LATENTS.tolist()) == "OK"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_model_that_does_not_exist(server, protocol):
    with pytest.raises(errors.UserError, match="'absent': (NOT_FOUND|HTTP 404): .*Servable not found"):
        connected(server, protocol, "absent").sample([0])


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
