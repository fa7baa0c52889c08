"""Command-line flags: one for every setting."""

from collections.abc import Collection
from typing import Any

from absl import flags

from gan_keras.config import fields
from gan_keras.config import schema
from gan_keras.config.schedules import Schedule

_MAKERS: dict[Any, Any] = {
    int: flags.DEFINE_integer,
    float: flags.DEFINE_float,
    bool: flags.DEFINE_bool,
    str: flags.DEFINE_string,
    Schedule: flags.DEFINE_string,
}


def define(names: Collection[str] | None = None) -> None:
    """Defines an absl flag for every setting, all without a default: a setting that is not given is the recipe's.

    Args:
        names: of the settings that a program takes; None: all.
    """
    for section, field in schema.leaves():
        if names is not None and field.name not in names:
            continue
        help = f"[{section}] {field.metadata['help']}"
        if field.metadata["choices"]:
            help += f"; one of {', '.join(field.metadata['choices'])}"
        if field.default is not None and names is None:
            help += f" (recipe dcgan: {field.default})"
        _MAKERS[fields.leaf_type(field)[0]](field.name, None, help)


def given() -> dict[str, Any]:
    """Returns the values of the settings whose flags were given on the command line, by name."""
    known = [field.name for _, field in schema.leaves() if field.name in flags.FLAGS]
    return {name: flags.FLAGS[name].value for name in known if flags.FLAGS[name].present}


def define_run(required: bool = False) -> None:
    """Defines `--run_dir`, the folder of a run, and `--run`, another name of the same flag."""
    flags.DEFINE_string("run_dir", None, "folder of the run", required=required)
    flags.DEFINE_alias("run", "run_dir")
