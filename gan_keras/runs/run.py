"""A run is a folder: its frozen config, its checkpoints, and the generator that they hold.

config.json  environment.json  checkpoints/  samples/  tensorboard/  stats.jsonl  metrics.jsonl  health.jsonl
report.html  samples.gif  curves.png
"""

import hashlib
import json
import pathlib
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from typing import Any

from gan_keras import config as configs
from gan_keras import errors
from gan_keras.config import command
from gan_keras.config import schema
from gan_keras.config import stored
from gan_keras.data import kinds
from gan_keras.data.conditions import Condition
from gan_keras.data.conditions import for_seeds
from gan_keras.runs import checkpoint as checkpoints
from gan_keras.runs.environment import environment
from gan_keras.runtime import files

if TYPE_CHECKING:
    import keras


class Run:
    """An existing run folder.

    Attributes:
        path: pathlib.Path of the folder.
        config: the frozen `Config`.
        identity: flat dict of what defines the experiment.
        kind: `SampleKind` of its samples.
        sizes: dict of what builders of networks take beside the config, see `SampleKind.sizes`.
        condition: `Condition` of a conditional model, or None.
    """

    def __init__(self, path: pathlib.Path | str):
        self.path = pathlib.Path(path)
        frozen = stored.read(self.path / stored.NAME)
        self.config = configs.from_dict(frozen["config"])
        self.identity: dict[str, Any] = frozen["identity"]
        self.kind = kinds.of_vocabulary(frozen.get("vocabulary"))
        self.sizes = self.kind.sizes(frozen["channels"])
        self.condition = Condition.from_json(frozen["condition"])

    @property
    def checkpoints(self) -> pathlib.Path:
        """Folder of the checkpoints."""
        return self.path / "checkpoints"

    def checkpoint(self, which: str | None = None) -> pathlib.Path:
        """Returns the path of a checkpoint.

        Args:
            which: `"best"`, the one that was measured to be the best; `"last"`, the newest undamaged one; or the name
                or path of one. None: the best if there is one, else the last.

        Raises:
            UserError: there is none, or it is damaged.
        """
        best = self.checkpoints / checkpoints.BEST
        if which is None:
            which = checkpoints.BEST if best.is_dir() else "last"
        if which == "last":
            path = checkpoints.newest(self.checkpoints)
            if path is None:
                raise errors.UserError(f"{self.path} holds no checkpoint yet: train it for a tick first")
            return path
        if which == checkpoints.BEST and not best.is_dir():
            raise errors.UserError(
                f"{self.path} has no best checkpoint: none was measured yet (--evaluate_images); choose last"
            )
        found = next((path for path in (self.checkpoints / which, pathlib.Path(which)) if path.is_dir()), None)
        if found is None:
            known = checkpoints.names(self.checkpoints)
            raise errors.UserError(
                f"no checkpoint '{which}' in {self.path}: expected best, last, a path, or one of "
                f"{', '.join(known) or 'none yet'}"
            )
        checkpoints.verify(found)
        return found

    def load_generator(self, checkpoint: str | None = None, part: str = "ema_generator") -> "keras.Model":
        """Returns a generator as a functional Keras model, `latents` → float samples.

        Args:
            checkpoint: as for `checkpoint`.
            part: `"ema_generator"`, the moving average of G, or `"generator"`, G itself.
        """
        from gan_keras.game import build

        path = self.checkpoint(checkpoint)
        generator = build.build_generator(self.config, self.sizes, self.condition)
        checkpoints.load_part(path, part, generator)
        return generator

    def generate(self, seeds: Iterable[int], checkpoint: str | None = None, **conditions: Any) -> Any:
        """Returns the samples of sample seeds: images uint8 (N, H, W, C), or a list of N texts.

        Args:
            seeds: integers (N,).
            checkpoint: as for `checkpoint`.
            **conditions: for a conditional model, `labels` (N,) or `attributes` (N, A). Without them, a seed takes its
                turn among the classes or among the commonest vectors of attributes.

        Raises:
            UserError: conditions that the model does not have, not one for each seed, or out of range.
        """
        from gan_keras.game import sampling

        seeds = list(seeds)
        conditions = for_seeds(self.condition, seeds, conditions)
        generator = self.load_generator(checkpoint)
        drawn = sampling.generate(generator, self.config.game.latents, seeds, conditions, kind=self.kind)
        return self.kind.as_users_see(drawn)

    def describe(self, checkpoint: str | None = None) -> dict[str, Any]:
        """Returns a JSON-able dict of what made a checkpoint: command, config, identity, images shown, versions."""
        path = self.checkpoint(checkpoint)
        state = checkpoints.read_state(path)
        started_with = json.loads((self.path / "environment.json").read_text())
        return {
            "recipe": self.config.recipe,
            "command": command.of(self.config),
            "config": schema.to_dict(self.config),
            "identity": self.identity,
            "identity_sha256": identity_hash(self.identity),
            "images_shown": state["images_shown"],
            "iteration": state["iteration"],
            "checkpoint": f"{state['images_shown']:09d}",
            "git_revision": started_with["git_revision"],
            "environment": started_with,
        }


