"""SavedModels whose bytes depend on the functions and weights that are saved, and not on the process that saves them.

With `tf.saved_model.save` alone they differ: a traced function lists its variables in the order of their memory
addresses, the names of functions hold numbers from a counter of the process, calls of functions hold the number of its
devices, and the fingerprint holds a random identifier.
"""

import hashlib
import pathlib
import re
import uuid
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from tensorflow.core.protobuf import fingerprint_pb2
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow.python.saved_model import fingerprinting_utils  # No public function writes a fingerprint.

Endpoint = tuple[Callable[..., dict[str, Any]], Sequence[tf.TensorSpec]]
"""A function of tensors that returns a dict of tensors, and what tensors it takes."""


def save(folder: pathlib.Path | str, endpoints: Mapping[str, Endpoint], variables: Sequence[tf.Variable]) -> None:
    """Writes a SavedModel without assets.

    Args:
        folder: folder to write into, made if need be.
        endpoints: dict from the names of the signatures to `Endpoint`s. The inputs of a signature have the names of its
            `tf.TensorSpec`s.
        variables: all variables that the functions use, in an order that is always the same. Those that no
            function uses are not written.

    Raises:
        OSError: it cannot be written.
    """
    try:
        _save(folder, endpoints, variables)
    except tf.errors.OpError as error:
        raise OSError(error.message) from error


def _save(folder, endpoints, variables):
    signatures = {
        name: tf.function(function, input_signature=list(specs), autograph=False)
        for name, (function, specs) in endpoints.items()
    }
    used = {id(value) for traced in signatures.values() for value in traced.get_concrete_function().variables}
    root = tf.Module()
    root.weights = [variable for variable in variables if id(variable) in used]
    # Gradients are not needed to draw, and would be traced for every operation that has one of its own.
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    tf.saved_model.save(root, str(folder), signatures=signatures, options=options)
    _rewrite(pathlib.Path(folder))


def _rewrite(folder):
    """Takes out of a SavedModel what depends on the process that wrote it."""
    path = folder / "saved_model.pb"
    model = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    for graph in model.meta_graphs:
        library = graph.graph_def.library
        for nodes in (graph.graph_def.node, *(function.node_def for function in library.function)):
            for node in nodes:
                node.attr.pop("config_proto", None)  # Number of devices of this process; empty where it is missing.
                node.attr.pop("_gradient_op_type", None)  # Number of a gradient in this process.
        _name_captures(library)
        _renumber(graph, _short_names([function.signature.name for function in library.function]))
        library.function.sort(key=lambda function: function.signature.name)
    path.write_bytes(model.SerializeToString(deterministic=True))
    _write_fingerprint(folder)


def _name_captures(library):
    """Gives those arguments of functions that were called by a number of the counter a name without it."""
    for function in library.function:
        for argument in function.arg_attr.values():
            if "_user_specified_name" in argument.attr and argument.attr["_user_specified_name"].s.isdigit():
                argument.attr["_user_specified_name"].s = b"capture"


def _short_names(names):
    """Returns a dict from names such as `__inference_sample_1234` to names whose numbers are the ranks of these."""
    split = {name: re.fullmatch(r"(.*_)(\d+)", name, flags=re.DOTALL) for name in names}
    numbers = sorted({int(match[2]) for match in split.values() if match})
    ranks = {number: rank for rank, number in enumerate(numbers)}
    return {name: f"{match[1]}{ranks[int(match[2])]}" for name, match in split.items() if match}


def _renumber(message, names):
    """Replaces names of functions in all texts of a protocol buffer; those of loops are also parts of other names."""
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile("(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\d)")
    in_bytes = re.compile(pattern.pattern.encode())

    def replace(value):
        if isinstance(value, str):
            return pattern.sub(lambda match: names[match[0]], value)
        if isinstance(value, bytes):
            return in_bytes.sub(lambda match: names[match[0].decode()].encode(), value)
        return value

    if names:
        _replace_texts(message, replace)


def _replace_texts(message, replace):
    for field, value in message.ListFields():
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            _replace_in_map(value, replace)
        elif field.message_type is not None:
            for part in value if field.is_repeated else [value]:
                _replace_texts(part, replace)
        elif field.cpp_type == field.CPPTYPE_STRING:
            if field.is_repeated:
                value[:] = [replace(text) for text in value]
            else:
                setattr(message, field.name, replace(value))


def _replace_in_map(entries, replace):
    for key in list(entries):
        entry, new_key = entries[key], replace(key)
        if hasattr(entry, "ListFields"):
            _replace_texts(entry, replace)
            if new_key != key:
                entries[new_key].CopyFrom(entry)
        else:
            entries[new_key] = replace(entry)
        if new_key != key:
            del entries[key]


def _write_fingerprint(folder):
    """Writes the fingerprint of the files as they are now, with an identifier that follows from its hashes."""
    fingerprinting_utils.write_fingerprint(str(folder))
    path = folder / "fingerprint.pb"
    fingerprint = fingerprint_pb2.FingerprintDef.FromString(path.read_bytes())
    fingerprint.ClearField("uuid")
    digest = hashlib.sha256(fingerprint.SerializeToString(deterministic=True)).digest()
    fingerprint.uuid = str(uuid.UUID(bytes=digest[:16], version=4))
    path.write_bytes(fingerprint.SerializeToString(deterministic=True))
