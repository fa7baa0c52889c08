"""The metadata inside a TFLite file, read with the flatbuffers package alone, slot by slot as the schema has them."""

import io
import zipfile

import flatbuffers
import pytest
from flatbuffers import number_types as types

schema = pytest.importorskip("ai_edge_litert.schema_py_generated")


class Table:
    """A table of a flat buffer whose fields are read by their slots."""

    def __init__(self, table):
        self._table = table

    @classmethod
    def root(cls, content):
        position = flatbuffers.encode.Get(flatbuffers.packer.uoffset, content, 0)
        return cls(flatbuffers.table.Table(content, position))

    def _at(self, slot):
        return self._table.Offset(4 + 2 * slot)

    def text(self, slot):
        return self._table.String(self._at(slot) + self._table.Pos).decode()

    def table(self, slot):
        return Table(flatbuffers.table.Table(self._table.Bytes, self._table.Indirect(self._at(slot) + self._table.Pos)))

    def union(self, slot):
        found = flatbuffers.table.Table(self._table.Bytes, 0)
        self._table.Union(found, self._at(slot))
        return Table(found)

    def tables(self, slot):
        start, offset = self._table.Vector(self._at(slot)), self._at(slot)
        return [
            Table(flatbuffers.table.Table(self._table.Bytes, self._table.Indirect(start + 4 * index)))
            for index in range(self._table.VectorLen(offset))
        ]

    def number(self, slot, kind):
        return self._table.Get(kind, self._at(slot) + self._table.Pos)

    def numbers(self, slot):
        return self._table.GetVectorAsNumpy(types.Float32Flags, self._at(slot)).tolist()


def read(exported, name="generator_float32.tflite"):
    content = (exported.folder / "tflite" / name).read_bytes()
    model = schema.ModelT.InitFromPackedBuf(content)
    (entry,) = [each for each in model.metadata if each.name == b"TFLITE_METADATA"]
    metadata = bytes(model.buffers[entry.buffer].data)
    assert metadata[4:8] == b"M001"
    return content, Table.root(metadata)


def test_what_the_tensors_mean(exported):
    _, model = read(exported)
    assert model.text(0) == "tiny-pets" and model.text(5) == "those of the data set that it was trained on"
    graphs = model.tables(3)
    assert len(graphs) == 3  # One for each batch size.
    for graph in graphs:
        (latents,), (images,) = graph.tables(2), graph.tables(3)
        assert latents.text(0) == "latents" and "uniform on [-1, 1]" in latents.text(1)
        assert (latents.table(5).numbers(0), latents.table(5).numbers(1)) == ([1], [-1])
        assert images.text(0) == "images" and images.table(3).number(0, types.Uint8Flags) == 2  # ImageProperties
        image = images.table(3).union(1)
        assert image.number(0, types.Int8Flags) == 1  # RGB
        size = image.table(1)
        assert [size.number(slot, types.Uint32Flags) for slot in (0, 1)] == [16, 16]


def test_classes_have_their_names_in_a_file_behind_the_model(exported_with_labels):
    content, model = read(exported_with_labels)
    labels, latents = sorted(model.tables(3)[1].tables(2), key=lambda tensor: tensor.text(0))
    assert (labels.text(0), latents.text(0)) == ("labels", "latents") and "standard normal" in latents.text(1)
    assert (labels.table(5).numbers(0), labels.table(5).numbers(1)) == ([2], [0])
    (file,) = labels.tables(6)
    assert file.text(0) == "labels.txt" and file.number(2, types.Int8Flags) == 3  # TENSOR_VALUE_LABELS
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.read("labels.txt").decode().splitlines() == ["cat", "dog", "newt"]
        (entry,) = archive.infolist()
    assert content[entry.header_offset :].startswith(b"PK\3\4")
    end = content.rindex(b"PK\5\6")
    directory = int.from_bytes(content[end + 16 : end + 20], "little")  # Seen from the beginning of the file.
    assert content[directory:].startswith(b"PK\1\2")
    image = model.tables(3)[0].tables(3)[0].table(3).union(1)
    assert image.number(0, types.Int8Flags) == 2  # Grey.


def test_one_image_is_what_a_reader_draws_that_takes_the_first_signature(exported, exported_with_labels):
    for each in (exported, exported_with_labels):
        content, _ = read(each)
        model = schema.ModelT.InitFromPackedBuf(content)
        assert [signature.signatureKey for signature in model.signatureDefs][0] == b"serving_default"
        assert model.signatureDefs[0].subgraphIndex == 0
        graph = model.subgraphs[0]
        assert {int(graph.tensors[index].shape[0]) for index in graph.inputs} == {1}


def test_attributes_are_named_in_their_order(exported_with_attributes):
    _, model = read(exported_with_attributes)
    tensors = {tensor.text(0): tensor for tensor in model.tables(3)[0].tables(2)}
    assert tensors["attributes"].text(1) == "From 0 (no) to 1 (yes), in this order: 0 Smiling, 1 Male."


def test_the_order_is_that_of_the_inputs_of_each_graph(exported_with_labels):
    content, model = read(exported_with_labels)
    packed = schema.ModelT.InitFromPackedBuf(content)
    for graph, described in zip(packed.subgraphs, model.tables(3), strict=True):
        shapes = [len(graph.tensors[index].shape) for index in graph.inputs]
        names = [tensor.text(0) for tensor in described.tables(2)]
        assert [{"latents": 2, "labels": 1}[name] for name in names] == shapes
