"""Command-line flags: one for every setting."""

from typing import Any

from absl import flags

from gan_keras.config import schema
from gan_keras.config.schedules import Schedule

_MAKERS: dict[Any, Any] = {
    int: flags.DEFINE_integer,
    float: flags.DEFINE_float,
    bool: flags.DEFINE_bool,
    str: flags.DEFINE_string,
    Schedule: flags.DEFINE_string,
}


def define() -> None:
    """Defines one absl flag for every setting, all without a default: a setting that is not given is the recipe's."""
    for section, field in schema.leaves():
        help = f"[{section}] {field.metadata['help']}"
        if field.metadata["choices"]:
            help += f"; one of {', '.join(field.metadata['choices'])}"
        if field.default is not None:
            help += f" (recipe dcgan: {field.default})"
        _MAKERS[schema.leaf_type(field)[0]](field.name, None, help)


def given() -> dict[str, Any]:
    """Returns the values of the flags that were given on the command line, by name."""
    return {
        field.name: flags.FLAGS[field.name].value for _, field in schema.leaves() if flags.FLAGS[field.name].present
    }


def define_run(required: bool = False) -> None:
    """Defines `--run_dir`, the folder of a run, and `--run`, another name of the same flag."""
    flags.DEFINE_string("run_dir", None, "folder of the run", required=required)
    flags.DEFINE_alias("run", "run_dir")
