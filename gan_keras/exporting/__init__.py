"""Exports of a generator, each of whose files is compared with Keras before anyone can load it.

Importing this package loads next to nothing; a name is loaded when it is first used. A server of web pages looks for
versions without TensorFlow.
"""

from gan_keras.runtime import lazy

_PUBLIC = {
    "ExportedGenerator": "gan_keras.exporting.exported",
    "add_formats": "gan_keras.exporting.exporter",
    "export": "gan_keras.exporting.exporter",
    "export_generator": "gan_keras.exporting.exporter",
}

__getattr__, __dir__, __all__ = lazy.attach(__name__, _PUBLIC)
