"""Text files as a data set: what is read, left out and refused."""

import hashlib
import json

import numpy as np
import pytest

from gan_keras import data
from gan_keras import errors
from gan_keras.data import vocabulary as vocabularies
from gan_keras.data.sources import text as text_files


@pytest.fixture
def lines(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("\ufeff" + "".join(f"line {index} ends here.\n" for index in range(200)) + "\n  \n", "utf-8")
    return path


def prepare(dataset, split="train", **options):
    return data.prepare(dataset, split, **{"progress": False, "holdout": 0, **options})


def test_a_line_is_a_text(lines):
    store = prepare(f"text:{lines}")
    assert store.samples.shape == (200, 32) and store.samples.dtype == np.uint8
    assert store.kind.as_users_see(store.samples[[0, 199]]) == ["line 0 ends here.", "line 199 ends here."]
    assert store.kind.name == "texts" and store.manifest["left_out"] == 0 and store.labels == {}
    assert prepare(str(lines)).path == store.path  # The path alone names it as well.


def test_words_of_another_length(lines):
    store = prepare(f"text:{lines}", vocabulary="words", length=6)
    assert store.samples.shape == (200, 6)
    assert store.kind.as_users_see(store.samples[:1]) == ["line 0 ends here."]


def test_a_share_is_set_aside_by_content(lines):
    train, test = (prepare(f"text:{lines}", split, holdout=0.1) for split in ("train", "test"))
    assert len(train.samples) + len(test.samples) == 200 and 5 < len(test.samples) < 40
    assert train.kind is test.kind  # One vocabulary.
    assert not {*train.kind.as_users_see(train.samples)} & {*test.kind.as_users_see(test.samples)}


def test_folders_are_classes(tmp_path):
    for name in ("prose", "verse"):
        (tmp_path / "texts" / name).mkdir(parents=True)
        (tmp_path / "texts" / name / "a.txt").write_text(f"some {name}\nmore  {name}\n")
    (tmp_path / "texts" / ".hidden").write_text("not this\n")
    store = prepare(f"text:{tmp_path / 'texts'}")
    assert store.kind.as_users_see(store.samples) == ["some prose", "more prose", "some verse", "more verse"]
    assert store.label_names == {"label": ["prose", "verse"]} and store.labels["label"].tolist() == [0, 0, 1, 1]


def test_longer_lines_are_left_out_counted_and_named(lines, capsys):
    store = prepare(f"text:{lines}", length=17)  # 0 to 9 have 17 characters, the others more.
    assert len(store.samples) == 10 and store.manifest["left_out"] == 190
    err = capsys.readouterr().err
    assert "left out 190 of 200 sentences of lines that are longer than 17 characters, such as 'line 10 ends" in err
    assert "a larger --length takes them" in err


def test_rare_symbols_are_replaced_counted_and_named(lines, capsys, monkeypatch):
    monkeypatch.setitem(vocabularies.MOST_SYMBOLS, "words", 8)
    store = prepare(f"text:{lines}", vocabulary="words")
    assert store.kind.as_users_see(store.samples[50:51]) == ["line \ufffd ends here."]
    assert len(store.kind.vocabulary.symbols) == 8
    assert len(store.manifest["rare_symbols"]) == 198 and json.dumps(store.manifest)
    assert "198 words of lines, 198 occurrences, are too rare for its vocabulary (" in capsys.readouterr().err


def test_a_changed_file_is_another_data_set(lines):
    before = prepare(f"text:{lines}")
    lines.write_text(lines.read_text("utf-8-sig").replace("line 0", "line zero"))
    after = prepare(f"text:{lines}")
    assert after.path != before.path and after.content_hash != before.content_hash


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_lines_end_where_editors_end_them(tmp_path, mark):
    path = tmp_path / "texts.txt"
    content = "one\u2028two\x0b three\x0cfour\x85five\r\n\n  six\t seven \rl’été\n \u2029\nlast"
    path.write_bytes(f"{mark}{content}".encode())
    expected = ["one two three four five", "six seven", "l’été", "last"]
    assert text_files.read_lines(path) == [expected[0], "", *expected[1:3], "", expected[3]]
    store = prepare(f"text:{path}")
    assert store.kind.as_users_see(store.samples) == expected


def test_lines_of_a_file_that_cannot_be_read(tmp_path):
    (tmp_path / "bad.txt").write_bytes(b"\xef\xbb\xbfgood\rgood\r\nbad \xff\n")
    for name, message in (
        ("bad.txt", "^'.*bad.txt' is no UTF-8 text \\(line 3\\): convert or remove it$"),
        ("missing.txt", "^cannot read '.*missing.txt': No such file or directory$"),
        (".", "^cannot read '.*': Is a directory$"),
    ):
        with pytest.raises(errors.UserError, match=message):
            text_files.read_lines(tmp_path / name)


def test_the_identity_is_that_of_the_content_whatever_its_line_ends(tmp_path):
    for content in ("one\ntwo\n\nthree", "\ufeffone\r\ntwo\r\n\r\nthree", "one\rtwo\r\rthree"):
        (tmp_path / "texts.txt").write_bytes(content.encode())
        digest = hashlib.sha256(b"texts.txt\x0014\none\ntwo\n\nthree").hexdigest()
        assert text_files.TextFiles(str(tmp_path / "texts.txt")).identity["content"] == digest


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (b"good\nbad \xff\n", {}, "'.*texts.txt' is no UTF-8 text \\(line 2\\): convert or remove it"),
        (b"", {}, "texts has 0 sentences for its train split: at least 2 are needed; add lines"),
        (b"only one\n", {}, "texts has 1 sentence for its train split: at least 2 are needed"),
        (b"much too long\n" * 3, {"length": 5}, "0 sentences .* and 3 that are longer than 5 characters"),
        (b"a\nb\n", {"length": 3}, "length 3: expected at least 4 characters"),
        (b"a\nb\n", {"vocabulary": "letters"}, "unknown vocabulary 'letters'.*expected one of characters, words"),
        (b"a\nb\n", {"resolution": 32}, "resolution=32: would have no effect: a text has no pixels"),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path, content, options, message):
    (tmp_path / "texts.txt").write_bytes(content)
    with pytest.raises(errors.UserError, match=message) as caught:
        prepare(f"text:{tmp_path / 'texts.txt'}", **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        ("text:missing.txt", "there is no file or folder 'missing.txt'; check the path"),
        ("text:", "there is no file or folder ''; check the path"),
        ("missing.txt", "there is no file 'missing.txt'; check the path"),
        ("data/missing.txt", "there is no file 'data/missing.txt'; check the path"),
        ("/missing.txt", "there is no file '/missing.txt'; check the path"),
    ],
)
def test_a_path_that_does_not_exist(dataset, message):
    with pytest.raises(errors.UserError) as caught:
        prepare(dataset)
    assert str(caught.value) == f"--dataset={dataset}: {message}"


def test_an_image_data_set_has_no_length():
    with pytest.raises(errors.UserError, match="length=9: would have no effect: only texts have it"):
        prepare("avatars", length=9)


def test_the_embedded_sentences_are_redrawn_until_they_fit():
    store = prepare("sentences", "test", holdout=None, max_images=40)
    assert store.samples.shape == (40, 32) and store.label_names["form"] == ["statement", "question", "negation"]
    assert max(map(len, store.kind.as_users_see(store.samples))) <= 32
    words = prepare("sentences", "test", holdout=None, max_images=40, vocabulary="words")
    assert words.samples.shape == (40, 12) and len(words.kind.vocabulary.symbols) > 256
    assert words.samples.dtype == np.uint16
