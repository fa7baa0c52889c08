"""Functional generators and discriminators: an architecture is a module with the two functions of these names."""

import importlib

from gan_keras.config import names

ARCHITECTURES = {name: importlib.import_module(f"{__name__}.{name}") for name in names.ARCHITECTURES}
