"""LiteRT.js, which runs TFLite files in a browser: downloaded once from the npm registry, checked, and kept."""

import base64
import hashlib
import http.client
import io
import pathlib
import tarfile
import urllib.error
import urllib.request

from gan_keras import errors
from gan_keras.runtime import files

REGISTRY = "https://registry.npmjs.org"
VERSION = "2.5.3"
INTEGRITY = {
    "core": "PlGmbMOq9WitX7FO0jhbdJw9GthatsyuCQXjTt/wJZo0FLaw48q4tz8IwqgqCIkviYGr9OFDL1kCnN4nzWoyJQ==",
    "wasm-utils": "4fJiw6tBQnIs+0jH/OQ16nYOiSl8/+zZnn5h2ul8aTKHi05sVqZW580Tmk78pC2kT39A9OYBVdFawteZ/sI1kQ==",
}
"""SHA-512 in base 64 of the packages `@litertjs/<name>`, as the registry has it."""

WANTED = {
    "core": (
        "dist/index.js",
        *(
            f"wasm/litert_wasm{kind}_internal.{suffix}"
            for kind in ("", "_jspi", "_compat")
            for suffix in ("js", "wasm")
        ),
    ),
    "wasm-utils": ("dist/index.js",),
}
"""Files of the packages that a page needs; the threaded runtime needs special headers, and was not faster."""

NOTICE = f"""LiteRT.js {VERSION} (npm packages @litertjs/core and @litertjs/wasm-utils), copyright Google LLC, licensed
under the Apache License 2.0, the text of which is ../LICENSE.txt. In core/index.js, the address of wasm-utils was
changed so that no bundler is needed; nothing else is.
"""
TIMEOUT = 60  # seconds


class Unreachable(errors.UserError):
    """LiteRT.js was not downloaded before, and the registry cannot be reached."""


def packages() -> dict[str, bytes]:
    """Returns the archives of the packages by name, from the cache or else from the registry.

    Raises:
        Unreachable: they are not in the cache, and the registry cannot be reached.
        UserError: the registry has something else, or the cache cannot be written.
    """
    folder = files.cache_folder() / "npm"
    try:
        return {name: _package(folder / f"litertjs-{name}-{VERSION}.tgz", name) for name in INTEGRITY}
    except OSError as error:
        raise errors.UserError(
            f"the web page needs LiteRT.js, and the cache folder '{folder}' cannot be used ({error.strerror}): set "
            "GAN_KERAS_CACHE to another folder"
        ) from error


def _package(path, name):
    if path.is_file() and _is_right(path.read_bytes(), name):
        return path.read_bytes()
    url = f"{REGISTRY}/@litertjs/{name}/-/{name}-{VERSION}.tgz"
    content = _downloaded(url, path)
    if not _is_right(content, name):
        raise errors.UserError(f"{url} is not the package that was pinned: its SHA-512 differs; nothing was kept")
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write_bytes(path, content)
    return content


def _downloaded(url, path):
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        error.close()
        raise errors.UserError(
            f"the web page needs LiteRT.js, and {url} cannot be had (HTTP {error.code}): put that file at {path}"
        ) from error
    except (OSError, http.client.HTTPException) as error:  # The latter: an answer that is cut off, or is no HTTP.
        raise Unreachable(
            f"the web page needs LiteRT.js, which is downloaded once, and {url} cannot be read "
            f"({errors.one_line(error)}): connect to "
            f"the network, or put that file at {path}"
        ) from error


def _is_right(content, name):
    return base64.b64encode(hashlib.sha512(content).digest()).decode() == INTEGRITY[name]


def unpack(archives: dict[str, bytes], folder: pathlib.Path) -> None:
    """Writes the wanted files of packages below a folder, each package below its name; `dist/` is left out of paths."""
    for name, packed in archives.items():
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            for wanted in WANTED[name]:
                member = archive.extractfile(f"package/{wanted}")
                assert member is not None  # The archive is the one that was pinned.
                content = member.read()
                target = folder / name / wanted.removeprefix("dist/")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(_resolved(content) if wanted.endswith("index.js") else content)
    (folder / "NOTICE.txt").write_text(NOTICE, "utf-8")


def _resolved(script):
    """Returns a script that imports its neighbour by a relative address, which browsers understand."""
    return script.replace(b'from "@litertjs/wasm-utils"', b'from "../wasm-utils/index.js"')
