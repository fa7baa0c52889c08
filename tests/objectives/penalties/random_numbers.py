"""Random numbers of a micro-batch that a test chooses."""

import tensorflow as tf


class GivenNumbers:
    """Stands in for `MicroBatch`: the uniform numbers of each stream are given.

    Args:
        **streams: float32 (N, …), by the name of the stream.
    """

    def __init__(self, **streams):
        self._streams = streams

    def uniform(self, stream, *shape):
        """Returns the numbers of a stream, which have to be of shape (N, *shape)."""
        numbers = tf.constant(self._streams[stream], tf.float32)
        assert tuple(numbers.shape[1:]) == shape
        return numbers
