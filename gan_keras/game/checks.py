"""Checks that the networks of a game, its objective and its other settings fit together."""

import warnings

from gan_keras import objectives
from gan_keras.config import rules
from gan_keras.config import schema
from gan_keras.layers.nested import batch_normalizations


def check(model):
    """Refuses networks and settings of a `GAN` that do not fit together; warns of those that change what is computed.

    Raises:
        UserError: see `gan_keras.config.rules`.
    """
    normalized = batch_normalizations(model.discriminator)
    facts = {
        "discriminator_batch_norm": normalized[0] if normalized else "",
        "discriminator_outputs": _output_names(model.discriminator),
    }
    rules.check(schema.as_values(model.objective) | model.augmentation.settings() | facts)
    if normalized and (model.objective.r1 or model.objective.r2):
        warnings.warn(
            f"R1 and R2 beside batch normalization in D ({normalized[0]}): the penalized gradient is that of the "
            "pass's "
            "summed logits, through the batch's statistics",
            stacklevel=4,
        )
    mixing = ["batch normalization"] * bool(normalized or batch_normalizations(model.generator))
    mixing += objectives.terms_of_the_batch(model.objective)
    if model.accumulation > 1 and mixing:
        warnings.warn(
            f"accumulation={model.accumulation}: {' and '.join(mixing)} will see one micro-batch at a time, so the "
            "update is not that of the whole batch",
            stacklevel=4,
        )


def _output_names(discriminator):
    output = discriminator.output
    if isinstance(output, dict):
        return sorted(output)
    return ["logits"] if len(discriminator.outputs) == 1 else [tensor.name for tensor in discriminator.outputs]
