"""The real samples that generated ones are compared with; their features are kept beside the store."""

import hashlib
import json

import numpy as np
from tqdm import tqdm

from gan_keras.data import store as stores
from gan_keras.metrics import rows
from gan_keras.metrics.features import Features
from gan_keras.runtime import files

BATCH = 64
_PREPARED = ("crop", "resolution", "length", "vocabulary")  # Of images, and of texts.
_FEATURES, _LOGITS, _ABOUT = "features.f32", "logits.f32", "about.json"


class Reference:
    """All samples of one split of a data set.

    Args:
        store: `Store` of the split.
        progress: whether a progress bar is shown.
    """

    def __init__(self, store: stores.Store, progress: bool = True):
        self.store = store
        self.samples: np.ndarray = store.samples
        self._progress = progress
        self.folder = store.path.parent / "features"

    @property
    def protocol(self) -> dict[str, object]:
        """What a result says of the reference."""
        manifest = self.store.manifest
        return {
            "real": len(self.samples),
            "reference_dataset": manifest["source"]["kind"],
            "reference_split": manifest["split"],
            **{f"reference_{name}": manifest[name] for name in _PREPARED if name in manifest},
            "reference_hash": self.store.content_hash,
        }

    def features(self, network: Features) -> tuple[rows.Rows, rows.Rows | None]:
        """Returns the features (N, d) and the logits (N, L), or None, of all samples, from a file if they are known."""
        key = json.dumps([self.store.content_hash, network.protocol], sort_keys=True)
        folder = self.folder / f"reference-{hashlib.sha256(key.encode()).hexdigest()[:24]}"
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = folder.with_suffix(".lock")
        busy = f"waiting for another process that computes the features of the same real images ({lock})"
        with files.Lock(lock, wait=True, busy=busy):
            found = self._kept(folder)
            if found is None:
                # The process that left something half written is dead: it would hold the lock.
                files.remove_leftovers(self.folder, folder.name)
                with files.written_aside(folder) as aside:
                    places = aside.folder / _FEATURES, aside.folder / _LOGITS
                    widths = extract(network, self._batches(network.name), *places)
                    (aside.folder / _ABOUT).write_text(json.dumps({"widths": widths, "of": json.loads(key)}))
                found = self._kept(folder)
        return found

    def _kept(self, folder):
        """Returns what `features` returns if a folder holds all of it, else None."""
        try:
            width, logits = json.loads((folder / _ABOUT).read_text())["widths"]
            found = rows.Rows(folder / _FEATURES, width), rows.Rows(folder / _LOGITS, logits) if logits else None
        except (OSError, ValueError, KeyError):
            return None
        return found if all(part is None or len(part) == len(self.samples) for part in found) else None

    def _batches(self, name):
        bar = tqdm(total=len(self.samples), desc=f"real images, {name}", unit=" images", disable=not self._progress)
        with bar:
            for batch in rows.blocks(self.samples, BATCH):
                yield np.asarray(batch)
                bar.update(len(batch))


def extract(network, batches, features_path, logits_path):
    """Writes the features and logits of batches of samples to files; returns their widths, 0 for no logits."""
    with rows.Writer(features_path) as features, rows.Writer(logits_path) as logits:
        for batch in batches:
            found, classes = network.extract(batch)
            features.append(found)
            if classes is not None:
                logits.append(classes)
        return features.width, logits.width
