"""The two-player game: a Keras model that holds G, D and the moving average of G, and whose step plays one iteration."""

import dataclasses

import keras
import tensorflow as tf

from gan_keras import distribution
from gan_keras import ema
from gan_keras import random
from gan_keras import sampling
from gan_keras.objectives import Objective


@keras.saving.register_keras_serializable("gan_keras")
class GAN(keras.Model):
    """A generator and a discriminator that play against each other (Goodfellow et al. 2014, arXiv 1406.2661).

    `call` is the moving average of G: `gan(latents)` or `gan([latents, labels])` → float images in [-1, 1].

    Args:
        generator: functional model, `latents` (N, z) [, `labels` int32 (N,)] → images (N, H, W, C) in [-1, 1].
        discriminator: functional model, `images` (N, H, W, C) [, `labels` int32 (N,)] → logits (N, 1), without a sigmoid.
        objective: an `Objective`, or the name of a loss.
        discriminator_steps: k, the number of discriminator steps in an iteration, each on real images of its own.
        latents: law of the latents, `"uniform"` on [-1, 1] or `"normal"`.
        ema_half_life_images: half-life of the moving average of G, in real images.
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
        ema_half_life_images=10_000,
        seed=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.ema_generator = keras.models.clone_model(generator)
        self.ema_generator.set_weights(generator.get_weights())
        self.objective = Objective(objective) if isinstance(objective, str) else objective
        self.discriminator_steps = discriminator_steps
        self.latents = latents
        self.ema_half_life_images = ema_half_life_images
        self.seed = seed
        self.iteration = self._counter("iteration")
        self.images_shown = self._counter("images_shown")
        self._loop = None
        self.built = True

    # === What it is ===

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
            "ema_half_life_images": self.ema_half_life_images,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        players = {
            player: keras.saving.deserialize_keras_object(config[player], custom_objects)
            for player in ("generator", "discriminator")
        }
        return cls(**config | players | {"objective": Objective(**config["objective"])})

    # === How it learns ===

    def compile(self, generator_optimizer=None, discriminator_optimizer=None, jit_compile=False, **kwargs):
        """Prepares training: Adam with DCGAN's constants for a player without an optimizer of its own.

        Under `mixed_float16` each optimizer is wrapped in a `LossScaleOptimizer`. The optimizers' variables are created
        here, before the first step, as `tf.distribute` demands. Other arguments are those of `keras.Model.compile`.
        """
        super().compile(optimizer=None, jit_compile=jit_compile, **kwargs)
        self._loop = None
        with self.distribute_strategy.scope():
            self.generator_optimizer = self._prepare(generator_optimizer, self.generator)
            self.discriminator_optimizer = self._prepare(discriminator_optimizer, self.discriminator)

    def train_step(self, data):
        """Plays one iteration: k updates of D, each on its own real images and new latents, then one update of G.

        Args:
            data: float32 images (k·b, H, W, C) in [-1, 1], or a pair (images, labels int32 (k·b,)).

        Returns:
            dict of scalar means over this replica's images.
        """
        images, labels = data if isinstance(data, tuple) else (data, None)
        batch = tf.shape(images)[0] // self.discriminator_steps
        for step in range(self.discriminator_steps):
            rows = slice(step * batch, (step + 1) * batch)
            real_labels = None if labels is None else labels[rows]
            logs = self._update_discriminator(images[rows], real_labels, step)
        logs |= self._update_generator(batch, real_labels)

        batch_images = tf.cast(tf.shape(images)[0] * distribution.replicas(), tf.int64)
        self.images_shown.assign_add(batch_images)
        self.iteration.assign_add(1)
        decay = ema.decay(batch_images, self.images_shown.value, self.ema_half_life_images)
        ema.update(self.ema_generator.variables, self.generator.variables, decay)
        return logs

    def _update_discriminator(self, reals, labels, step):
        fakes = self._fakes(tf.shape(reals)[0], labels, step)
        with tf.GradientTape() as tape:
            real_logits = sampling.apply(self.discriminator, reals, labels)
            fake_logits = sampling.apply(self.discriminator, fakes, labels)
            on_real, on_fake = self.objective.discriminator_terms(real_logits, fake_logits)
            loss = distribution.share_of_mean(on_real) + distribution.share_of_mean(on_fake)
            scaled_loss = self.discriminator_optimizer.scale_loss(loss)
        norm = self._descend(tape, scaled_loss, self.discriminator, self.discriminator_optimizer)
        real_name, fake_name = self.objective.verdict_names
        return {
            "d_loss_real": tf.reduce_mean(on_real),
            "d_loss_fake": tf.reduce_mean(on_fake),
            real_name: tf.reduce_mean(self.objective.verdict(real_logits)),
            fake_name: tf.reduce_mean(self.objective.verdict(fake_logits)),
            "d_gradient_norm": norm,
        }

    def _update_generator(self, batch, labels):
        with tf.GradientTape() as tape:
            fakes = self._fakes(batch, labels, self.discriminator_steps)
            term = self.objective.generator_term(sampling.apply(self.discriminator, fakes, labels))
            scaled_loss = self.generator_optimizer.scale_loss(distribution.share_of_mean(term))
        norm = self._descend(tape, scaled_loss, self.generator, self.generator_optimizer)
        return {"g_loss": tf.reduce_mean(term), "g_gradient_norm": norm}

    def _fakes(self, batch, labels, sub_step):
        """Returns `batch` generated images of this replica, from latents that are new for each sub-step."""
        key = random.key(self.seed, "latents", self.iteration.value, sub_step)
        shape = [batch * distribution.replicas(), sampling.latent_dim(self.generator)]
        latents = random.latents(shape, self.latents, key)
        return sampling.apply(self.generator, distribution.replica_slice(latents), labels)

    def _descend(self, tape, scaled_loss, player, optimizer):
        """Moves a player's variables down the gradient of the global batch; returns the norm of that gradient."""
        variables = player.trainable_variables
        gradients = tape.gradient(scaled_loss, [variable.value for variable in variables])
        gradients = [tf.convert_to_tensor(gradient) for gradient in gradients]  # An embedding's are indexed slices.
        gradients = distribution.poison_if_any_overflowed(gradients)
        gradients = distribution.sum_over_replicas(gradients)
        scale = optimizer.scale_loss(tf.constant(1.0))
        if self.objective.l2:
            decay = self.objective.l2 * scale
            gradients = [grad + decay * variable for grad, variable in zip(gradients, variables, strict=True)]
        # The optimizer adds up over replicas once more: it is handed an equal share of the sum.
        optimizer.apply([gradient / distribution.replicas() for gradient in gradients], variables)
        norm = tf.linalg.global_norm(gradients) / scale
        if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):  # It skips a step that overflowed.
            norm = tf.where(tf.math.is_finite(norm), norm, 0.0)
        return norm

    # === How it is run ===

    def play(self, iterator, iterations):
        """Plays several iterations in one call of one graph.

        Args:
            iterator: iterator over batches as `train_step` takes them, of the strategy's distributed data set.
            iterations: int, how many.

        Returns:
            dict from the names of `train_step`'s results to numpy float32 (iterations,), means over the global batch.
        """
        self._make_loop()
        rows = self._loop(iterator, tf.constant(iterations, tf.int32)).numpy()
        return dict(zip(self._log_names, rows.T, strict=True))

    def make_train_function(self, force=False):
        """Makes what `fit` calls for every `steps_per_execution` batches; Keras' own breaks under `tf.distribute`."""
        self._make_loop(force)

        def train_function(iterator):
            return {name: values[-1] for name, values in self.play(iterator, self.steps_per_execution).items()}

        self.train_function = train_function

    def _make_loop(self, force=False):
        if self._loop is not None and not force:
            return
        strategy = self.distribute_strategy

        def step(data):
            logs = self.train_step(data)
            self._log_names = sorted(logs)
            return tf.stack([tf.cast(logs[name], tf.float32) for name in self._log_names])

        if self.jit_compile:
            step = tf.function(step, jit_compile=True, autograph=False)
        step = tf.autograph.experimental.do_not_convert(step)

        @tf.function(reduce_retracing=True)
        def loop(iterator, iterations):
            rows = tf.TensorArray(tf.float32, size=iterations)
            for index in tf.range(iterations):
                row = strategy.run(step, args=(next(iterator),))
                rows = rows.write(index, strategy.reduce(tf.distribute.ReduceOp.MEAN, row, axis=None))
            return rows.stack()

        self._loop = loop

    # === Details ===

    def _counter(self, name):
        return self.add_weight(
            name=name, shape=(), dtype="int64", initializer="zeros", trainable=False, aggregation="only_first_replica"
        )

    def _prepare(self, optimizer, player):
        optimizer = optimizer or keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.999, epsilon=1e-8)
        scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
        if not scaled and any(layer.compute_dtype == "float16" for layer in player.layers):
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        optimizer.build(player.trainable_variables)
        return optimizer
