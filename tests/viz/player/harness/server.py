"""The player alone on a page with fake data, on loopback: ``python tests/viz/player/harness/server.py [port]``."""

import gzip
import json
import sys
import threading
import tomllib
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import plotly

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]
PLAYER = ROOT / "viz" / "player"
sys.path[:0] = [str(HERE), str(ROOT)]

import fake  # noqa: E402

from embeddings import load_atlas  # noqa: E402
from viz.scene.ground import Ground, ground_of  # noqa: E402
from viz.scene.recorded import starts  # noqa: E402

PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
KINDS = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8", ".json": "application/json"}


@cache
def shipped() -> Ground:
    """The map that ships, as the browser fetches it."""
    return ground_of(load_atlas(), starts())


def strings() -> dict[str, Any]:
    """The player's texts."""
    return tomllib.loads((ROOT / "assets" / "strings.toml").read_text(encoding="utf-8"))["player"]


class Handler(BaseHTTPRequestHandler):
    """Serves the harness. ``server.asked`` collects the paths that were asked for."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        return

    def reply(self, body: bytes, kind: str, *, status: int = 200) -> None:
        """One answer, compressed where it is long."""
        packed = len(body) > 20000 and "gzip" in self.headers.get("accept-encoding", "")
        body = gzip.compress(body, 1) if packed else body
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("cache-control", "no-store")
        if packed:
            self.send_header("content-encoding", "gzip")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        path = self.path.split("?")[0].lstrip("/")
        self.server.asked.append(path)
        if path in ("", "index.html", "values.js", "drawn.js", "story.js", "films.js"):
            file = HERE / (path or "index.html")
            return self.reply(file.read_bytes(), KINDS[file.suffix])
        if path == "plotly.min.js":
            return self.reply(PLOTLY.read_bytes(), KINDS[".js"])
        made = self.made(path)
        if made is not None:
            return self.reply(*made)
        if path.startswith("player/") and (file := PLAYER / path.removeprefix("player/")) in PLAYER.rglob("*.*s"):
            return self.reply(file.read_bytes(), KINDS[file.suffix])
        return self.reply(b"not here", "text/plain", status=404)

    def made(self, path: str) -> tuple[bytes, str] | None:
        """Fake data by its path."""
        if path == "ground.bin":
            return fake.ground_bin(), "application/octet-stream"
        if path == "shipped/ground.json":
            return shipped().description, KINDS[".json"]
        if path == "shipped/ground.bin":
            return shipped().points, "application/octet-stream"
        if path.startswith("scene/shipped/"):
            return (ROOT / "assets" / "scenes" / Path(path).name).read_bytes(), KINDS[".json"]
        known: dict[str, Any] = {"ground.json": fake.ground, "strings.json": strings, "report.json": fake.report}
        if path.startswith("scene/"):
            return json.dumps(fake.scene(path.removeprefix("scene/").removesuffix(".json"))).encode(), KINDS[".json"]
        return (json.dumps(known[path]()).encode(), KINDS[".json"]) if path in known else None


def start(port: int = 0) -> ThreadingHTTPServer:
    """A running server on loopback; ``server.server_address[1]`` is its port."""
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(Handler))
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


if __name__ == "__main__":
    running = start(int(sys.argv[1]) if len(sys.argv) > 1 else 8765)
    print(f"http://127.0.0.1:{running.server_address[1]}/?scene=pair")
    threading.Event().wait()
