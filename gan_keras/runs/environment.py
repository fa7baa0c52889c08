"""With what a run was started: versions, and the revision of the code."""

import importlib.metadata
import pathlib
import platform
import subprocess
from typing import Any

PACKAGES = ("gan-keras", "tensorflow", "keras", "numpy")


def environment() -> dict[str, Any]:
    """Returns the versions of Python and of the packages, and the git revision of the code if it has one."""
    return {
        "versions": {name: _version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "git_revision": _git_revision(),
    }


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _git_revision():
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        git = subprocess.run(
            command, cwd=pathlib.Path(__file__).parent, capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return git.stdout.strip() or None
