"""The one exception that is addressed to the user."""


class UserError(ValueError):
    """A mistake that the user can mend.

    Its message is one line: what was given, what was expected, what to do next. Programs print that line and exit with
    status 1 (`gan_keras.runtime.program.run`); in Python it is a plain `ValueError`.
    """


def one_line(said: object) -> str:
    """Returns a text, or the message of an error, in one line."""
    return " ".join(str(said).split())


def expect_one_of(value, known, name):
    """Raises a UserError unless a value is one of the known ones; `name` is what the message calls the value."""
    if value not in known:
        raise UserError(f"unknown {name} '{value}'{nearest(value, known)}: expected one of {', '.join(known)}")


def nearest(name, known):
    """Returns ` (did you mean 'x'?)` for the entry of `known` that is closest to `name`, or an empty string."""
    import difflib

    matches = difflib.get_close_matches(str(name), [str(entry) for entry in known], n=1, cutoff=0.5)
    return f" (did you mean '{matches[0]}'?)" if matches else ""
