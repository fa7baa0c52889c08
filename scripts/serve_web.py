"""Serves the web page of an exported generator: `python scripts/serve_web.py --model=exported_models/dcgan-avatars`."""

from absl import flags

from gan_keras.runtime import program

FLAGS = flags.FLAGS
flags.DEFINE_string(
    "model", None, "exported model: a version's folder, the folder above it, or a web page's own folder", required=True
)
flags.DEFINE_string("host", "127.0.0.1", "address to listen on; 0.0.0.0 lets other machines in")
flags.DEFINE_integer("port", 8000, "port to listen on", 0, 65535)


def main():
    from gan_keras.serving import page

    server = page.serve(page.locate(FLAGS.model), FLAGS.host, FLAGS.port)
    print(f"http://{FLAGS.host}:{server.server_address[1]}/ shows it; Ctrl-C ends", flush=True)
    try:
        server.serve_forever()
    finally:
        server.server_close()


if __name__ == "__main__":
    program.run(main)
