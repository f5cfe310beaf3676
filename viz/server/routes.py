"""All routes, under `/mm/`: which address is answered by what."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import BaseRoute, Route

from viz.server import files, first, live, process
from viz.server.http import Handler, guarded

PAGE = Path(__file__).resolve().parents[1] / "page" / "main.py"


def _route(path: str, handler: Handler, method: str = "GET") -> BaseRoute:
    return Route(path, guarded(handler), methods=[method], name=handler.__name__)


def routes() -> list[BaseRoute]:
    """All of them, for `st.App`."""
    return [
        _route("/" + files.plotly_url(), files.plotly),
        _route("/mm/player/{hash}/{file:path}", files.player_file),
        _route("/mm/first/{hash}/{name}", first.picture),
        _route("/mm/ground.json", files.ground_json),
        _route("/mm/ground-{hash}.bin", files.ground_points),
        _route("/mm/snippets-{hash}.json", files.ground_snippets),
        _route("/mm/scenes.json", files.scenes_json),
        _route("/mm/scene/{id}.json", files.scene_json),
        _route("/mm/strings.json", files.strings_json),
        _route("/mm/report.json", files.report_json),
        _route("/mm/lesson.json", files.lesson),
        _route("/mm/notes.html", files.notes),
        _route("/mm/sheet.html", files.sheet),
        _route("/mm/alive", process.alive),
        _route("/mm/ready", live.ready, "POST"),
        _route("/mm/model", live.model_json),
        _route("/mm/drive", live.drive, "POST"),
        _route("/mm/stream/{job}", live.stream),
        _route("/mm/stop/{job}", live.stop, "POST"),
        _route("/mm/job/{job}.json", live.job_json),
        _route("/mm/old/{job}.json", live.old_json),
        _route("/mm/spurs/{job}/{road:int}/{index:int}", live.spurs),
        _route("/mm/start", live.start, "POST"),
        _route("/mm/page", live.page, "POST"),
        _route("/mm/table", live.table, "POST"),
    ]
