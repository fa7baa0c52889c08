"""Clients of a server that has an exported generator, such as TensorFlow Serving."""
