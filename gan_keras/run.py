"""A run is a folder: its lock, its frozen config, its checkpoints, and the generator that they hold.

    config.json  environment.json  checkpoints/  samples/  tensorboard/  stats.jsonl  samples.gif  curves.png
"""

import fcntl
import hashlib
import json
import pathlib
import re

from gan_keras import checkpoint as checkpoints
from gan_keras import config as configs
from gan_keras import errors
from gan_keras import files

CONFIG = "config.json"


class Run:
    """An existing run folder.

    Attributes:
        path: pathlib.Path of the folder.
        config: the frozen `Config`.
        identity: flat dict of what makes the experiment.
        channels: 1 or 3, of its images.
        class_names: names of the classes of a conditional game, or None.
    """

    def __init__(self, path):
        self.path = pathlib.Path(path)
        stored = read_config(self.path / CONFIG)
        self.config = configs.from_dict(stored["config"])
        self.identity = stored["identity"]
        self.channels = stored["channels"]
        self.class_names = stored.get("class_names")

    @property
    def checkpoints(self):
        """Folder of the checkpoints."""
        return self.path / "checkpoints"

    def checkpoint(self, which="last"):
        """Returns the path of a checkpoint: the newest sound one (`"last"`), or one by its path or name.

        Raises:
            UserError: there is none, or it is damaged.
        """
        if which == "last":
            path = checkpoints.newest(self.checkpoints)
            if path is None:
                raise errors.UserError(f"{self.path} holds no checkpoint yet: train it for a tick first")
            return path
        path = next((path for path in (self.checkpoints / which, pathlib.Path(which)) if path.is_dir()), None)
        if path is None:
            known = checkpoints.names(self.checkpoints)
            raise errors.UserError(
                f"no checkpoint '{which}' in {self.path}: expected last, a path, or one of "
                f"{', '.join(known) or 'none yet'}"
            )
        checkpoints.verify(path)
        return path

    def load_generator(self, checkpoint="last"):
        """Returns the moving average of G as a functional Keras model, `latents` → float images in [-1, 1]."""
        from gan_keras import build

        path = self.checkpoint(checkpoint)
        generator = build.build_generator(self.config, self.channels, self.class_names and len(self.class_names))
        checkpoints.load_part(path, "ema_generator", generator)
        return generator

    def generate(self, seeds, labels=None, checkpoint="last"):
        """Returns the pictures of sample seeds, uint8 (N, H, W, C); without labels seed s takes class s mod classes."""
        from gan_keras import sampling

        seeds = list(seeds)
        labels = sampling.choose_labels(seeds, labels, self.class_names)
        return sampling.generate(self.load_generator(checkpoint), self.config.game.latents, seeds, labels)

    def describe(self, checkpoint="last"):
        """Returns a JSON-able dict of what made a checkpoint: config, identity, images shown, versions."""
        path = self.checkpoint(checkpoint)
        state = checkpoints.read_state(path)
        environment = json.loads((self.path / "environment.json").read_text())
        return {
            "recipe": self.config.recipe,
            "config": configs.to_dict(self.config),
            "identity": self.identity,
            "identity_sha256": identity_hash(self.identity),
            "images_shown": state["images_shown"],
            "iteration": state["iteration"],
            "checkpoint": path.name,
            "git_revision": environment["git_revision"],
            "environment": environment,
        }


def open_run(path):
    """Returns the Run in a folder.

    Raises:
        UserError: there is no run in it.
    """
    path = pathlib.Path(path)
    if not (path / CONFIG).is_file():
        raise errors.UserError(f"{path} holds no run: expected a folder with a {CONFIG}, as scripts/train.py makes it")
    return Run(path)


def create_run(path, config, identity, channels, class_names=None):
    """Makes a run folder with its frozen config and the versions it was started with; returns the Run."""
    path = pathlib.Path(path)
    make_folder(path)
    files.write_text(path / "environment.json", json.dumps(environment(), indent=1))
    stored = {"config": configs.to_dict(config), "identity": identity, "channels": channels, "class_names": class_names}
    files.write_text(path / CONFIG, json.dumps(stored, indent=1))
    return Run(path)


def read_config(path):
    """Returns what a run's config.json holds.

    Raises:
        UserError: the file is missing, no JSON, or not a run's config.
    """
    try:
        stored = json.loads(pathlib.Path(path).read_text())
        if not isinstance(stored, dict) or not {"config", "identity", "channels"} <= stored.keys():
            raise ValueError("it is not the config.json of a run")
        return stored
    except (OSError, ValueError) as error:
        raise errors.UserError(f"cannot read the config {path}: {error}") from error


def refuse_other_experiment(path, theirs, ours):
    """Raises a UserError that names the differing fields unless two identities are equal."""
    fields = sorted(name for name in theirs.keys() | ours.keys() if theirs.get(name) != ours.get(name))
    if fields:
        told = "; ".join(f"{name} is {theirs.get(name)!r} there, {ours.get(name)!r} here" for name in fields)
        raise errors.UserError(
            f"{path} holds another experiment: {told}. Choose another --run_dir, or drop these flags"
        )


def next_run_dir(parent, config):
    """Returns the next free `runs/00003-dcgan-celeb_a`."""
    parent = pathlib.Path(parent)
    numbers = [int(match[1]) for entry in parent.glob("*") if (match := re.match(r"(\d{5})-", entry.name))]
    return parent / f"{max(numbers, default=-1) + 1:05d}-{config.recipe}-{short_name(config.data.dataset)}"


def short_name(dataset):
    """Returns the last part of a data set's name or path, other characters replaced: `folder:my cats/` → `my_cats`."""
    name = dataset.split(":", 1)[-1].rstrip("/").rsplit("/", 1)[-1]
    return re.sub(r"[^A-Za-z0-9_-]", "_", name) or "data"


def make_folder(path):
    """Makes a folder and its parents, or raises a UserError that says why not."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise errors.UserError(f"cannot make the folder {path}: {error.strerror}; choose another --run_dir") from error


class Lock:
    """The right to train in a run folder; the kernel releases it when the process ends, however it ends."""

    def __init__(self, path):
        make_folder(path)
        self._path = path
        try:
            self._file = open(path / ".lock", "w")
        except OSError as error:
            raise errors.UserError(f"cannot write to {path}: {error.strerror}; choose another --run_dir") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise errors.UserError(
                f"another trainer is at work in {path}: stop it, or choose another --run_dir"
            ) from error

    def release(self):
        """Gives the right back; a folder in which nothing was written is removed."""
        if [entry.name for entry in self._path.iterdir()] == [".lock"]:
            (self._path / ".lock").unlink()
            self._path.rmdir()
        self._file.close()


def identity_hash(identity):
    """Returns the hexadecimal SHA-256 of an identity."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def environment():
    """Returns the versions of what a run was started with, and the git revision of the code if it has one."""
    import importlib.metadata
    import platform
    import subprocess

    names = ("gan-keras", "tensorflow", "keras", "numpy")
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = None
    folder = pathlib.Path(__file__).parent
    try:
        git = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=12"], cwd=folder, capture_output=True,
                             text=True, timeout=10, check=False)
        revision = git.stdout.strip() or None
    except (OSError, subprocess.TimeoutExpired):
        revision = None
    return {"versions": found, "python": platform.python_version(), "git_revision": revision}
