"""A checkpoint holds everything: a folder with the arrays of the game, the state of the run, and a manifest of SHA-256.

    000250048/            named after the images shown
      generator.npz  discriminator.npz  ema_generator.npz  generator_optimizer.npz  discriminator_optimizer.npz
      training_state.npz    counters, LeCam's averages, ADA's probability, noise seed and learning-rate factor
      state.json            iteration, images shown, the open tick, length of stats.jsonl, health, the best measurement
      manifest.json         the SHA-256 of each of these

A folder beside them, `best`, is a checkpoint as well: the one whose generator was measured to be the best.

It is written aside, synced to disk and renamed, so that a folder with a name is whole; the manifest shows whether it
was damaged later. Arrays are `.npy` inside an uncompressed `.npz`, without pickle. What is written is a `Snapshot`: the
game may go on meanwhile.
"""

import dataclasses
import json
import pathlib
import shutil
import sys
import zipfile
from collections.abc import Collection
from typing import Any

import numpy as np

from gan_keras import errors
from gan_keras.runtime import files

MANIFEST = "manifest.json"
BEST = "best"
_PROMOTED = "promoted"  # The next best one, before it takes the place of the best one.
_REPLACED = "replaced"  # The best one, on its way out.
_ROLLED_BACK = "rolled_back"  # The state that a rollback goes on from, before it takes the place of the later ones.
PARTS = (
    "generator",
    "discriminator",
    "ema_generator",
    "generator_optimizer",
    "discriminator_optimizer",
    "training_state",
)


class DamagedCheckpoint(errors.UserError):
    """A checkpoint whose files are missing, torn or changed."""


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """A copy of a game and of the state of its run, that shares nothing with them.

    Attributes:
        arrays: for each of `PARTS`, name → numpy array.
        state: JSON text.
    """

    arrays: dict[str, dict[str, np.ndarray]]
    state: str


def take(gan: Any, state: dict[str, Any]) -> Snapshot:
    """Returns a snapshot of a compiled `GAN` and of a JSON-able state dict."""
    return Snapshot({part: arrays(getattr(gan, part)) for part in PARTS}, json.dumps(state, indent=1))


def save(
    folder: pathlib.Path,
    name: str,
    gan: Any,
    state: dict[str, Any],
    keep: int = 3,
    protected: Collection[str] = frozenset(),
) -> pathlib.Path:
    """Takes a snapshot of a game and writes it: see `take` and `write`."""
    return write(folder, name, take(gan, state), keep, protected)


def write(
    folder: pathlib.Path,
    name: str,
    snapshot: Snapshot,
    keep: int = 3,
    protected: Collection[str] = frozenset(),
) -> pathlib.Path:
    """Writes checkpoint `folder/name`, then deletes all but the newest `keep`; returns its path.

    Args:
        folder: pathlib.Path, the run's `checkpoints`.
        name: str that sorts by age.
        snapshot: what it holds.
        keep: how many remain.
        protected: names of further ones that remain.

    Raises:
        UserError: it could not be written; what was there before is untouched.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with files.written_aside(folder / name) as aside:
            for part, values in snapshot.arrays.items():
                np.savez(aside.folder / f"{part}.npz", **values)  # type: ignore[arg-type]
            (aside.folder / "state.json").write_text(snapshot.state)
            digests = {path.name: files.sha256(path) for path in sorted(aside.folder.iterdir())}
            (aside.folder / MANIFEST).write_text(json.dumps(digests, indent=1))
    except OSError as error:
        raise errors.UserError(
            f"cannot write checkpoint {folder / name}: {error.strerror or error}; nothing of it was kept, those before "
            "it are untouched. Free some space, then give the same command again"
        ) from error
    for old in set(names(folder)[:-keep]) - set(protected):
        shutil.rmtree(folder / old, ignore_errors=True)
    return folder / name


def promote(folder: pathlib.Path, name: str) -> None:
    """Makes checkpoint `folder/name` the best one; it takes no space as long as both exist."""
    with files.written_aside(folder / _PROMOTED) as aside:
        for path in (folder / name).iterdir():
            try:
                (aside.folder / path.name).hardlink_to(path)
            except OSError:  # A file system without hard links.
                shutil.copyfile(path, aside.folder / path.name)
    recover(folder)


def roll_back(folder: pathlib.Path, gan: Any, state: dict[str, Any]) -> None:
    """Makes a state the newest: writes its checkpoint, and deletes those after it.

    A process that is killed meanwhile leaves either the old checkpoints, or what `recover` completes.
    """
    save(folder, _ROLLED_BACK, gan, state, keep=len(names(folder)) + 1)
    recover(folder)


def recover(folder: pathlib.Path) -> None:
    """Completes a change of the best checkpoint, or a rollback, in which a process was killed."""
    if (folder / _PROMOTED).is_dir():
        if (folder / BEST).is_dir():
            (folder / BEST).rename(folder / _REPLACED)
        (folder / _PROMOTED).rename(folder / BEST)
    shutil.rmtree(folder / _REPLACED, ignore_errors=True)
    if (folder / _ROLLED_BACK).is_dir():
        name = f"{read_state(folder / _ROLLED_BACK)['images_shown']:09d}"
        for later in names(folder):
            if later >= name:
                shutil.rmtree(folder / later)
        (folder / _ROLLED_BACK).rename(folder / name)
    if folder.is_dir():
        files.sync(folder)


def names(folder: pathlib.Path) -> list[str]:
    """Returns the names of the checkpoints in a folder, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(entry.name for entry in folder.iterdir() if entry.name.isdigit() and entry.is_dir())


