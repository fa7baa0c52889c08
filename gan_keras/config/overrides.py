"""A config with some settings replaced."""

from collections.abc import Collection
from collections.abc import Mapping
from typing import Any

from gan_keras import errors
from gan_keras.config import fields
from gan_keras.config import rules
from gan_keras.config import schema

SIZES_OF_AN_ARCHITECTURE = ("width", "activation", "preset", "spectral_normalization", "attention", "san")


def override(config: schema.Config, **given: Any) -> schema.Config:
    """Returns the config with some settings replaced.

    Settings that belonged only to a choice that is replaced are dropped: `optimizer="adam"` over a recipe for RMSProp
        drops
    its ρ. Another architecture takes its own sizes. Settings that depend on another one and were not given take the
    default that belongs to it.

    Args:
        config: `Config`.
        **given: settings by the names of their flags, such as `dataset="folder:photos", images=100_000`.

    Raises:
        UserError: an unknown name, a value that the setting cannot take, a setting that would have no effect, or an
            invalid combination.
    """
    declared = {field.name: field for _, field in schema.leaves()}
    for name in given:
        if name not in declared:
            raise errors.UserError(f"unknown setting '{name}'{errors.nearest(name, declared)}")
    given = {name: fields.check(declared[name], value) for name, value in given.items()}
    values = schema.flat(config)
    if given.get("architecture", values["architecture"]) != values["architecture"]:
        values |= dict.fromkeys(SIZES_OF_AN_ARCHITECTURE)
    return from_flat(config.recipe, values | given, {name for name, value in given.items() if value is not None})


def from_flat(recipe: str, values: Mapping[str, Any], given: Collection[str] = frozenset()) -> schema.Config:
    """Returns the Config of flat values; see `rules.settle` for `given`."""
    values = rules.settle(values, given)
    sections: dict[str, dict[str, Any]] = {name: {} for name in schema.SECTIONS}
    for section, field in schema.leaves():
        sections[section][field.name] = values[field.name]
    rules.check(values)  # Before the sections are built, so that a message can use all of the settings.
    return schema.Config(recipe, **{name: schema.SECTIONS[name](**declared) for name, declared in sections.items()})


def from_dict(stored: Mapping[str, Any]) -> schema.Config:
    """Returns the config that `schema.to_dict` wrote.

    Raises:
        UserError: an unknown section or setting, or a wrong value.
    """
    values = schema.flat(schema.Config())
    declared = {field.name: field for _, field in schema.leaves()}
    for section, settings in stored.items():
        if section == "recipe":
            continue
        if section not in schema.SECTIONS or not isinstance(settings, dict):
            raise errors.UserError(
                f"unknown section '{section}' in the config{errors.nearest(section, schema.SECTIONS)}"
            )
        known = [field.name for place, field in schema.leaves() if place == section]
        for name, value in settings.items():
            if name not in known:
                raise errors.UserError(f"unknown setting '{section}.{name}' in the config{errors.nearest(name, known)}")
            values[name] = fields.check(declared[name], value)
    return from_flat(stored.get("recipe", "dcgan"), values)


def with_game_of(config: schema.Config, other: schema.Config) -> schema.Config:
    """Returns the config under the name of another one and with its game."""
    return from_flat(other.recipe, schema.flat(config) | schema.as_values(other.game))
