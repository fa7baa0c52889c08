"""Which terms a recipe plays, and what is reported of them."""

import dataclasses
import warnings

import keras
from keras import ops

from gan_keras import errors
from gan_keras import schedules
from gan_keras.layers.mixing import mixing_layers
from gan_keras.objectives import losses
from gan_keras.objectives import penalties

PENALTIES = ("gradient_penalty", "dragan", "r1", "r2", "lecam")


@dataclasses.dataclass(frozen=True)
class Objective:
    """The terms of a game. A weight is a number, or a schedule such as `"cosine:2:0.2"`; 0 leaves the term out.

    Attributes:
        loss: name of the adversarial loss, a key of `losses.LOSSES`.
        gradient_penalty: λ of WGAN-GP: norms of D's gradient between real and generated images tend to 1.
        dragan: λ of DRAGAN: likewise around real images.
        r1, r2: γ of the penalty on D's gradient at real, at generated images.
        penalty_interval: n: R1 and R2 are played at every n-th update of D, with n times their weight.
        lecam: λ of LeCam.
        classification: weight of the auxiliary classifier's cross entropy: on real images in D's loss, on generated ones in
            G's. (The paper trains the classifier on generated images too. What G was asked for is not what it drew: D, which
            can tell these from real ones, was seen to agree with G on classes of their own.)
        clip: c: D's variables are clipped to [-c, c] after each of its updates; 0 leaves them alone.
        clip_variables: which of them, a key of `constraints.CLIPPED`; those of the label's plane are left alone.
        l2: adds l2 · p to the gradient of every trainable variable p of both players. (Keras' `L2(l2)` adds twice that.)
    """

    loss: str = "non_saturating"
    gradient_penalty: float | str = 0.0
    dragan: float | str = 0.0
    r1: float | str = 0.0
    r2: float | str = 0.0
    penalty_interval: int = 1
    lecam: float | str = 0.0
    classification: float = 0.0
    clip: float = 0.0
    clip_variables: str = "all"
    l2: float = 0.0

    def __post_init__(self):
        errors.expect_one_of(self.loss, losses.LOSSES, "loss")
        for name in (*PENALTIES, "classification", "clip", "l2"):
            schedule = schedules.parse(getattr(self, name))
            if min(schedule.start, schedule.end) < 0:
                raise errors.UserError(f"{name} is {getattr(self, name)}: expected a weight ≥ 0")
        if self.penalty_interval < 1:
            raise errors.UserError(f"penalty_interval is {self.penalty_interval}: expected at least 1")

    @property
    def adversarial(self):
        """The `losses.Loss` that is played."""
        return losses.LOSSES[self.loss]

    def plays(self, term):
        """Returns whether a term has a weight."""
        schedule = schedules.parse(getattr(self, term))
        return bool(schedule.start or schedule.end)

    def check(self, discriminator):
        """Refuses a D that breaks a term, and warns of one that bends it.

        Raises:
            UserError: batch normalization under a penalty on each image's own gradient or under one that is not played at
                every update, or no classifier to train.
        """
        if self.classification and len(discriminator.outputs) < 2:
            raise errors.UserError("classification needs a D that returns logits and class_logits")
        mixing = mixing_layers(discriminator)
        if not mixing:
            return
        for term in ("gradient_penalty", "dragan"):
            if self.plays(term):
                raise errors.UserError(
                    f"{term} bounds D's slope at one image, and batch normalization in D ({mixing[0]}) mixes the images of "
                    "a batch: choose --normalization=layer, or none"
                )
        if self.plays("r1") or self.plays("r2"):
            if self.penalty_interval > 1:
                raise errors.UserError(
                    f"penalty_interval={self.penalty_interval} plays R1 and R2 at some updates only, and replicas share the "
                    f"statistics of batch normalization in D ({mixing[0]}) at all or none: choose another "
                    "--normalization, or --penalty_interval=1"
                )
            warnings.warn(
                f"R1 and R2 beside batch normalization in D ({mixing[0]}): the penalised gradient is that of the pass's "
                "summed logits, through the batch's statistics", stacklevel=3,
            )

    @property
    def of_the_batch(self):
        """Names of the terms that look at the images of a batch together: under accumulation, of a micro-batch."""
        terms = ["relativistic_average"] if self.loss == "relativistic_average" else []
        return terms + [term for term in ("dragan", "lecam") if self.plays(term)]

    @property
    def needs_gradients(self):
        """Whether D's gradient at real and at generated images is penalised in the very passes that judge them."""
        return tuple(self.penalty_interval == 1 and self.plays(term) for term in ("r1", "r2"))

    def discriminator_terms(self, reals, fakes, turn, weigh, step, averages):
        """Returns the terms whose means D minimises the sum of: name → float32, one number an image.

        Args:
            reals, fakes: `Judged`, the two passes of D.
            turn: `Turn`, where random numbers come from.
            weigh: function, text or number of a schedule → its value now.
            step: integer tensor, updates of D before this one.
            averages: float32 (2,), LeCam's moving averages of the logits.
        """
        terms = self.adversarial.discriminator(reals.logits, fakes.logits)
        terms |= self._classification(reals, "d_class_loss")
        penalised = {
            "gradient_penalty": lambda: self._between(reals, fakes, turn),
            "dragan": lambda: self._around(reals, turn),
            "r1": lambda: self._zero_centred(reals, step),
            "r2": lambda: self._zero_centred(fakes, step),
            "lecam": lambda: penalties.lecam(reals.logits, fakes.logits, averages),
        }
        return terms | {name: weigh(getattr(self, name)) * term() for name, term in penalised.items() if self.plays(name)}

    def generator_terms(self, reals, fakes):
        """Returns the terms whose means G minimises the sum of; `reals` is None unless the loss needs them."""
        real_logits = None if reals is None else reals.logits
        terms = {"g_loss": self.adversarial.generator(real_logits, fakes.logits)}
        return terms | self._classification(fakes, "g_class_loss")

    def _classification(self, judged, name):
        if not self.classification:
            return {}
        entropy = keras.losses.sparse_categorical_crossentropy(judged.labels, judged.class_logits, from_logits=True)
        return {name: self.classification * entropy}

    def _between(self, reals, fakes, turn):
        alpha = turn.uniform("alpha", *penalties.one_an_image(reals.images))
        images = penalties.interpolates(reals.images, fakes.images, alpha)
        return penalties.unit_norm(reals.elsewhere(images).gradients)

    def _around(self, reals, turn):
        alpha = turn.uniform("alpha", *penalties.one_an_image(reals.images))
        images = penalties.perturbed(reals.images, alpha, turn.uniform("noise", *reals.images.shape[1:]))
        return penalties.unit_norm(reals.elsewhere(images).gradients)

    def _zero_centred(self, judged, step):
        if judged.gradients is not None:
            return penalties.zero_centred(judged.gradients)

        def penalty():
            return penalties.zero_centred(judged.elsewhere(judged.images).gradients)

        return penalties.lazy(penalty, step, self.penalty_interval, ops.shape(judged.images)[0])

    def verdict(self, logits):
        """Returns what is reported of D's logits: probabilities where the loss has some, else the logits themselves."""
        return ops.sigmoid(logits) if self.adversarial.is_probability else logits

    @property
    def verdict_names(self):
        """Names under which the mean verdict on real and on generated images is reported."""
        return ("D(x)", "D(G(z))") if self.adversarial.is_probability else ("real_logits", "fake_logits")


OBJECTIVES = {name: Objective(name) for name in losses.LOSSES} | {
    "wgan": Objective("wasserstein", clip=0.01),
    "wgan_gp": Objective("wasserstein", gradient_penalty=10.0),
    "dragan": Objective("non_saturating", dragan=10.0),
    "r3gan": Objective("relativistic_pairing", r1=1.0, r2=1.0),
}


def named(name):
    """Returns the Objective of a name: a loss alone, or a recipe's terms with their authors' weights.

    Raises:
        UserError: there is none of that name.
    """
    errors.expect_one_of(name, OBJECTIVES, "objective")
    return OBJECTIVES[name]
