"""Exports of a generator, each of whose files is compared with Keras before anyone can load it."""

from gan_keras.exporting.exported import ExportedGenerator
from gan_keras.exporting.exporter import export
from gan_keras.exporting.exporter import export_generator

__all__ = ["ExportedGenerator", "export", "export_generator"]