def open_run(path: pathlib.Path | str) -> Run:
    """Returns the Run in a folder.

    Raises:
        UserError: there is no run in it.
    """
    path = pathlib.Path(path)
    if not (path / stored.NAME).is_file():
        raise errors.UserError(
            f"{path} holds no run: expected a folder with a {stored.NAME}, as scripts/train.py makes it"
        )
    return Run(path)


def create_run(
    path: pathlib.Path | str,
    config: configs.Config,
    identity: dict[str, Any],
    channels: int | None,
    condition: Condition | None = None,
    kind: kinds.SampleKind = kinds.IMAGES,
) -> Run:
    """Makes a run folder with its frozen config and the versions it was started with; returns the Run.

    Args:
        path: of the folder.
        config: the resolved `Config`.
        identity: flat dict of what defines the experiment.
        channels: 1 or 3, of images; None for texts.
        condition: `Condition` of a conditional model, or None.
        kind: `SampleKind` of the training samples.
    """
    path = pathlib.Path(path)
    make_folder(path)
    if not (path / "environment.json").is_file():
        files.write_text(path / "environment.json", json.dumps(environment(), indent=1))
    frozen = {
        "format": stored.FORMAT,
        "config": schema.to_dict(config),
        "identity": identity,
        "channels": channels,
        "vocabulary": kind.vocabulary and kind.vocabulary.to_json(),
        "condition": condition and condition.to_json(),
    }
    files.write_text(path / stored.NAME, json.dumps(frozen, indent=1))
    return Run(path)


def refuse_other_experiment(path: pathlib.Path | str, theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    """Raises a UserError that names the differing fields unless two identities are equal."""
    fields = sorted(name for name in theirs.keys() | ours.keys() if theirs.get(name) != ours.get(name))
    if fields:
        differences = "; ".join(f"{name} is {theirs.get(name)!r} there, {ours.get(name)!r} here" for name in fields)
        raise errors.UserError(
            f"{path} holds another experiment: {differences}. Choose another --run_dir, or drop these flags"
        )


def next_run_dir(parent: pathlib.Path | str, config: configs.Config) -> pathlib.Path:
    """Returns the next free `runs/00003-dcgan-celeb_a`."""
    parent = pathlib.Path(parent)
    numbers = [int(match[1]) for entry in parent.glob("*") if (match := re.match(r"(\d{5})-", entry.name))]
    return parent / f"{max(numbers, default=-1) + 1:05d}-{config.recipe}-{short_name(config.data.dataset)}"


def short_name(dataset: str) -> str:
    """Returns the last part of a data set's name or path, other characters replaced: `folder:my cats/` → `my_cats`."""
    name = dataset.split(":", 1)[-1].rstrip("/").rsplit("/", 1)[-1]
    return re.sub(r"[^A-Za-z0-9_-]", "_", name) or "data"


def make_folder(path: pathlib.Path) -> None:
    """Makes a folder and its parents, or raises a UserError that says why not."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise errors.UserError(f"cannot make the folder {path}: {error.strerror}; choose another --run_dir") from error


def identity_hash(identity: dict[str, Any]) -> str:
    """Returns the hexadecimal SHA-256 of an identity."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
