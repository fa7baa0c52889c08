"""Whether generated texts differ from each other, and from those that were learned."""

from gan_keras import errors
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Finding


def unique(evidence: Evidence) -> Finding:
    """Returns `share`, of different texts among the generated ones; and that among as many `real` ones.

    The share falls as texts become more. Where there are fewer real ones, `comparable` is that among as many generated
    ones, and a note says how many they are.
    """
    fake, real = (evidence.kind.as_users_see(side.samples) for side in (evidence.fake, evidence.real))
    count = min(len(fake), len(real))
    values = {"share": _different(fake), "real": _different(real[:count])}
    if count == len(fake):
        return Finding(values)
    note = f"'real' and 'comparable' are the shares among {count} texts each: there are no more real ones"
    return Finding(values | {"comparable": _different(fake[:count])}, (note,))


def _different(texts):
    return len({*texts}) / len(texts)


def novel(evidence: Evidence) -> Finding:
    """Returns `share`, of the generated texts that are none of the training texts; and that of the `real` ones.

    Raises:
        UserError: the training texts are unknown.
    """
    if evidence.train is None:
        raise errors.UserError(
            "novel without training texts: expected those that the generator learned from; name a run with its data "
            "set, or leave the metric out"
        )
    train = {*evidence.kind.as_users_see(evidence.train)}

    def share(samples):
        texts = evidence.kind.as_users_see(samples)
        return sum(text not in train for text in texts) / len(texts)

    return Finding({"share": share(evidence.fake.samples), "real": share(evidence.real.samples)})
