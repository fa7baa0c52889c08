"""Packages whose names are loaded when they are first used, so that importing them is quick."""

import importlib
import sys
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any


def attach(package: str, public: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Returns what a package needs as its `__getattr__`, `__dir__` and `__all__`.

    Args:
        package: its name.
        public: from the package's public names to the modules that define them.
    """

    def get(name: str) -> Any:
        if name in public:
            return getattr(importlib.import_module(public[name]), name)
        raise AttributeError(f"module '{package}' has no attribute '{name}'")

    def names() -> list[str]:
        return [*vars(sys.modules[package]), *public]

    return get, names, sorted(public)
