"""Texts as sets of samples: of a file, of a store, of n-gram models; and what is refused in one line."""

import types

import numpy as np
import pytest

from gan_keras.data import kinds
from gan_keras.data import vocabulary as vocabularies
from gan_keras.data.sources import text as text_files
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


def test_lines_are_those_of_a_data_set(tmp_path, store):
    """Those that only Unicode takes for line ends are none, and an empty one is an empty text."""
    path = tmp_path / "samples.txt"
    path.write_bytes("\ufeffa \t cat \r\n\rdogs\n\na\u2028dog".encode())
    subject = subjects.Lines(str(path), store)
    found = words(store, drawing.drawn(subject, np.arange(subject.count)))
    assert found == ["a cat", "", "dogs", "", "a dog"] == text_files.read_lines(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "--samples=PATH: it holds no texts"),
        (b"\xef\xbb\xbf\n \n", "--samples=PATH: it holds no texts"),
        (b"dogs\r\n\r\na cat dog\r\n", "--samples=PATH: line 3: longer than 6 characters; leave it out, or choose"),
        (b"dogs\n \n\ncat\rcats!\n", "--samples=PATH: line 5: '!' is not in the vocabulary: expected texts of the"),
        (b"dogs\n\xff\xfe\x00", "'PATH' is no UTF-8 text .line 2.: convert or remove it"),
        (None, "cannot read 'PATH': No such file"),
    ],
)
def test_files_that_are_no_such_texts(tmp_path, store, content, message):
    path = tmp_path / "samples.txt"
    if content is not None:
        path.write_bytes(content)
    drawing.refused(lambda: subjects.Lines(str(path), store), f"^{message.replace('PATH', str(path))}")


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


def test_some_of_the_texts_of_a_subject(store):
    stored = subjects.Stored(store, "training texts")
    some = subjects.Some(stored, 3)
    found = words(store, np.concatenate([drawing.drawn(some, [seed]) for seed in (0, 1, 2)]))
    assert (some.count, some.shape, some.origin) == (3, stored.shape, stored.origin)
    assert len({*found}) == 3 and {*found} < {*LINES} and found != LINES[:3]
    assert subjects.Some(stored, 9).count == 5
    model = subjects.NGrams(store, 3)
    np.testing.assert_array_equal(drawing.drawn(subjects.Some(model, 3), [2, 0]), drawing.drawn(model, [2, 0]))
