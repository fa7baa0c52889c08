"""What a training needs, resolved: the config with every default filled in, and the samples."""

import dataclasses
import sys
from typing import Any

from gan_keras import config as configs
from gan_keras import data
from gan_keras import errors
from gan_keras.config import rules
from gan_keras.config import schema
from gan_keras.data import conditions
from gan_keras.data import pipeline
from gan_keras.metrics import features as feature_networks
from gan_keras.metrics.evaluator import default_metric

_PREPARED = ("resolution", "crop", "length", "vocabulary", "holdout")
"""Settings whose defaults belong to the data set; a store has those of its kind of samples."""


@dataclasses.dataclass(frozen=True)
class Experiment:
    """A config that is complete, and what it refers to.

    Attributes:
        config: `Config` without open defaults.
        store: `Store` of the training samples.
        conditions: `Conditions` of the samples for a conditional model, or None.
    """

    config: configs.Config
    store: data.Store
    conditions: conditions.Conditions | None

    @property
    def sizes(self) -> dict[str, int]:
        """What builders of networks take beside the config, see `SampleKind.sizes`."""
        return self.store.kind.sizes(self.channels)

    @property
    def channels(self) -> int | None:
        """Channels of images; None for texts."""
        return None if self.store.kind.vocabulary else self.store.samples.shape[-1]

    @property
    def condition(self) -> conditions.Condition | None:
        """The `Condition` of a conditional model, or None."""
        return self.conditions and self.conditions.condition

    @property
    def identity(self) -> dict[str, Any]:
        """Flat dict of everything that defines the experiment."""
        return schema.identity(self.config, self.store.manifest)

    def with_schedule_images(self, images: int) -> "Experiment":
        """Returns the experiment with the length of the schedules that name none, if it has such schedules."""
        if self.config.training.schedule_images is not None or not rules.has_open_schedule(schema.flat(self.config)):
            return self
        training = dataclasses.replace(self.config.training, schedule_images=images)
        return dataclasses.replace(self, config=dataclasses.replace(self.config, training=training))

    def batches(self, strategy, first_iteration: int = 0):
        """Returns the strategy's distributed data set, from a given iteration on."""
        game = self.config.game
        return pipeline.distribute(
            strategy,
            samples=self.store.samples,
            conditions=self.conditions and self.conditions.by_name,
            seed=game.seed,
            batch_size=game.batch_size,
            discriminator_steps=game.discriminator_steps,
            flip=self.config.data.flip,
            first_iteration=first_iteration,
            kind=self.store.kind,
        )


def _evaluation(config: configs.Config, store: data.Store) -> dict[str, Any]:
    """Returns the metric and the features by which the run is judged, where the user leaves the choice."""
    settings = config.evaluation
    if settings.metric == "none":
        return {}
    is_asked_for = settings.metric or settings.features or settings.patience_images
    try:
        data.prepare_for(config.data, "test")  # What is missing is said now, and not after hours.
    except errors.UserError as error:
        if is_asked_for:
            raise
        print(f"the generator is not measured while it trains: {error}", file=sys.stderr)
        return {"metric": "none"}
    metric, features = settings.metric, settings.features
    if metric is None:
        metric, features = default_metric(store, features)
    if features is not None:
        feature_networks.check(features, store)
    return {"metric": metric, "features": features}


def resolve(config: configs.Config, replicas: int) -> Experiment:
    """Returns the Experiment of a config; its samples are prepared if they were not before.

    Args:
        config: `Config`.
        replicas: number of devices that train in step.

    Raises:
        UserError: the samples cannot be read, or the settings fit neither them nor the devices.
    """
    store = data.prepare_for(config.data)
    facts = {"replicas": replicas, "training_images": len(store.samples)}
    rules.check(schema.flat(config) | facts)
    description = data.describe(config.data.dataset)
    settings = {
        **{name: store.manifest[name] for name in _PREPARED if name in store.manifest},
    }
    if description.samples == "images" and config.data.flip is None:
        settings["flip"] = description.default_flip
    settings |= _evaluation(config, store)
    chosen = None
    if config.data.labels:
        encoding = config.data.label_encoding or "joint"
        chosen = conditions.choose(store, config.data.labels, encoding, description.default_labels)
    if replicas == 1 and config.game.sync_batch_norm is False:
        # One replica has nothing to synchronize: its statistics are those of the global batch.
        settings["sync_batch_norm"] = True
    return Experiment(configs.override(config, **settings), store, chosen)
