"""Images and what D says of them, in one pass."""

import tensorflow as tf
from keras import ops


class Judged:
    """What a pass of D gives.

    Attributes:
        judge: function, (images, labels) → outputs of D, with the augmentation of this pass, to judge other images alike.
        images: float32 (N, H, W, C), what was judged, before any augmentation.
        labels: int32 (N,), or None.
        logits: float32 (N, 1).
        class_logits: float32 (N, classes) of an auxiliary classifier, or None.
        gradients: float32 (N, H, W, C), of the sum of the logits with respect to the images; None if not asked for.
    """

    def __init__(self, judge, images, labels, with_gradients=False):
        """Judges images.

        The gradient is that of the *sum* of the logits of this pass. Where D treats every image alone, row i of it is the
        gradient of logit i. Batch normalization mixes the images of a pass: row i is then the slope of all logits along
        image i, through the batch's statistics, and no bound on it bounds the slope of D at one image.

        Args:
            judge: function, (images, labels) → logits (N, 1), or a dict with `logits` and `class_logits`.
            images: float32 (N, H, W, C).
            labels: int32 (N,), or None.
            with_gradients: whether `gradients` are needed.
        """
        self.judge, self.images, self.labels, self.gradients = judge, images, labels, None
        if not with_gradients:
            self._read(judge(images, labels))
            return
        with tf.GradientTape() as tape:
            tape.watch(images)
            self._read(judge(images, labels))
            total = ops.sum(self.logits)
        self.gradients = ops.cast(tape.gradient(total, images), "float32")

    def _read(self, outputs):
        if not isinstance(outputs, dict):
            outputs = {"logits": outputs}
        self.logits = ops.cast(outputs["logits"], "float32")
        self.class_logits = outputs.get("class_logits")
        if self.class_logits is not None:
            self.class_logits = ops.cast(self.class_logits, "float32")

    def elsewhere(self, images):
        """Returns the same judge's verdict on other images of the same classes, with gradients."""
        return Judged(self.judge, images, self.labels, with_gradients=True)
