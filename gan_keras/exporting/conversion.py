"""What a version says of a file that a converter could not make."""


def failed(error: Exception) -> dict[str, str]:
    """Returns the entry of `checks` for a file whose conversion raised an error: its first line.

    The converters are other libraries, which raise many types for a layer that they do not know. A file less is no
    reason to lose the version.
    """
    message = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return {"left_out": f"left out, it cannot be converted: {message}"}
