"""What makes two networks a Keras model: compile, fit, generate, save. The training step is in `gan`."""

import keras

from gan_keras import errors
from gan_keras.data.kinds import IMAGES
from gan_keras.game import compiled_loop
from gan_keras.game import fit_loop
from gan_keras.game import optimizers
from gan_keras.game import sampling
from gan_keras.layers.nested import all_layers


class AdversarialModel(keras.Model):
    """A generator, a discriminator and the moving average of the generator; calling the model calls the average.

    A subclass sets `generator`, `discriminator`, `ema_generator`, `training_state`, `latents`, `schedule_images` and
    `default_optimizers` (a `Game` section whose optimizers `compile` makes by default), and defines `train_step`.
    """

    _loop = None

    @property
    def iteration(self):
        """Keras variable, int64: iterations so far."""
        return self.training_state.iteration

    @property
    def images_shown(self):
        """Keras variable, int64: real samples shown to D."""
        return self.training_state.images_shown

    def call(self, inputs, training=False):
        return self.ema_generator(inputs, training=training)

    def generate(self, seeds, batch_size=64, kind=IMAGES, **conditions):
        """Returns the samples of seeds as a store has them, images uint8 (N, H, W, C), by the moving average of G.

        Args:
            seeds: integers (N,); a seed gives the same image in every batch and every program.
            batch_size: samples of one call of the graph.
            kind: `SampleKind` of the samples.
            **conditions: the conditions of the generator by name, such as `labels` (N,).

        Raises:
            UserError: no seeds, or conditions that the generator lacks, does not have, or of another length.
        """
        return sampling.generate(self.ema_generator, self.latents, seeds, conditions, batch_size, kind)

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        *,
        jit_compile=False,
        run_eagerly=False,
        steps_per_execution=1,
        **unsupported,
    ):
        """Prepares training.

        The optimizers belong to the game from here on. Under `mixed_float16` each is wrapped in a `LossScaleOptimizer`.

        Args:
            generator_optimizer, discriminator_optimizer: Keras optimizers; None: those of the recipe that `objective`
                names, or of `dcgan`.
            jit_compile: whether XLA compiles the step (one device only).
            run_eagerly: whether the step runs without a graph, for debugging.
            steps_per_execution: iterations of `fit` between two calls of its callbacks.

        Raises:
            UserError: any other argument of `keras.Model.compile`: the losses are those of the objective.
        """
        if unsupported:
            raise errors.UserError(
                f"GAN.compile does not take {', '.join(sorted(unsupported))}: the losses are those of the objective, "
                "the "
                "optimizers are generator_optimizer and discriminator_optimizer, and fit reports what the step reports"
            )
        super().compile(
            optimizer=None, jit_compile=jit_compile, run_eagerly=run_eagerly, steps_per_execution=steps_per_execution
        )
        self._loop = None
        default = self.default_optimizers
        half = {network: _uses_float16(network) for network in (self.generator, self.discriminator)}
        with self.distribute_strategy.scope():
            self.generator_optimizer = optimizers.prepare(
                self._optimizer(generator_optimizer, default.generator_learning_rate),
                self.generator.trainable_variables,
                self.training_state,
                needs_loss_scale=half[self.generator] or half[self.discriminator],  # G's gradient passes D.
            )
            self.discriminator_optimizer = optimizers.prepare(
                self._optimizer(discriminator_optimizer, default.discriminator_learning_rate),
                self.discriminator.trainable_variables,
                self.training_state,
                needs_loss_scale=half[self.discriminator],
            )

    def _optimizer(self, optimizer, default_rate):
        if optimizer is None:
            return optimizers.build(self.default_optimizers, default_rate, self.schedule_images)
        return keras.optimizers.get(optimizer)

    def train_iterations(self, iterator, iterations):
        """Runs several iterations in one call of one graph.

        Args:
            iterator: iterator over batches as `train_step` takes them, of the strategy's distributed data set.
            iterations: int, how many.

        Returns:
            dict from the names of `train_step`'s results to numpy float32 (iterations,), means over the global batch.
        """
        return self._compiled_loop().run(iterator, iterations)

    def _compiled_loop(self):
        if self._loop is None:
            self._loop = compiled_loop.CompiledLoop(self)
        return self._loop

    def make_train_function(self, force=False):
        """Makes what `fit` calls for every `steps_per_execution` batches."""
        if force:
            self._loop = None
        self.train_function = fit_loop.FitLoop(self, self._compiled_loop())

    def reset_metrics(self):
        """Starts the means of a new epoch of `fit`."""
        super().reset_metrics()
        if isinstance(self.train_function, fit_loop.FitLoop):
            self.train_function.start_epoch()

    def get_compile_config(self):
        if not self.compiled:
            return None
        return {
            "generator_optimizer": keras.saving.serialize_keras_object(self.generator_optimizer),
            "discriminator_optimizer": keras.saving.serialize_keras_object(self.discriminator_optimizer),
            "jit_compile": self.jit_compile,
            "run_eagerly": self.run_eagerly,
            "steps_per_execution": self.steps_per_execution,
        }

    def compile_from_config(self, config):
        self.compile(**keras.saving.deserialize_keras_object(config))


def _uses_float16(network):
    return any(layer.compute_dtype == "float16" for layer in all_layers(network))
