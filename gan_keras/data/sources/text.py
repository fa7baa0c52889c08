"""Sentences of text files, one a line."""

import functools
import hashlib
import os
import pathlib
from collections.abc import Iterator

import numpy as np

from gan_keras import errors
from gan_keras.config import names
from gan_keras.data import vocabulary as vocabularies
from gan_keras.data.sources import base
from gan_keras.data.sources import image_files
from gan_keras.data.sources import paths

SUFFIX = ".txt"


def describe(dataset: str) -> base.Description | None:
    """Returns the `Description` of `text:PATH` or of a `.txt` file; None for any other `--dataset`.

    Raises:
        UserError: there is nothing at the path.
    """
    prefix, colon, rest = dataset.partition(":")
    if colon and prefix == "text":
        path = pathlib.Path(rest).expanduser()
        if not rest or not path.exists():
            raise paths.missing(dataset, "file or folder", rest)
    else:
        existing = paths.existing(dataset)
        if existing is None and dataset.endswith(SUFFIX) and prefix not in names.PATH_SOURCES:
            raise paths.missing(dataset, "file", dataset)
        if existing is None or existing.is_dir() or existing.suffix != SUFFIX:
            return None
        path = existing
    path = pathlib.Path(os.path.abspath(path))
    return base.Description("text", "text", str(path), base.file_name(path.stem), samples="texts")


def open_source(description: base.Description, data_dir: base.FolderPath, progress: bool) -> base.TextSource:
    """Returns the source; `data_dir` and `progress` do not concern it."""
    return TextFiles(description.location)


class TextFiles(base.TextSource):
    """The lines of a UTF-8 file, or of all files below a folder, in the order of their names.

    Their lines are those of `read_lines` that are not empty. Class sub-folders are labels.

    Raises:
        UserError: there is no file, or one is no UTF-8 text.
    """

    def __init__(self, path: str):
        self._root = pathlib.Path(path)
        is_folder = self._root.is_dir()
        found = self._root.rglob("*") if is_folder else [self._root]
        base_folder = self._root if is_folder else self._root.parent
        relative = {each.relative_to(base_folder).as_posix(): each for each in found if each.is_file()}
        self._files = {name: relative[name] for name in sorted(relative) if not image_files.is_hidden(name)}
        if not self._files:
            raise errors.UserError(f"no text files in folder '{path}': expected UTF-8 files with a sentence in a line")
        self.columns, self._labels = image_files.class_labels(list(self._files))
        digest = hashlib.sha256()
        for name, content in zip(self._files, self._contents, strict=True):
            digest.update(f"{name}\0{len(content)}\n{content}".encode())
        self.identity = {"path": os.path.realpath(self._root), "content": digest.hexdigest()}

    @functools.cached_property
    def _contents(self) -> list[str]:
        return [_read(path) for path in self._files.values()]

    def vocabulary(self, unit: str) -> tuple[vocabularies.Vocabulary, dict[str, int]]:
        return vocabularies.of_texts((sentence.text for sentence in self.sentences("train", unit, 0)), unit)

    def sentences(self, split: str, unit: str, length: int) -> Iterator[base.Sentence]:
        for content, labels in zip(self._contents, self._labels, strict=True):
            for text in filter(None, _lines(content)):
                yield base.Sentence(text, np.asarray(labels))


def read_lines(path: pathlib.Path) -> list[str]:
    """Returns the lines of a UTF-8 file, with or without a byte-order mark.

    Lines end with a line feed, a carriage return, or both, as editors count them; every other white space within a line
    becomes one space, and is dropped at its ends.

    Raises:
        UserError: the file cannot be read, or is no UTF-8 text.
    """
    return _lines(_read(path))


def _read(path: pathlib.Path) -> str:
    """Returns the content of a UTF-8 file, with line feeds alone between its lines."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise errors.UserError(f"cannot read '{path}': {error.strerror}") from error
    try:
        return _with_line_feeds(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = _with_line_feeds(error.object[: error.start].decode()).count("\n") + 1
        raise errors.UserError(f"'{path}' is no UTF-8 text (line {line}): convert or remove it") from error


def _with_line_feeds(content: str) -> str:
    return content.replace("\r\n", "\n").replace("\r", "\n")


def _lines(content: str) -> list[str]:
    lines = content.removesuffix("\n").split("\n") if content else []  # `splitlines` knows further line ends.
    return [" ".join(line.split()) for line in lines]
