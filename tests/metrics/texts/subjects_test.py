"""Texts as sets of samples: of a file, of a store, of n-gram models; and what is refused in one line."""

import types

import numpy as np
import pytest

from gan_keras.data import kinds
from gan_keras.data import vocabulary as vocabularies
from gan_keras.metrics.texts import subjects
from tests.metrics import drawing

LINES = ["a cat", "a dog", "dogs", "a cow", "cats"]
LENGTH = 6


@pytest.fixture(scope="module")
def store():
    vocabulary, _ = vocabularies.of_texts(LINES, "characters")
    texts = np.stack([vocabulary.encode(line, LENGTH) for line in LINES])
    return types.SimpleNamespace(samples=texts, kind=kinds.texts(vocabulary))


def words(store, texts):
    return store.kind.as_users_see(texts)


def test_the_lines_of_a_file(tmp_path, store):
    (tmp_path / "samples.txt").write_text("dogs\ncat\n")
    subject = subjects.Lines(str(tmp_path / "samples.txt"), store)
    assert (subject.shape, subject.count) == ((LENGTH,), 2)
    assert words(store, drawing.drawn(subject, [1, 0])) == ["cat", "dogs"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it has no lines"),
        (b"dogs\na cat dog\n", "line 2 is longer than 6 characters"),
        (b"\xff\xfe\x00", "cannot be read as text"),
        (None, "cannot be read as text"),
    ],
)
def test_files_that_are_no_such_texts(tmp_path, store, content, message):
    path = tmp_path / "samples.txt"
    if content is not None:
        path.write_bytes(content)
    drawing.refused(lambda: subjects.Lines(str(path), store), f"^--samples={path}: {message}")


def test_texts_are_not_compared_with_images(tmp_path):
    store = types.SimpleNamespace(samples=np.zeros((2, 4, 4, 3), np.uint8), kind=kinds.IMAGES)
    drawing.refused(lambda: subjects.Lines("a.txt", store), "^--samples=a.txt: got texts, expected images")


def test_the_texts_of_a_store(store):
    subject = subjects.Stored(store, "training texts")
    assert (subject.count, subject.origin["samples"]) == (5, "training texts")
    assert words(store, drawing.drawn(subject, [4, 0])) == ["a cat", "cats"]  # In the order of the store.


def test_an_n_gram_model_draws_a_text_of_each_seed(store):
    subject = subjects.NGrams(store, 3)
    texts = drawing.drawn(subject, np.arange(40))
    assert subject.origin["samples"] == "3-gram model"
    assert any(word in LINES for word in words(store, texts)) and len(np.unique(texts, axis=0)) > 5
    np.testing.assert_array_equal(drawing.drawn(subject, [7, 3]), texts[[7, 3]])
