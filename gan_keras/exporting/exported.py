"""Drawing with an exported generator: TensorFlow and the version's folder, none of the classes that built it."""

import json
import pathlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import tensorflow as tf

from gan_keras import errors
from gan_keras.data import kinds
from gan_keras.data.conditions import Condition
from gan_keras.data.conditions import for_seeds
from gan_keras.exporting import version
from gan_keras.runtime import randomness

BATCH_SIZE = 64


class ExportedGenerator:
    """A generator read back from a version folder.

    Args:
        path: a version folder (`exported_models/NAME/1`), or the folder above it for the newest version.

    Attributes:
        folder: path of the version.
        description: dict, what `export.json` holds.
        condition: `Condition` of a conditional generator, or None.
        kind: `SampleKind` of its samples.
        signatures: the SavedModel's signatures, functions of named tensors.

    Raises:
        UserError: there is no exported generator, or it is damaged.
    """

    def __init__(self, path: pathlib.Path | str):
        self.folder = version.locate(path)
        try:
            self.description = _in_todays_words(json.loads((self.folder / "export.json").read_text("utf-8")))
            self.condition = Condition.from_json(self.description["condition"])
            self.kind = kinds.of_vocabulary(self.description["vocabulary"])
            self._model = tf.saved_model.load(str(self.folder))  # Its weights live as long as this object.
            self.signatures = self._model.signatures
        except (OSError, ValueError, TypeError, KeyError, tf.errors.OpError) as error:
            raise errors.UserError(
                f"cannot read the exported model '{self.folder}' ({error}): it is damaged, export it again"
            ) from error

    def draw(self, latents: tf.Tensor, *condition: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns {output: float32 (N, …)} of latents float32 (N, z), to be traced in other graphs.

        The output is `images` or `probabilities`, see `SampleKind.output`.

        Args:
            latents: float32 (N, z).
            *condition: for a conditional generator, `labels` int32 (N,) or `attributes` float32 (N, A).
        """
        names = [spec.name for spec in self.input_specs()]
        return self.signatures["serving_default"](**dict(zip(names, (latents, *condition), strict=True)))

    def input_specs(self, batch_size: int | None = None) -> list[tf.TensorSpec]:
        """Returns what `draw` takes: the specifications of `latents` and of the condition, if there is one."""
        specs = [tf.TensorSpec([batch_size, self.description["latent_dim"]], tf.float32, name="latents")]
        if self.condition is not None:
            shape, dtype = [batch_size, *self.condition.shape], self.condition.dtype
            specs.append(tf.TensorSpec(shape, dtype, name=self.condition.name))
        return specs

    def latents(self, seeds: Iterable[int]) -> np.ndarray:
        """Returns the latents of sample seeds, float32 (N, z)."""
        description = self.description
        drawn = randomness.sample_latents(np.asarray(list(seeds)), description["latent_dim"], description["latents"])
        return drawn.numpy()

    @property
    def variables(self) -> list[tf.Variable]:
        """The weights, in the order in which they were saved."""
        return list(self._model.weights)

    def stored_samples(self, seeds: np.ndarray, **conditions: np.ndarray) -> np.ndarray:
        """Returns the samples of seeds as a data set stores them: images uint8 (N, H, W, C), texts as numbers (N, L).

        Args: as for `generate`; a condition has to be given if the generator has one.
        """
        if not self.kind.vocabulary:
            images: np.ndarray = self.generate(seeds, BATCH_SIZE, **conditions)
            return images
        (probabilities,) = self.draw(tf.constant(self.latents(seeds)), *map(tf.constant, conditions.values())).values()
        stored: np.ndarray = self.kind.to_stored(probabilities.numpy())
        return stored

    def generate(self, seeds: Iterable[int], batch_size: int = BATCH_SIZE, **conditions: Any) -> Any:
        """Returns the samples of seeds: images uint8 (N, H, W, C), or a list of N texts.

        A seed gives the same sample in every batch.

        Args:
            seeds: integers (N,), N > 0.
            batch_size: samples drawn by one call of the graph, 1 to 1024.
            **conditions: for a conditional generator, `labels` (N,), integers, or `attributes` (N, A), numbers in
                [0, 1]. Without them, a seed takes its turn among the classes or among the commonest vectors of
                attributes.

        Raises:
            UserError: no seeds, or conditions that the generator does not have, not one for each seed, or out of range.
        """
        seeds = np.asarray(list(seeds), np.int64)
        if not len(seeds):
            raise errors.UserError("no seeds were given: expected at least one integer")
        rows = {"seeds": seeds} | for_seeds(self.condition, seeds, conditions)
        batches = []
        for at in range(0, len(seeds), batch_size):
            batch = {name: tf.constant(values[at : at + batch_size]) for name, values in rows.items()}
            (drawn,) = self.signatures["sample"](**batch).values()
            batches.append(drawn.numpy())
        samples = np.concatenate(batches)
        return [text.decode() for text in samples] if self.kind.vocabulary else samples


def _in_todays_words(description: dict[str, Any]) -> dict[str, Any]:
    """Returns what `export.json` holds, of a version from before there were texts as well."""
    if "image_shape" not in description:
        return description
    shape = description["image_shape"]
    rest = {name: value for name, value in description.items() if name != "image_shape"}
    return rest | {"sample_shape": shape, "vocabulary": None, "examples": []}
