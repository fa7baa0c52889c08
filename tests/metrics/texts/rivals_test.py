"""The table of rivals: which rows it has, and of what."""

import weakref

import numpy as np
import pytest

from gan_keras.config import schema
from gan_keras.data import sentences
from gan_keras.metrics import registry
from gan_keras.metrics.evaluator import Evaluator
from gan_keras.metrics.evidence import Finding
from gan_keras.metrics.texts import ngram_model
from gan_keras.metrics.texts import rivals
from gan_keras.metrics.texts import subjects


@pytest.fixture(scope="module")
def evaluator(tmp_path_factory):
    """An evaluator of 120 training texts of the embedded sentences."""
    settings = schema.Data(dataset="sentences", cache_dir=str(tmp_path_factory.mktemp("rivals")), max_images=120)
    return Evaluator(settings, progress=False)


MODELS = [f"{order}-gram model" for order in (2, 3, 4, 5, 6)]


def rows(table):
    """Returns the cells of each line of a table, without the line below its head."""
    lines = [line for line in table.text().splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "---" not in line]


def record(metric, value, generated=100):
    return {"metric": metric, "values": {"value": value, "floor": 0.0}, "generated": generated}


def test_models_are_fitted_one_after_the_other(evaluator, monkeypatch):
    alive, fit = weakref.WeakSet(), ngram_model.NGramModel.__init__

    def counting(self, *given):
        assert not alive
        alive.add(self)
        fit(self, *given)

    monkeypatch.setattr(ngram_model.NGramModel, "__init__", counting)
    table = rivals.Table(evaluator)
    table.add("generated", None, [record("unique", 0.123456), record("asked_class", 1.0)])
    table.add("others", None, [])
    found = rows(table)
    assert found[:3] == [["texts", "unique"], ["generated", "0.1235"], ["others", ""]]
    assert [row[0] for row in found[3:]] == ["training texts", *MODELS]


def test_without_a_metric_that_rivals_have_there_is_no_table(evaluator):
    table = rivals.Table(evaluator)
    table.add("generated", None, [record("asked_class", 1.0)])
    assert table.text() == ""


def test_a_rival_without_a_sentence_has_no_likelihood(evaluator, capsys, monkeypatch):
    monkeypatch.setattr(sentences, "log_probability", lambda text: -np.inf)
    table = rivals.Table(evaluator)
    table.add("generated", None, [record("nll", 17.5), record("js1", 0.1)])
    found = rows(table)
    assert found[:2] == [["texts", "nll", "js1"], ["generated", "17.5", "0.1"]]
    assert all(row[1] == "" and 0 <= float(row[2]) < 0.2 for row in found[2:])
    skipped = [line for line in capsys.readouterr().err.splitlines() if line.startswith("skipped")]
    assert len(skipped) == 6 and "skipped nll of 2-gram model: none of the texts is a sentence" in skipped


@pytest.mark.parametrize(("own", "rows_of"), [(None, 120), (500, 120), (40, 40)])
def test_all_rows_are_of_as_many_texts(evaluator, own, rows_of, monkeypatch):
    """Only as often as there are texts, distinct ones are comparable."""
    measured = []
    monkeypatch.setitem(registry.METRICS, "unique", registry.Metric(lambda evidence: measure(evidence), 200))

    def measure(evidence):
        measured.append(len({*evidence.kind.as_users_see(evidence.fake.samples)}) / len(evidence.fake.samples))
        assert len(evidence.fake.samples) == rows_of
        return Finding({"share": measured[-1]})

    table = rivals.Table(evaluator, own)
    generated = min(own or 200, 200)
    table.add("generated", subjects.NGrams(evaluator.train, 2), [record("unique", 0.5, generated)])
    found = rows(table)
    again = generated > rows_of
    assert [row[1] for row in found[1 if again else 2 :]] == [f"{value:.4g}" for value in measured]
    assert (found[1][1] == "0.5") != again and float(found[2][1]) == 1
    assert table.text().endswith(f"\neach row is of {rows_of} texts: some have no more")
