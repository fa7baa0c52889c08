"""Penalties on D: each is a module, named after the setting of its weight, with the function

    penalty(real, fake, update) → float32, (N,) or (N, 1), one number per sample

of D's two passes (`DiscriminatorPass`) and the `Update` that they are part of. A penalty takes no mean and has no
weight: both are applied in one place for all terms of a loss, so that a weight means the same on any number of
replicas.
"""

import importlib

from gan_keras.config import schema

PENALTIES = {name: importlib.import_module(f"{__name__}.{name}").penalty for name in schema.PENALTIES}
