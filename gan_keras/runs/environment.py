"""With what a run was started: versions, the revision of the code, and the machine."""

import importlib.metadata
import os
import pathlib
import platform
import subprocess
from typing import Any

PACKAGES = ("gan-keras", "tensorflow", "keras", "numpy")


def environment() -> dict[str, Any]:
    """Returns the versions of Python and of the packages, the git revision of the code if it has one, the hardware."""
    return {
        "versions": {name: _version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "git_revision": _git_revision(),
        "hardware": hardware(),
    }


def hardware() -> dict[str, Any]:
    """Returns the processor, the cores that this process may use, the memory in GB, and the names of the GPUs."""
    import psutil
    import tensorflow as tf

    gpus = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "gpus": [details.get("device_name", "GPU") for details in gpus],
    }


def _processor():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _git_revision():
    """Returns the commit of the code, with `-dirty` if the code differs from it; None outside a repository."""
    revision = _git("describe", "--always", "--abbrev=12")
    return revision and revision + "-dirty" * bool(_git("status", "--porcelain", "--", ":/gan_keras", ":/scripts"))


def _git(*arguments):
    command, folder = ["git", *arguments], pathlib.Path(__file__).parent
    try:
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ended.stdout.strip() or None
