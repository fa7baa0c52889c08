"""Exports of a generator, each of whose files is compared with Keras before anyone can load it.

Importing this package loads next to nothing; a name is loaded when it is first used. A server of web pages looks for
versions without TensorFlow.
"""

import importlib

_PUBLIC = {
    "ExportedGenerator": "gan_keras.exporting.exported",
    "add_formats": "gan_keras.exporting.exporter",
    "export": "gan_keras.exporting.exporter",
    "export_generator": "gan_keras.exporting.exporter",
}
__all__ = sorted(_PUBLIC)


def __getattr__(name):
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'gan_keras.exporting' has no attribute '{name}'")


def __dir__():
    return [*globals(), *_PUBLIC]
