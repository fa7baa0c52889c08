"""How the table of rules is used: combinations are refused, and dependent settings take their defaults."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from typing import Any

from gan_keras import errors
from gan_keras.config import rule_table
from gan_keras.config.rule_table import RULES
from gan_keras.config.rule_table import Rule


class _Unknown(Exception):
    """A rule asks for something that is not known yet."""


class Settings:
    """Values by name, as attributes; settings and facts that are not known yet make the rule wait."""

    def __init__(self, values: Mapping[str, Any]):
        self._values = dict(values)
        if "architecture" in values and "discriminator_batch_norm" not in values:
            self._values["discriminator_batch_norm"] = (
                "--normalization=batch" if rule_table.discriminator_batch_norm(self) else ""
            )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._values:
            raise _Unknown(name)
        return self._values[name]

    def asdict(self) -> dict[str, Any]:
        """Returns all values that are known, by name."""
        return self._values


def check(values: Mapping[str, Any]) -> None:
    """Checks a combination of settings.

    Args:
        values: dict of settings and facts, by name; it need not hold all of them.

    Raises:
        UserError: a setting would have no effect, or the combination is invalid.
    """
    settings = Settings(values)
    for rule in RULES:
        if _applies(rule.refused, settings):
            shown = settings.asdict()
            raise errors.UserError(f"{rule.setting}={shown[rule.setting]}: {rule.reason.format(**shown)}")


def has_open_schedule(values: Mapping[str, Any]) -> bool:
    """Returns whether some of the settings are schedules that take their length from the run."""
    return rule_table.has_open_schedule(Settings(values))


def settle(values: Mapping[str, Any], given: Collection[str]) -> dict[str, Any]:
    """Returns the values after what depends on other settings was settled.

    A setting that would have no effect becomes None, unless the user gave it; one that is None and has an effect takes
    its default.

    Args:
        values: dict of all settings, by name.
        given: names of the settings that the user gave.
    """
    values = dict(values)
    for rule in (rule for rule in RULES if rule.is_dependent):
        if rule.setting not in given and _applies(rule.refused, Settings(values)):
            values[rule.setting] = None
        if values[rule.setting] is None and _has_effect(rule, values):
            settings = Settings(values)
            values[rule.setting] = rule.default(settings) if callable(rule.default) else rule.default
    return values


def _has_effect(rule: Rule, values: dict[str, Any]) -> bool:
    """Whether the setting of a dependent rule would have an effect if it had some value."""
    return not _applies(rule.refused, Settings(values | {rule.setting: "any"}))


def _applies(refused: Callable[[Any], bool], settings: Settings) -> bool:
    try:
        return bool(refused(settings))
    except _Unknown:
        return False
