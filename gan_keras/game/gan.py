"""The game of two networks: a Keras model whose training step is one iteration of the algorithm."""

import keras
import tensorflow as tf

from gan_keras import objectives
from gan_keras.augment import Augmentation
from gan_keras.augment import adaptive
from gan_keras.config import fields
from gan_keras.config import recipes
from gan_keras.config import schedules
from gan_keras.config import schema
from gan_keras.game import batches
from gan_keras.game import checks
from gan_keras.game import ema
from gan_keras.game import inputs
from gan_keras.game import micro_batch
from gan_keras.game.discriminator_pass import AugmentedDiscriminator
from gan_keras.game.discriminator_pass import discriminate
from gan_keras.game.gradients import GradientSum
from gan_keras.game.gradients import Means
from gan_keras.game.gradients import activity_losses
from gan_keras.game.gradients import regularization
from gan_keras.game.model import AdversarialModel
from gan_keras.game.schedules import value
from gan_keras.game.training_state import LogitStatistics
from gan_keras.game.training_state import TrainingState
from gan_keras.layers import spectral_normalization
from gan_keras.objectives import constraints
from gan_keras.runtime import replicas


@keras.saving.register_keras_serializable("gan_keras")
class GAN(AdversarialModel):
    """A generator and a discriminator that are trained against each other (Goodfellow et al. 2014, arXiv 1406.2661).

    Calling the model calls the moving average of G: `gan(latents)` or `gan([latents, labels])` → float samples.

    Args:
        generator: functional model with the input `latents` (N, z), and further inputs that are conditions (see
            `gan_keras.game.inputs`), such as `labels` int32 (N,) → samples (N, …); images lie in [-1, 1].
        discriminator: functional model whose first input is the sample, (N, …), and whose further inputs are conditions
            → logits (N, 1), without a sigmoid; or a dict with `logits` and, from an auxiliary classifier,
            `class_logits` (N, classes), or, from a `layers.direction.Direction`, `direction_logits` (N, 1).
        objective: an `Objective`; or the name of a loss, or of a recipe such as `"wgan_gp"`, whose objective, updates
            of D, latents and optimizers are taken where the arguments here and those of `compile` name no others.
        discriminator_steps: k, updates of D in an iteration, each on its own real samples; None: the recipe's, or 1.
        latents: distribution of the latents, `"uniform"` on [-1, 1] or `"normal"`; None: the recipe's, or uniform.
        augmentation: `Augmentation` of D's inputs; none by default.
        accumulation: micro-batches of an update, processed one after the other. The gradient is that of the whole
            batch, except where a network or a term uses statistics of the batch: these are then the micro-batch's.
        ema_half_life_images: half-life of the moving average of G, in real samples: a number or a schedule.
        ema_ramp: that half-life is at most this share of the real samples shown so far.
        schedule_images: length of schedules that name none, in real samples; None: the recipe's, if `objective` is one.
        seed: seed of all random numbers of the game.

    Raises:
        UserError: the networks, the objective and the other settings do not fit together.

    Every replica holds the same variables and gets a slice of the global batch; all numbers here count the global
    batch.
    """

    def __init__(
        self,
        generator,
        discriminator,
        objective="non_saturating",
        discriminator_steps=None,
        latents=None,
        augmentation=None,
        accumulation=1,
        ema_half_life_images=10_000,
        ema_ramp=0.05,
        schedule_images=None,
        seed=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        is_named = isinstance(objective, str)
        recipe = recipes.named_objective(objective) if is_named else recipes.recipe("dcgan")
        self.recipe = objective if is_named else None
        self.objective = schema.objective_of(recipe.game) if is_named else objective
        self.generator = generator
        self.discriminator = discriminator
        self.ema_generator = keras.models.clone_model(generator)
        self.ema_generator.set_weights(generator.get_weights())
        self.augmentation = augmentation or Augmentation()
        self.discriminator_steps = discriminator_steps or (recipe.game.discriminator_steps if is_named else 1)
        self.latents = latents or (recipe.game.latents if is_named else "uniform")
        self.accumulation = accumulation
        self.schedule_images = schedule_images or (recipe.training.images if objective in recipes.RECIPES else None)
        self.ema_half_life_images = schedules.parse(ema_half_life_images)
        self.ema_ramp = ema_ramp
        self.seed = seed
        self.default_optimizers = recipe.game
        self.training_state = TrainingState(self)
        self.built = True
        checks.check(self)

    # === The training step ===

    def train_step(self, data):
        """Runs one iteration: k updates of D, each on its own real samples and new latents, then one update of G.

        Args:
            data: k·b real samples (k·b, …) and their conditions, as `batches.as_batch` takes them.

        Returns:
            dict of scalars, means over this replica's samples and over the k updates of D.

        Source: Goodfellow et al. 2014 (arXiv 1406.2661), algorithm 1.
        """
        data = batches.as_batch(data)
        batches.check_size(data, self.discriminator_steps, self.accumulation)
        logs = Means(self.discriminator_steps)
        for sub_step, batch in enumerate(batches.split(data, self.discriminator_steps)):
            logs.add(self._update_discriminator(batch, sub_step))
        generator_logs = self._update_generator(batch)
        self._finish_iteration(tf.shape(data[batches.SAMPLES])[0] * replicas.count())
        return logs.values | generator_logs

    def _update_discriminator(self, batch, sub_step):
        """Moves D down the gradient of its loss on real samples and as many generated ones."""
        update = self.iteration.value * self.discriminator_steps + sub_step
        noise_seed = self.training_state.noise_seed.value
        weights = {name: self._value(getattr(self.objective, name)) for name in self.objective.penalties}
        lecam_averages = self.training_state.lecam_averages.value
        real_gradients, fake_gradients = objectives.input_gradients_in_passes(self.objective)
        spectral_normalization.power_iteration(self.discriminator)
        gradients = GradientSum(self.discriminator, self.discriminator_optimizer, self.accumulation)
        logs, statistics = Means(self.accumulation), Means(self.accumulation)
        for part in micro_batch.split(batch, self.accumulation, noise_seed, self.iteration.value, sub_step):
            with gradients.after_previous(), tf.GradientTape() as tape:
                real = discriminate(self._augmented_discriminator(part, "augment reals"), part.samples, real_gradients)
                fake_samples = tf.stop_gradient(self._generate(part))
                fake = discriminate(self._augmented_discriminator(part, "augment fakes"), fake_samples, fake_gradients)
                context = objectives.Update(
                    part,
                    update,
                    self.objective.penalty_interval or 1,
                    self.objective.penalty_noise or 0.0,
                    lecam_averages,
                )
                terms = objectives.discriminator_terms(self.objective, real, fake, weights, context)
                terms |= regularization(self.discriminator, real.activity_losses + fake.activity_losses)
                loss = gradients.scaled_loss(terms)
            gradients.add(tape.gradient(loss, gradients.variables))
            logs.add(terms | self._verdicts(real, fake))
            statistics.add(self._logit_statistics(real, fake))
        gradient_norm = gradients.apply(self.objective.l2)
        if self.objective.clip:
            constraints.clip(self.discriminator, self.objective.clip, self.objective.clip_variables or "all")
        learned = self._learn_from_logits(LogitStatistics(**statistics.values), update, batch)
        return logs.values | learned | {"d_gradient_norm": gradient_norm}

    def _update_generator(self, batch):
        """Moves G down the gradient of its loss on new generated samples, as D judges them."""
        spectral_normalization.power_iteration(self.generator)
        gradients = GradientSum(self.generator, self.generator_optimizer, self.accumulation)
        logs = Means(self.accumulation)
        sub_step = self.discriminator_steps  # Its random numbers are none of D's.
        noise_seed = self.training_state.noise_seed.value
        for part in micro_batch.split(batch, self.accumulation, noise_seed, self.iteration.value, sub_step):
            with gradients.after_previous(), tf.GradientTape() as tape:
                real = None
                if objectives.LOSSES[self.objective.loss].generator_needs_real:
                    real = discriminate(self._augmented_discriminator(part, "augment reals"), part.samples)
                fake = discriminate(self._augmented_discriminator(part, "augment fakes"), self._generate(part))
                terms = objectives.generator_terms(self.objective, real, fake)
                terms |= regularization(self.generator, activity_losses(self.generator))
                loss = gradients.scaled_loss(terms)
            gradients.add(tape.gradient(loss, gradients.variables))
            logs.add(terms)
        return logs.values | {"g_gradient_norm": gradients.apply(self.objective.l2)}

    def _finish_iteration(self, batch_images):
        """Counts the real samples of all replicas, and moves the average of G."""
        batch_images = tf.cast(batch_images, tf.int64)
        self.training_state.count(batch_images)
        half_life = self._value(self.ema_half_life_images)
        decay = ema.decay(batch_images, self.images_shown.value, half_life, self.ema_ramp)
        ema.update(self.ema_generator.variables, self.generator.variables, decay)

    # === What the step is made of ===

    def _generate(self, part):
        """Returns generated samples of a micro-batch, under its conditions and from its latents."""
        dim = inputs.latent_dim(self.generator)
        latents = part.latents(self.latents, dim) if dim else None
        return inputs.generate(self.generator, latents, part.conditions)

    def _augmented_discriminator(self, part, stream):
        """Returns D with the conditions of a micro-batch, and with augmentation from a stream of random numbers."""
        if self.augmentation.is_adaptive:
            probability = self.training_state.augment_probability.value
        else:
            probability = self._value(self.augmentation.probability or schedules.constant(0))
        draws = self.augmentation.draw(part, stream)
        return AugmentedDiscriminator(self.discriminator, part.conditions, self.augmentation, draws, probability)

    def _value(self, schedule):
        return value(schedule, self.images_shown.value, self.schedule_images)

    def _verdicts(self, real, fake):
        """Returns what is reported of D's logits."""
        real_name, fake_name = objectives.verdict_names(self.objective)
        verdicts = {
            real_name: objectives.verdict(self.objective, real.logits),
            fake_name: objectives.verdict(self.objective, fake.logits),
        }
        verdicts |= {
            "d_accuracy": objectives.accuracy(self.objective, real.logits, fake.logits),
            "logit_gap": real.logits - fake.logits,
        }
        return verdicts | ({"real_logits": real.logits, "fake_logits": fake.logits} if self.objective.lecam else {})

    def _logit_statistics(self, real, fake):
        """Returns the fields of `LogitStatistics` for a micro-batch."""
        threshold = objectives.LOSSES[self.objective.loss].threshold
        sign = adaptive.sign(real.logits, threshold) if self.augmentation.is_adaptive else tf.zeros(())
        return {"real_logits": real.logits, "fake_logits": fake.logits, "real_sign": sign}

    def _learn_from_logits(self, statistics, update, batch):
        """Moves the state that follows D's logits; returns what is reported of it."""
        if self.objective.lecam:
            self.training_state.update_lecam_averages(statistics, update)
        if not self.augmentation.is_adaptive:
            return {}
        batch_images = tf.shape(batch[batches.SAMPLES])[0] * replicas.count()
        self.training_state.update_augment_probability(statistics, batch_images)
        probability = self.training_state.augment_probability.value
        return {"real_sign": statistics.real_sign, "augment_probability": probability}

    # === Its config ===

    def get_config(self):
        config = super().get_config()
        for name in ("generator", "discriminator"):
            config[name] = keras.saving.serialize_keras_object(getattr(self, name))
        objective = {name: fields.plain(value) for name, value in schema.as_values(self.objective).items()}
        return config | {
            "objective": self.recipe or objective,
            "discriminator_steps": self.discriminator_steps,
            "latents": self.latents,
            "augmentation": self.augmentation.settings(),
            "accumulation": self.accumulation,
            "ema_half_life_images": fields.plain(self.ema_half_life_images),
            "ema_ramp": self.ema_ramp,
            "schedule_images": self.schedule_images,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        networks = {
            name: keras.saving.deserialize_keras_object(config[name], custom_objects)
            for name in ("generator", "discriminator")
        }
        objective, augmentation = config["objective"], config["augmentation"]
        return cls(
            **config
            | networks
            | {
                "objective": objective if isinstance(objective, str) else schema.Objective(**objective),
                "augmentation": Augmentation(augmentation["augment"], augmentation["augment_probability"]),
            }
        )
