"""What a game keeps from one update to the next besides its players."""

from gan_keras import distribution
from gan_keras.augment import adaptive
from gan_keras.objectives import penalties


class Memory:
    """Keras variables that belong to a `GAN` and are part of its checkpoint.

    Attributes:
        name: the game's.
        iteration: int64, iterations played.
        images_shown: int64, real images shown to D.
        lecam_averages: float32 (2,), LeCam's moving averages of D's logits on real and on generated images.
        augment_probability: float32, the adaptive probability of augmentation.
    """

    def __init__(self, model):
        def state(name, shape=(), dtype="float32"):
            return model.add_weight(
                name=name, shape=shape, dtype=dtype, initializer="zeros", trainable=False,
                aggregation="only_first_replica",
            )

        self.name = model.name
        self.iteration = state("iteration", dtype="int64")
        self.images_shown = state("images_shown", dtype="int64")
        self.lecam_averages = state("lecam_averages", shape=(2,))
        self.augment_probability = state("augment_probability")

    @property
    def variables(self):
        """All of them, in order."""
        return [self.iteration, self.images_shown, self.lecam_averages, self.augment_probability]

    def count(self, batch_images):
        """Counts an iteration, and the real images that it showed on all replicas."""
        self.images_shown.assign_add(batch_images)
        self.iteration.assign_add(1)

    def follow(self, objective, augmentation, logs, updates, batch_images):
        """Moves what later updates of D depend on, LeCam's averages and the adaptive probability.

        Args:
            objective: `Objective`.
            augmentation: `Augmentation`.
            logs: reports of an update of D; gains `augment_probability` where it adapts.
            updates: integer tensor, updates of D before this one.
            batch_images: integer tensor, images of the global batch.
        """
        if objective.plays("lecam"):
            self.lecam_averages.assign(
                penalties.lecam_averages(self.lecam_averages.value, logs["real_logits"], logs["fake_logits"], updates)
            )
        if augmentation.is_adaptive:
            sign = distribution.global_mean(logs["real_sign"])
            self.augment_probability.assign(adaptive.updated(self.augment_probability.value, sign, batch_images))
            logs["augment_probability"] = self.augment_probability.value
