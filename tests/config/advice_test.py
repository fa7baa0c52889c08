"""What is advised can be typed as it stands."""

import pytest

from gan_keras.config import advice
from gan_keras.config import fields
from gan_keras.config import recipes
from gan_keras.config import schema


@pytest.mark.parametrize(("budget", "flags"), advice.ADVICE)
def test_every_line_is_a_config_whose_flags_all_say_something(budget, flags):
    given = dict(flag.removeprefix("--").split("=") for flag in flags.split())
    recipe = given.pop("recipe")
    types = {field.name: fields.leaf_type(field)[0] for _, field in schema.leaves()}
    settings = {name: types[name](value) if types[name] in (int, float) else value for name, value in given.items()}
    config = recipes.recipe(recipe, **settings)
    for name, value in settings.items():
        assert recipes.recipe(recipe, **settings | {name: value}) == config
        others = {other: settings[other] for other in settings if other != name}
        assert recipes.recipe(recipe, **others) != config


def test_the_lines_have_a_header():
    head, *lines = advice.lines()
    assert head.endswith(":") and len(lines) == len(advice.ADVICE)
    assert all(flags in line for line, (_, flags) in zip(lines, advice.ADVICE, strict=True))
