"""Asks a model server for samples: `python scripts/client.py --model=dcgan-avatars --seeds=0-15 --output=grid.png`.

With --load=N it sends N requests and prints how long they took.
"""

from absl import flags

from gan_keras import errors
from gan_keras.runtime import program

FLAGS = flags.FLAGS
flags.DEFINE_string("model", None, "name of the model", required=True)
flags.DEFINE_integer("version", None, "its version (default: the newest)", lower_bound=0)
flags.DEFINE_enum("protocol", "grpc", ["grpc", "rest"], "how the server is asked")
flags.DEFINE_string("host", "127.0.0.1", "of the server")
flags.DEFINE_integer("port", None, "of the server (default: 8500 for grpc, 8501 for rest)", 1, 65535)
flags.DEFINE_string("seeds", "0-15", "which samples, such as 0-7,12,20-23")
flags.DEFINE_list("labels", None, "numbers of classes, one for all seeds or one for each (of a model with classes)")
flags.DEFINE_list("attributes", None, "numbers from 0 to 1, one for each attribute (of a model with attributes)")
flags.DEFINE_string(
    "output",
    None,
    "of images: file that ends in .png for a grid, or folder that ends in / for single files (default: grid.png); of "
    "texts: file that ends in .txt (default: the screen)",
)
flags.DEFINE_integer("load", None, "number of requests that are timed, instead of writing samples", lower_bound=1)
flags.DEFINE_integer("concurrency", 8, "--load: requests at the same time", lower_bound=1)


def main():
    if FLAGS.load is None and FLAGS["concurrency"].present:
        raise errors.UserError("--concurrency has no effect without --load: leave it out")
    if FLAGS.load is not None and (FLAGS["output"].present or FLAGS["seeds"].present):
        raise errors.UserError("--load draws the seeds from 0 on and writes nothing: leave --seeds and --output out")
    program.load_tensorflow()
    from gan_keras.exporting import lines
    from gan_keras.exporting import pictures
    from gan_keras.serving import client
    from gan_keras.serving import load

    server = client.connect(FLAGS.protocol, FLAGS.host, FLAGS.port, FLAGS.model, FLAGS.version)
    if FLAGS.load:
        measured = load.measure(server, FLAGS.load, FLAGS.concurrency, **_condition(1))
        print(measured.table())
        return 1 if measured.failures else 0
    seeds = pictures.parse_seeds(FLAGS.seeds)
    condition = _condition(len(seeds))
    first = server.sample(seeds[:1], **{name: rows[:1] for name, rows in condition.items()})
    if isinstance(first, list):
        texts = [text for some, rows in pictures.chunks(seeds, condition) for text in server.sample(some, **rows)]
        lines.write(texts, FLAGS.output)
        return 0
    output = FLAGS.output or "grid.png"
    pictures.write(lambda seeds, rows: server.sample(seeds, **rows), seeds, condition, output)
    print(f"wrote {len(seeds)} images to {output}")
    return 0


def _condition(count):
    """Returns the condition of every image, by name; empty where none was given."""
    if FLAGS.labels and FLAGS.attributes:
        raise errors.UserError("--labels and --attributes belong to different models: give one of them")
    if FLAGS.labels:
        labels = [_number(int, text, "--labels") for text in FLAGS.labels]
        if len(labels) not in (1, count):
            raise errors.UserError(f"--labels names {len(labels)} classes for {count} seeds: expected one, or {count}")
        return {"labels": labels if len(labels) == count else labels * count}
    if FLAGS.attributes:
        return {"attributes": [tuple(_number(float, text, "--attributes") for text in FLAGS.attributes)] * count}
    return {}


def _number(kind, text, flag):
    try:
        return kind(text)
    except ValueError as error:
        raise errors.UserError(f"{flag}: '{text}' is not a number") from error


if __name__ == "__main__":
    program.run(main)
