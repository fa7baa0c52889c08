"""A setting as a dataclass field: how it is declared, and how a value of it is converted and checked."""

import dataclasses
import math
import types
import typing
from typing import Any

from gan_keras import errors
from gan_keras.config import schedules
from gan_keras.config.schedules import Schedule


def setting(
    default: Any,
    help: str,
    *,
    choices: tuple[str, ...] | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
    below: float | None = None,
    identity: bool = True,
    penalty: bool = False,
) -> Any:
    metadata = {
        "help": help,
        "choices": choices,
        "minimum": minimum,
        "maximum": maximum,
        "below": below,
        "identity": identity,
        "penalty": penalty,
    }
    return dataclasses.field(default=default, metadata=metadata)


def free(default: Any, help: str, **kwargs: Any) -> Any:
    return setting(default, help, identity=False, **kwargs)


def penalty(help: str) -> Any:
    return setting(schedules.constant(0), help, minimum=0, penalty=True)


def check(field: dataclasses.Field, value: Any) -> Any:
    """Returns the value of a setting, converted to its type.

    Raises:
        UserError: the value has another type, is out of range, or is not among the choices.
    """
    kind, optional = leaf_type(field)
    if value is None and optional:
        return None
    if kind is Schedule and isinstance(value, (int, float, str)) and not isinstance(value, bool):
        value = _schedule(field, value)
    if isinstance(value, (int, float)) and kind in (float, str) and not isinstance(value, bool):
        value = kind(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise errors.UserError(f"{field.name}={value!r}: expected {kind.__name__.lower()} ({field.metadata['help']})")
    choices = field.metadata["choices"]
    if choices and value not in choices:
        raise errors.UserError(
            f"{field.name}='{value}'{errors.nearest(value, choices)}: expected one of {', '.join(choices)}"
        )
    _check_range(field, value)
    return value


def _schedule(field: dataclasses.Field, value: float | str) -> Schedule:
    try:
        return schedules.parse(value)
    except errors.UserError as error:
        raise errors.UserError(f"{field.name}: {error}") from None


def _check_range(field: dataclasses.Field, value: Any) -> None:
    numbers = (value.start, value.end) if isinstance(value, Schedule) else (value,)
    if any(isinstance(number, float) and not math.isfinite(number) for number in numbers):
        raise errors.UserError(f"{field.name}={value}: expected a finite number")  # JSON has no others.
    limits = (
        ("minimum", "at least", lambda number, limit: number >= limit),
        ("maximum", "at most", lambda number, limit: number <= limit),
        ("below", "less than", lambda number, limit: number < limit),
    )
    for name, words, holds in limits:
        limit = field.metadata[name]
        if limit is not None and not all(holds(number, limit) for number in numbers):
            raise errors.UserError(f"{field.name}={value}: expected {words} {limit} ({field.metadata['help']})")


def leaf_type(field: dataclasses.Field) -> tuple[Any, bool]:
    """Returns the Python type of a setting and whether it may be None."""
    if isinstance(field.type, types.UnionType):
        return next(kind for kind in typing.get_args(field.type) if kind is not type(None)), True
    return field.type, False


def plain(value: Any) -> Any:
    """Returns the value of a setting as JSON can hold it: a schedule as its text, a constant one as a number."""
    if isinstance(value, Schedule):
        return value.start if value.is_constant else str(value)
    return value
