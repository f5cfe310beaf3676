"""The process that serves: no settings but ours, whatever lies about; and its end with the command that started it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit import config

from viz.page import theme
from viz.server import process

FOREIGN = """
[server]
baseUrlPath = "tools/other"
port = 9999
address = "0.0.0.0"
enableCORS = false
enableXsrfProtection = false
enableStaticServing = true
allowedHosts = ["other.example"]
sslCertFile = "other.pem"
sslKeyFile = "other.key"
cookieSecret = "other"
maxMessageSize = 1
[runner]
fastReruns = false
magicEnabled = false
[client]
toolbarMode = "developer"
showErrorDetails = false
[logger]
level = "debug"
[global]
developmentMode = true
[theme]
base = "dark"
primaryColor = "#00ff00"
font = "serif"
[theme.light]
backgroundColor = "#00ff00"
"""


def foreign(folder: Path) -> None:
    """Another project's settings in a folder, and files that are called like ours."""
    (folder / ".streamlit").mkdir(parents=True)
    (folder / ".streamlit" / "config.toml").write_text(FOREIGN, encoding="utf-8")
    (folder / ".streamlit" / "secrets.toml").write_text('OTHER_SECRET = "x"\nMINDMAP_CACHE = "x"\n', encoding="utf-8")
    (folder / ".streamlit" / "pages.toml").write_text('[[pages]]\npath = "app.py"\n', encoding="utf-8")
    for name in ("viz/__init__.py", "viz/page.py", "embeddings/__init__.py", "app.py", "streamlit.py", "pip.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text('raise SystemExit("another project")\n', encoding="utf-8")


def test_streamlit_hears_of_no_settings_but_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("home", "cwd"):
        foreign(tmp_path / folder)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "cwd")
    monkeypatch.setattr(config, "_config_options", None)  # both are put back after the test
    monkeypatch.setattr(config, "get_config_files", config.get_config_files)
    assert len(config.get_config_files("config.toml")) >= 2  # the function that is replaced is still the one that lists
    process.read_no_settings()
    read = config.get_config_options(force_reparse=True, options_from_flags=theme.CONFIG)
    ours = {name: option.value for name, option in read.items() if config.is_manually_set(name)}
    assert ours == theme.CONFIG
    assert {name: read[name].value for name in ("server.baseUrlPath", "theme.base", "theme.light.font")} == {
        "server.baseUrlPath": "",
        "theme.base": None,
        "theme.light.font": None,
    }
    assert config.get_config_files("secrets.toml") == [] == config.get_option("secrets.files")


WATCHING = """
import os, sys, threading
from viz.server import process
process.end_with_the_command()
assert os.read(0, 1) == b""  # what is started from here finds an empty input, and does not wait
print("watching", flush=True)
{then}
"""


@pytest.mark.parametrize(
    "then",
    [
        "threading.Event().wait()",
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass",  # busy and deaf
    ],
)
def test_the_server_ends_when_its_input_does(then: str) -> None:
    code = WATCHING.format(then=then)
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(theme.__file__).parents[2]
    )
    try:
        assert child.stdout is not None and child.stdin is not None
        assert child.stdout.readline().strip() == b"watching"
        assert child.poll() is None
        child.stdin.close()
        assert child.wait(30) != 0
    finally:
        child.kill()


def test_without_a_command_nothing_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    class App:
        def run(self, *, config: object) -> None:
            self.given = config

    monkeypatch.delenv(process.RUN, raising=False)
    monkeypatch.setattr(config, "get_config_files", config.get_config_files)
    monkeypatch.setattr(process, "end_with_the_command", lambda: pytest.fail("watches"))
    app = App()
    process.run(app, {"server.port": 1})  # type: ignore[arg-type]
    assert app.given == {"server.port": 1} and os.fstat(0)
