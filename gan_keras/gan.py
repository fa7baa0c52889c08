"""The two-player game: a Keras model that holds G, D and the moving average of G, and whose step plays one iteration."""

import dataclasses
import warnings

import keras
import tensorflow as tf

from gan_keras import distribution
from gan_keras import ema
from gan_keras import objectives
from gan_keras import sampling
from gan_keras import schedules
from gan_keras import train_function
from gan_keras.augment import Augmentation
from gan_keras.augment import adaptive
from gan_keras.descent import descend
from gan_keras.layers import spectral_normalization
from gan_keras.layers.mixing import mixing_layers
from gan_keras.memory import Memory
from gan_keras.objectives import constraints
from gan_keras.objectives.judged import Judged
from gan_keras.turn import Turn


@keras.saving.register_keras_serializable("gan_keras")
class GAN(keras.Model):
    """A generator and a discriminator that play against each other (Goodfellow et al. 2014, arXiv 1406.2661).

    `call` is the moving average of G: `gan(latents)` or `gan([latents, labels])` → float images in [-1, 1].

    Args:
        generator: functional model, `latents` (N, z) [, `labels` int32 (N,)] → images (N, H, W, C) in [-1, 1].
        discriminator: functional model, `images` (N, H, W, C) [, `labels` int32 (N,)] → logits (N, 1), without a sigmoid.
            An auxiliary classifier returns `{"logits": (N, 1), "class_logits": (N, classes)}`.
        objective: an `Objective`, or the name of one: a loss, or a key of `objectives.OBJECTIVES` such as `"wgan_gp"`.
        discriminator_steps: k, the number of discriminator steps in an iteration, each on real images of its own.
        latents: law of the latents, `"uniform"` on [-1, 1] or `"normal"`.
        augmentation: `Augmentation` of what D sees; none by default.
        accumulation: micro-batches of an update, played one after the other. Gradients are those of the whole batch,
            but where a network or a term depends on statistics of the batch: these are then the micro-batch's.
        ema_half_life_images: half-life of the moving average of G, in real images: a number or a schedule.
        schedule_images: length of schedules that name none, in real images; None: every schedule has to name its own.
        seed: seed of all draws of the game.

    Each replica holds the same variables; batches are slices of the global batch, which is what every number here counts.
    """

    def __init__(
        self,
        generator,
        discriminator,
        objective="non_saturating",
        discriminator_steps=1,
        latents="uniform",
        augmentation=None,
        accumulation=1,
        ema_half_life_images=10_000,
        schedule_images=None,
        seed=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.ema_generator = keras.models.clone_model(generator)
        self.ema_generator.set_weights(generator.get_weights())
        self.objective = objectives.named(objective) if isinstance(objective, str) else objective
        self.objective.check(discriminator)
        self.augmentation = augmentation or Augmentation()
        self.augmentation.check(self.objective.loss, self.objective.adversarial.threshold)
        self.discriminator_steps = discriminator_steps
        self.latents = latents
        self.accumulation = accumulation
        self._warn_of_micro_batches()
        self.schedule_images = schedule_images
        self.ema_half_life_images = ema_half_life_images
        self.seed = seed
        self.memory = Memory(self)
        self._play = None
        self.built = True

    # === What it is ===

    @property
    def iteration(self):
        """Keras variable, int64: iterations played."""
        return self.memory.iteration

    @property
    def images_shown(self):
        """Keras variable, int64: real images shown to D."""
        return self.memory.images_shown

    def call(self, inputs, training=False):
        return self.ema_generator(inputs, training=training)

    def generate(self, seeds, labels=None, batch_size=64):
        """Returns the pictures of sample seeds, uint8 (N, H, W, C), drawn by the moving average of G.

        Args:
            seeds: integers (N,); the same seed is the same picture in every batch and every program.
            labels: integers (N,), for a conditional generator.
            batch_size: pictures of one call of the graph.
        """
        return sampling.generate(self.ema_generator, self.latents, seeds, labels, batch_size)

    def get_config(self):
        config = super().get_config()
        for player in ("generator", "discriminator"):
            config[player] = keras.saving.serialize_keras_object(getattr(self, player))
        return config | {
            "objective": dataclasses.asdict(self.objective),
            "discriminator_steps": self.discriminator_steps,
            "latents": self.latents,
            "augmentation": dataclasses.asdict(self.augmentation),
            "accumulation": self.accumulation,
            "schedule_images": self.schedule_images,
            "ema_half_life_images": self.ema_half_life_images,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        players = {
            player: keras.saving.deserialize_keras_object(config[player], custom_objects)
            for player in ("generator", "discriminator")
        }
        rules = {
            "objective": objectives.Objective(**config["objective"]),
            "augmentation": Augmentation(**config["augmentation"]),
        }
        return cls(**config | players | rules)

    # === How it learns ===

    def compile(self, generator_optimizer=None, discriminator_optimizer=None, jit_compile=False, **kwargs):
        """Prepares training: Adam with DCGAN's constants for a player without an optimizer of its own.

        Under `mixed_float16` each optimizer is wrapped in a `LossScaleOptimizer`. The optimizers' variables are created
        here, before the first step, as `tf.distribute` demands. Other arguments are those of `keras.Model.compile`.
        """
        super().compile(optimizer=None, jit_compile=jit_compile, **kwargs)
        self._play = None
        with self.distribute_strategy.scope():
            self.generator_optimizer = self._prepare(generator_optimizer, self.generator)
            self.discriminator_optimizer = self._prepare(discriminator_optimizer, self.discriminator)

    def train_step(self, data):
        """Plays one iteration: k updates of D, each on its own real images and new latents, then one update of G.

        Args:
            data: float32 images (k·b, H, W, C) in [-1, 1], or a pair (images, labels int32 (k·b,)).

        Returns:
            dict of scalars, means over this replica's images and over the k updates of D.
        """
        images, labels = data if isinstance(data, tuple) else (data, None)
        batch, steps = tf.shape(images)[0] // self.discriminator_steps, []
        for step in range(self.discriminator_steps):
            rows = slice(step * batch, (step + 1) * batch)
            reals, real_labels = images[rows], None if labels is None else labels[rows]
            steps.append(self._update_discriminator(reals, real_labels, step))
        logs = {name: sum(logs[name] for logs in steps) / self.discriminator_steps for name in steps[0]}
        logs |= self._update_generator(reals, real_labels)
        self._count(tf.shape(images)[0] * distribution.replicas())
        return logs

    def _update_discriminator(self, reals, labels, step):
        spectral_normalization.begin_step(self.discriminator.layers)
        updates = self.iteration.value * self.discriminator_steps + step
        averages = self.memory.lecam_averages.value

        def play(turn):
            turn_labels = turn.rows(labels)
            real_gradients, fake_gradients = self.objective.needs_gradients
            seen = self._judge(turn, "reals", turn.rows(reals), turn_labels, real_gradients)
            drawn = tf.stop_gradient(self._fakes(turn, turn_labels))
            fakes = self._judge(turn, "fakes", drawn, turn_labels, fake_gradients)
            terms = self.objective.discriminator_terms(seen, fakes, turn, self._now, updates, averages)
            return terms, self._report(seen, fakes)

        turns = self._turns(reals, step)
        logs, norm = descend(self.discriminator, self.discriminator_optimizer, play, turns, self.objective.l2)
        batch_images = tf.shape(reals)[0] * distribution.replicas()
        self.memory.follow(self.objective, self.augmentation, logs, updates, batch_images)
        if self.objective.clip:
            constraints.clip(self.discriminator, self.objective.clip, self.objective.clip_variables)
        return logs | {"d_gradient_norm": norm}

    def _update_generator(self, reals, labels):
        spectral_normalization.begin_step(self.generator.layers)

        def play(turn):
            turn_labels, seen = turn.rows(labels), None
            if self.objective.adversarial.generator_needs_reals:
                seen = self._judge(turn, "reals", turn.rows(reals), turn_labels)
            fakes = self._judge(turn, "fakes", self._fakes(turn, turn_labels), turn_labels)
            return self.objective.generator_terms(seen, fakes), {}

        turns = self._turns(reals, self.discriminator_steps)
        logs, norm = descend(self.generator, self.generator_optimizer, play, turns, self.objective.l2)
        return logs | {"g_gradient_norm": norm}

    def _turns(self, reals, sub_step):
        batch = tf.shape(reals)[0]
        return [
            Turn(self.seed, self.iteration.value, sub_step, batch, part, self.accumulation)
            for part in range(self.accumulation)
        ]

    def _fakes(self, turn, labels):
        latents = turn.latents(self.latents, sampling.latent_dim(self.generator))
        return sampling.apply(self.generator, latents, labels)

    def _judge(self, turn, side, images, labels, with_gradients=False):
        """Returns what D says of images, which it sees augmented; `side` is `"reals"` or `"fakes"`."""
        adaptive = self.augmentation.is_adaptive
        probability = self.memory.augment_probability.value if adaptive else self._now(self.augmentation.probability)

        def judge(images, labels):
            return sampling.apply(
                self.discriminator, self.augmentation(images, turn, f"augment {side}", probability), labels
            )

        return Judged(judge, images, labels, with_gradients)

    def _now(self, schedule):
        """Returns the value that a number or a schedule has now."""
        return schedules.parse(schedule)(self.images_shown.value, self.schedule_images)

    def _report(self, reals, fakes):
        real_name, fake_name = self.objective.verdict_names
        verdict = self.objective.verdict
        reports = {real_name: verdict(reals.logits), fake_name: verdict(fakes.logits)}
        if self.objective.plays("lecam"):
            reports |= {"real_logits": reals.logits, "fake_logits": fakes.logits}
        if self.augmentation.is_adaptive:
            reports |= {"real_sign": adaptive.sign(reals.logits, self.objective.adversarial.threshold)}
        return reports

    def _count(self, batch_images):
        batch_images = tf.cast(batch_images, tf.int64)
        self.memory.count(batch_images)
        decay = ema.decay(batch_images, self.images_shown.value, self._now(self.ema_half_life_images))
        ema.update(self.ema_generator.variables, self.generator.variables, decay)

    # === How it is run ===

    def play(self, iterator, iterations):
        """Plays several iterations in one call of one graph.

        Args:
            iterator: iterator over batches as `train_step` takes them, of the strategy's distributed data set.
            iterations: int, how many.

        Returns:
            dict from the names of `train_step`'s results to numpy float32 (iterations,), means over the global batch.
        """
        if self._play is None:
            self._play = train_function.make(self)
        return self._play(iterator, iterations)

    def make_train_function(self, force=False):
        """Makes what `fit` calls for every `steps_per_execution` batches."""
        if force:
            self._play = None

        def last_of_several(iterator):
            return {name: values[-1] for name, values in self.play(iterator, self.steps_per_execution).items()}

        self.train_function = last_of_several

    # === Details ===

    def _warn_of_micro_batches(self):
        normalized = mixing_layers(self.generator) or mixing_layers(self.discriminator)
        mixing = ["batch normalization"] * bool(normalized) + self.objective.of_the_batch
        if self.accumulation > 1 and mixing:
            warnings.warn(
                f"accumulation={self.accumulation}: {' and '.join(mixing)} will see one micro-batch at a time, so the "
                "update is not that of the whole batch", stacklevel=3,
            )

    def _prepare(self, optimizer, player):
        optimizer = optimizer or keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.999, epsilon=1e-8)
        scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
        if not scaled and any(layer.compute_dtype == "float16" for layer in player.layers):
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        optimizer.build(player.trainable_variables)
        return optimizer
