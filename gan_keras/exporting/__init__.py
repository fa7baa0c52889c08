"""Exports of a generator, each of whose files is compared with Keras before anyone can load it."""

from gan_keras.exporting.exported import ExportedGenerator
from gan_keras.exporting.exporter import add_formats
from gan_keras.exporting.exporter import export
from gan_keras.exporting.exporter import export_generator

__all__ = ["ExportedGenerator", "add_formats", "export", "export_generator"]
