"""One update of one player: gradients of the global batch, accumulated, scaled, agreed on, applied."""

import keras
import tensorflow as tf

from gan_keras import distribution


def descend(player, optimizer, play, turns, l2):
    """Moves a player's variables down the gradient of the mean, over the global batch, of the terms that it plays.

    Args:
        player: Keras model whose trainable variables are moved.
        optimizer: built Keras optimizer.
        play: function, `Turn` → (terms, reports): terms are tensors with one number an image, by name, the sum of whose
            means is the loss; reports are scalars, by name.
        turns: list of `Turn`, the micro-batches of the update.
        l2: adds l2 · p to the gradient of every variable p.

    Returns:
        dict of the means of the terms and reports over this replica's images, and the norm of the gradient.
    """
    variables = player.trainable_variables
    total, logs = None, {}
    for turn in turns:
        # One micro-batch after the other: at once they would need the memory of the whole batch.
        with tf.control_dependencies(total or []), tf.GradientTape() as tape:
            terms, reports = play(turn)
            loss = sum(distribution.share_of_mean(term) for term in terms.values()) / len(turns)
            scaled_loss = optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled_loss, [variable.value for variable in variables])
        gradients = [tf.convert_to_tensor(gradient) for gradient in gradients]  # An embedding's are indexed slices.
        total = gradients if total is None else [sum(pair) for pair in zip(total, gradients, strict=True)]
        for name, value in {**terms, **reports}.items():
            logs[name] = logs.get(name, 0.0) + tf.reduce_mean(value) / len(turns)
    return logs, _apply(optimizer, total, variables, l2)


def _apply(optimizer, gradients, variables, l2):
    """Applies this replica's gradients; returns the norm of their sum over replicas."""
    gradients = distribution.sum_over_replicas(distribution.poison_if_any_overflowed(gradients))
    scale = optimizer.scale_loss(tf.constant(1.0))
    if l2:
        gradients = [gradient + l2 * scale * variable for gradient, variable in zip(gradients, variables, strict=True)]
    # The optimizer adds up over replicas once more: it is handed an equal share of the sum.
    optimizer.apply([gradient / distribution.replicas() for gradient in gradients], variables)
    norm = tf.linalg.global_norm(gradients) / scale
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):  # It skips a step that overflowed.
        norm = tf.where(tf.math.is_finite(norm), norm, 0.0)
    return norm
