"""What tests of training share: a tiny experiment on noise, what a run folder came to, a program as a user runs it."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np

from gan_keras.config import recipes
from gan_keras.runs import checkpoint
from tests import tiny

ROOT = pathlib.Path(__file__).parents[1]
TRAIN = ROOT / "scripts" / "train.py"
NOT_REPEATABLE = ("seconds", "images_per_second", "memory_mb")


def noise(folder):
    """Returns the path of an .npz with 64 images of noise, 16 × 16 × 3, made if need be."""
    path = folder / "noise.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(path, images=tiny.images())
    return path


def settings(folder, **others):
    """Returns the settings of a tiny experiment on noise: five iterations a tick, five ticks, a schedule, no export.

    Each tick has a grid and a checkpoint.
    """
    return {
        "dataset": f"npz:{noise(folder)}",
        "cache_dir": str(folder / "cache"),
        "resolution": 16,
        "holdout": 0.0,
        "flip": True,
        "width": 4,
        "latent_dim": 8,
        "batch_size": 8,
        "images": 200,
        "schedule_images": 200,
        "tick_images": 40,
        "grid_seconds": 0,
        "checkpoint_seconds": 0,
        "generator_learning_rate": "linear:1e-3:1e-4",
        "export_dir": "",
        "metric": "none",
    } | others


def experiment(folder, **others):
    """Returns the `Config` of `settings`."""
    return recipes.recipe("dcgan", **settings(folder, **others))


def flags(values):
    """Returns the command-line flags of some settings."""
    return [f"--{name}={value}" for name, value in values.items()]


def weights(run_dir, name=None):
    """Returns all arrays of a checkpoint, by default the newest: (part, name) → (dtype, shape, bytes)."""
    folder = run_dir / "checkpoints"
    found = {}
    for part in checkpoint.PARTS:
        with np.load(folder / (name or checkpoint.names(folder)[-1]) / f"{part}.npz") as stored:
            for key in stored.files:
                array = stored[key]
                found[part, key] = (array.dtype, array.shape, array.tobytes())
    return found


def lines(run_dir):
    """Returns the lines of `stats.jsonl` as dicts."""
    return [json.loads(line) for line in (run_dir / "stats.jsonl").read_text().splitlines()]


def statistics(run_dir):
    """Returns the lines of `stats.jsonl` without times, rates and memory."""
    return [{name: value for name, value in line.items() if name not in NOT_REPEATABLE} for line in lines(run_dir)]


def contents(folder):
    """Returns the bytes of every file below a folder, by relative path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def environment(**others):
    """Returns the environment of a program: without a GPU, TensorFlow's notices left to the program."""
    kept = {name: value for name, value in os.environ.items() if name not in ("TF_CPP_MIN_LOG_LEVEL", "TF_CONFIG")}
    return kept | {"PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "-1"} | others


def train(*arguments, **options):
    """Runs `scripts/train.py` to its end; returns its `CompletedProcess`, with text."""
    env = environment(**options.pop("env", {}))
    return subprocess.run([sys.executable, TRAIN, *arguments], env=env, capture_output=True, text=True, **options)