def verify(path: pathlib.Path) -> None:
    """Raises DamagedCheckpoint if a file of the checkpoint is missing or not the one that was written."""
    try:
        digests = json.loads((path / MANIFEST).read_text())
        damaged = [name for name, digest in digests.items() if files.sha256(path / name) != digest]
        missing = {f"{part}.npz" for part in PARTS} - set(digests)
    except (OSError, ValueError, AttributeError) as error:
        raise DamagedCheckpoint(f"checkpoint {path} cannot be read: {error}") from error
    if damaged or missing:
        raise DamagedCheckpoint(f"checkpoint {path} is damaged: {', '.join([*damaged, *sorted(missing)])}")


def newest(folder: pathlib.Path) -> pathlib.Path | None:
    """Returns the path of the newest undamaged checkpoint, or None; warns on standard error of newer damaged ones.

    Raises:
        DamagedCheckpoint: there are checkpoints, and all are damaged.
    """
    damages = []
    for name in reversed(names(folder)):
        try:
            verify(folder / name)
        except DamagedCheckpoint as damage:
            damages.append(damage)
            continue
        for damaged in damages:
            print(f"warning: {damaged}; going on from the one before, {name}", file=sys.stderr)
        return folder / name
    if damages:
        raise DamagedCheckpoint(
            f"no checkpoint in {folder} is undamaged: {damages[0]}. Restore the folder from a backup, or start a new "
            "run"
        )
    return None


def restore(path: pathlib.Path, gan: Any) -> dict[str, Any]:
    """Loads a checkpoint into a compiled GAN of the same architecture; returns its state."""
    for part in PARTS:
        load_part(path, part, getattr(gan, part))
    return read_state(path)


def read_state(path: pathlib.Path) -> dict[str, Any]:
    """Returns the state dict of a checkpoint."""
    return json.loads((path / "state.json").read_text())


def load_part(path: pathlib.Path, part: str, owner: Any) -> None:
    """Loads one part of a checkpoint, such as `"ema_generator"`, into a network or an optimizer.

    Raises:
        DamagedCheckpoint: its arrays are not those of `owner`.
    """
    try:
        with np.load(path / f"{part}.npz", allow_pickle=False) as stored:
            values = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise DamagedCheckpoint(f"checkpoint {path}: {part}.npz cannot be read: {error}") from error
    variables = _named(owner)
    wrong = sorted(set(values) ^ set(variables)) or sorted(
        name for name, variable in variables.items() if values[name].shape != tuple(variable.shape)
    )
    if wrong:
        raise DamagedCheckpoint(
            f"checkpoint {path} was made by another network: {part} differs in {', '.join(wrong[:3])}"
        )
    for name, variable in variables.items():
        variable.assign(values[name])


def arrays(owner: Any) -> dict[str, np.ndarray]:
    """Returns name → numpy array, a copy, of all variables of a network or an optimizer."""
    return {name: np.asarray(variable) for name, variable in _named(owner).items()}


def _named(owner):
    # An index keeps names apart and in order; optimizers name two slots of twin layers alike. Keras numbers the
    # optimizers of a process ("adam_2"): such a name would not be found again by the next one.
    numbered = {owner.name, getattr(owner, "inner_optimizer", owner).name}
    found = {}
    for index, variable in enumerate(owner.variables):
        parts = variable.path.split("/")
        found[".".join([f"{index:03d}", *(parts[1:] if parts[0] in numbered else parts)])] = variable
    return found
