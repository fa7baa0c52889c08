"""What tests of sets of samples share."""

import numpy as np
import pytest

from gan_keras import errors


def drawn(subject, seeds, **given):
    """Returns the samples of all batches, each of the subject's shape."""
    batches = list(subject.batches(np.asarray(seeds), {name: np.asarray(values) for name, values in given.items()}))
    assert all(batch.dtype == np.uint8 and batch.shape[1:] == subject.shape for batch in batches)
    return np.concatenate(batches)


def refused(call, message):
    """Checks that a call is refused in one line that matches `message`."""
    with pytest.raises(errors.UserError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
