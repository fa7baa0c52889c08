"""Writes a store of texts: the numbers of their tokens, filled up to one length."""

import hashlib
import json
import pathlib
import sys
from typing import Any

import numpy as np

from gan_keras import errors
from gan_keras.data import store_files
from gan_keras.data.sources import base

_NAMED_ON_SCREEN = 3


def write(source: base.TextSource, plan: dict[str, Any], folder: pathlib.Path, title: str, progress: bool) -> None:
    """Writes the texts of one split, their labels and the manifest into an empty folder.

    Args:
        source: where the texts come from.
        plan: the first part of the manifest, with split, vocabulary (its unit), length, max_images and holdout.
        folder: an empty folder.
        title: name of the data in the progress bar and in messages.
        progress: whether to show the progress bar.

    Raises:
        UserError: there are too few texts, or too many are longer than the store's length.
        OSError: the files cannot be written.
    """
    from tqdm import tqdm

    unit, length = plan["vocabulary"], plan["length"]
    vocabulary, rare = source.vocabulary(unit)
    encoded, labels, longer = [], [], []
    sentences = source.sentences(store_files.own_split(source, plan), unit, length)
    for sentence in tqdm(sentences, desc=f"preparing {title}", unit=" sentences", disable=not progress):
        if not store_files.belongs(sentence.text.encode(), plan):
            continue
        numbers = vocabulary.encode(sentence.text, length)
        if numbers is None:
            longer.append(sentence.text)
            continue
        encoded.append(numbers)
        labels.append(sentence.labels)
        if len(encoded) == plan["max_images"]:
            break
    if len(encoded) < store_files.MIN_SAMPLES:
        raise errors.UserError(_too_few(len(encoded), len(longer), plan, title))
    _report(longer, rare, len(encoded), plan, title)
    samples, columns = np.stack(encoded), np.stack(labels)
    digest = hashlib.sha256(samples.astype(np.int32).tobytes())
    digest.update(json.dumps([list(samples.shape), vocabulary.to_json(), list(source.columns)]).encode())
    digest.update(columns.tobytes())
    store_files.save(folder / store_files.SAMPLES, samples)
    store_files.save(folder / store_files.LABELS, columns)
    manifest = {
        **plan,
        "kind": "texts",
        "split_of_source": source.splits[store_files.own_split(source, plan)],
        "count": len(samples),
        "symbols": vocabulary.to_json(),
        "rare_symbols": rare,
        "label_names": source.columns,
        "left_out": len(longer),
        "content_hash": digest.hexdigest(),
    }
    (folder / store_files.MANIFEST).write_text(json.dumps(manifest, indent=2))


def _report(longer, rare, count, plan, title):
    if longer:
        print(
            f"left out {len(longer)} of {count + len(longer)} sentences of {title} that are longer than "
            f"{plan['length']} {plan['vocabulary']}, such as '{_shortened(longer[0])}': a larger --length takes them",
            file=sys.stderr,
        )
    if rare:
        named = ", ".join(map(repr, sorted(rare, key=lambda symbol: -rare[symbol])[:_NAMED_ON_SCREEN]))
        print(
            f"{len(rare)} {plan['vocabulary']} of {title}, {sum(rare.values())} occurrences, are too rare for its "
            f"vocabulary ({named}, …): all are replaced by one symbol",
            file=sys.stderr,
        )


def _shortened(text, most=60):
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _too_few(count, longer, plan, title):
    found = f"{title} has {count} sentence{'' if count == 1 else 's'} for its {plan['split']} split"
    if longer:
        found += f", and {longer} that are longer than {plan['length']} {plan['vocabulary']} (--length)"
    return store_files.too_few(found, plan, "add lines")
