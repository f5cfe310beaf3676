"""The app as a child process: it comes up at the printed address whatever lies about, answers there alone, and ends.

The whole app is started four times; what needs only a server is tried on a small one that takes its place.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request

import psutil
import pytest

from embeddings.cli import main as cli
from embeddings.cli import serve
from embeddings.errors import UserError
from tests.loopback import opened
from tests.viz.server.test_process import foreign

ROOT = Path(__file__).resolve().parents[3]
COMMAND = "import sys; from embeddings.cli.main import main; sys.exit(main())"
SMALL = """
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from viz.server.process import end_with_the_command

class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ["MINDMAP_RUN"].encode())

    def log_message(self, *arguments):
        pass

end_with_the_command()
try:
    HTTPServer.allow_reuse_address = True
    server = HTTPServer(("127.0.0.1", int(os.environ["MINDMAP_PORT"])), Answers)
except OSError:
    sys.exit("Port is not available")
server.serve_forever()
"""
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
posix = pytest.mark.skipif(os.name != "posix", reason="signals")


def until(true: Callable[[], bool], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(*arguments: str, code: str = COMMAND, cwd: Path = ROOT, **environment: str) -> Iterator[subprocess.Popen]:
    """The command as a process of its own, in this environment and another; it and its server are gone afterwards."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", code, "--no-browser", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        children = family(process)
        process.kill()
        for child in children:
            if child.is_running():
                child.kill()
        process.communicate()


def family(process: subprocess.Popen) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def server_of(process: subprocess.Popen) -> psutil.Process:
    until(lambda: bool(family(process)), "a server")
    return family(process)[0]


def gone(child: psutil.Process) -> bool:
    return not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def ends(child: psutil.Process) -> None:
    """The server ends by itself; one that does not is ended here, once that is said."""
    try:
        until(lambda: gone(child), "the end of the server")
    finally:
        if child.is_running():
            child.kill()


def address(process: subprocess.Popen) -> str:
    line = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert found, line + process.stderr.read()
    return found[0]


def in_place(small: Path) -> str:
    """The command with another server in the app's place."""
    return f"import pathlib; from embeddings.cli import serve; serve.app_file = lambda: pathlib.Path({str(small)!r})\n"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small server in the app's place, here and for `started(code=in_place(small) + COMMAND)`."""
    file = tmp_path / "small.py"
    file.write_text(SMALL, encoding="utf-8")
    monkeypatch.setattr(serve, "app_file", lambda: file)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return file


# ---- the whole app


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app, in a home and a folder of other projects and behind proxies that lead nowhere; ended with Ctrl-C."""
    around = tmp_path_factory.mktemp("around")
    for folder in ("home", "cwd"):
        foreign(around / folder)
    environment = {name: "http://no-such-proxy.invalid:9" for name in PROXIES}
    environment |= {"no_proxy": "", "NO_PROXY": "", "HOME": str(around / "home"), "USERPROFILE": str(around / "home")}
    environment |= {"STREAMLIT_SERVER_COOKIE_SECRET": "other", "STREAMLIT_SERVER_BASE_URL_PATH": "tools/other"}
    environment |= {"STREAMLIT_SERVER_PORT": "9999", "STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}
    path = os.pathsep.join((str(ROOT), "", os.environ.get("PYTHONPATH", "")))  # an empty part means where one is
    with started("--port", str(free_port()), cwd=around / "cwd", **environment, PYTHONPATH=path) as process:
        yield address(process)
        process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
        assert process.wait(30) == 0 or os.name != "posix"
        assert "Traceback" not in process.stderr.read()


def asked(url: str, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with opened(Request(url + path, method=method, headers=named), timeout=30) as reply:
            return reply.status, reply.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.slow
def test_it_comes_up_whatever_home_folder_proxy_and_environment_hold(url: str) -> None:
    assert "<title>" in asked(url, "/")[1] and asked(url, "/_stcore/health") == (200, "ok")
    assert isinstance(json.loads(asked(url, "/mm/scenes.json")[1]), list)


EVERYWHERE = [
    "/",
    "/nowhere",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/metrics",
    "/static/x.js",
    "/media/x",
]
EVERYWHERE += ["/mm/scenes.json", "/mm/model", "/mm/nowhere", "/_stcore/upload_file/a/b", "/component/a/b"]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_route_of_the_process_refuses_foreign_names_and_pages(url: str, path: str) -> None:
    port = url.rpartition(":")[2]
    for host in ("evil.example", f"evil.example:{port}", f"0.0.0.0:{port}", "127.0.0.1"):
        assert asked(url, path, host=host) == (421, f"Only {url} is answered here: open that address.")
    for origin in ("http://evil.example", "null", f"http://localhost:{port}"):
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
            assert asked(url, path, method, origin=origin)[0] == 403
    assert asked(url, path, "POST", sec_fetch_site="cross-site")[0] == 403
    assert asked(url, path, origin=url)[0] == asked(url, path)[0] != 403


def test_localhost_leads_to_the_printed_address(url: str) -> None:
    assert "<title>" in asked(url.replace("127.0.0.1", "localhost"), "/")[1]


def handshake(url: str, **headers: str) -> int:
    """The status with which Streamlit's socket answers."""
    host = url.removeprefix("http://")
    named = {"Host": host, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"} | headers
    lines = [
        f"{name}: {value}\r\n" for name, value in {**named, "Sec-WebSocket-Key": "bWluZCBtYXAgbmF2aWdhdA=="}.items()
    ]
    with socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])), timeout=30) as asking:
        asking.sendall(f"GET /_stcore/stream HTTP/1.1\r\n{''.join(lines)}\r\n".encode())
        return int(asking.recv(4096).split()[1])


def test_streamlit_s_socket_is_for_our_own_page(url: str) -> None:
    assert handshake(url, Origin=url) == handshake(url) == 101
    port = url.rpartition(":")[2]
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": f"http://localhost:{port}"}):
        assert handshake(url, **headers) == 403
    for host in ("evil.example", f"evil.example:{port}", f"localhost:{port}"):
        assert handshake(url, Host=host) == handshake(url, Host=host, Origin=f"http://{host}") == 403


def test_it_listens_at_one_address_of_this_machine(url: str) -> None:
    for other in ("127.0.0.2", "::1"):
        with pytest.raises(OSError):
            socket.create_connection((other, int(url.rpartition(":")[2])), timeout=5).close()


def test_a_command_killed_hard_takes_the_app_with_it() -> None:
    with started("--port", str(free_port())) as process:
        url = address(process)
        child = server_of(process)
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))):  # a page that is open
            assert handshake(url, Origin=url) == 101
            process.kill()
            ends(child)
        with pytest.raises(OSError):
            opened(url, timeout=2)


def test_a_command_killed_while_the_app_starts_leaves_nothing() -> None:
    with started("--port", str(free_port())) as process:
        child = server_of(process)
        process.kill()
        ends(child)


@pytest.mark.slow
def test_streamlit_run_still_opens_the_app(tmp_path: Path) -> None:
    port = free_port()
    code = f"import sys; from streamlit.web.cli import main; sys.argv = {['streamlit', 'run', str(ROOT / 'app.py')]!r}"
    code += f" + ['--server.port={port}', '--server.headless=true', '--browser.gatherUsageStats=false']; main()"
    with started(code=code, cwd=tmp_path, HOME=str(tmp_path)) as process:
        url = f"http://localhost:{port}"

        def up() -> bool:
            assert process.poll() is None, process.stderr.read()
            try:
                return asked(url, "/_stcore/health") == (200, "ok")
            except OSError:
                return False

        until(up, "the app")
        assert "<title>" in asked(url, "/")[1] and asked(url, "/mm/model", origin=url)[0] == 200
        assert asked(url, "/mm/ready", "POST", origin="http://evil.example")[0] == 403


# ---- a small server in its place


def test_the_server_hears_no_word_for_other_apps_and_keeps_the_proxy_for_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMLIT_SERVER_COOKIE_SECRET", "other")
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["", "one", "", "two", ""]))
    found = serve._environment(8642, "run")
    assert not [name for name in found if name.startswith("STREAMLIT_")]
    assert found["https_proxy"] == "http://proxy.example:3128"
    assert found["PYTHONPATH"].split(os.pathsep)[1:] == ["one", "two"]


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_it_ends_cleanly(small: Path, name: str) -> None:
    with started("--port", str(free_port()), code=in_place(small) + COMMAND) as process:
        url = address(process)
        child = server_of(process)
        process.send_signal(getattr(signal, name))
        assert process.wait(30) == 0 and "Traceback" not in process.stderr.read()
        assert gone(child)
        with pytest.raises(OSError):
            opened(url, timeout=2)


@posix
def test_a_closed_terminal_ends_the_app_unless_nohup_started_it() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert serve._endings() == [signal.SIGTERM, signal.SIGINT]
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        assert serve._endings() == [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
    finally:
        signal.signal(signal.SIGHUP, before)


def test_an_app_that_does_not_start_shows_why(small: Path, capfd: pytest.CaptureFixture[str]) -> None:
    small.write_text("raise RuntimeError('the disk is full')", encoding="utf-8")
    with pytest.raises(UserError, match=r"did not start \(code 1\): see the lines above"):
        serve.serve(port=free_port(), browser=False)
    assert "the disk is full" in capfd.readouterr().err


def test_an_app_that_ends_by_itself_is_said(small: Path, capfd: pytest.CaptureFixture[str]) -> None:
    small.write_text(SMALL.replace("serve_forever()", "handle_request()") + "sys.exit(7)", encoding="utf-8")
    with pytest.raises(UserError, match="ended with code 7"):
        serve.serve(port=free_port(), browser=False)


class Polite(BaseHTTPRequestHandler):
    """Another program's server: answers everything, knows nothing."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def other() -> Iterator[int]:
    """The port of another program's server."""
    server = HTTPServer(("127.0.0.1", 0), Polite)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_a_port_taken_while_the_app_starts_is_said(small: Path, other: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "_checked", lambda port: port)  # it was free a moment ago
    with pytest.raises(UserError, match=f"Port {other} was taken by another program while the app started"):
        serve.serve(port=other, browser=False)


def test_the_usual_port_taken_while_the_app_starts_makes_way_for_another(
    small: Path, other: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serve, "_free", lambda: other)
    small.write_text(SMALL.replace("serve_forever()", "handle_request()"), encoding="utf-8")
    serve.serve(browser=False)
    found = re.search(r"http://127\.0\.0\.1:(\d+)", capfd.readouterr().out)
    assert found and int(found[1]) != other


def test_another_server_at_the_port_is_never_taken_for_the_app(other: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "PATIENCE", 0.2)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        with pytest.raises(UserError, match="'ok' is no answer of ours"):
            serve._await(child, other, "ours")
        with pytest.raises(UserError, match="refused"):
            serve._await(child, free_port(), "ours")
    finally:
        child.communicate()


def test_a_port_that_is_taken_is_said_before_anything_starts(
    other: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["mindmap", "--no-browser", "--port", str(other)])
    assert cli.main() == 2
    assert "cannot be used" in capsys.readouterr().err


def test_the_app_has_the_same_port_each_time_unless_something_listens_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        usual = taken.getsockname()[1]
        monkeypatch.setattr(serve, "PORT", usual)
        taken.listen()
        assert serve._free() not in (0, usual)
    assert serve._free() == usual == serve._free()


def test_a_machine_without_the_address_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "HOST", "192.0.2.1")  # of nobody: as 127.0.0.1 where only IPv6 has a loopback
    with pytest.raises(UserError, match=r"No port of 192\.0\.2\.1 can be used"):
        serve.serve(browser=False)


@pytest.mark.parametrize("opens", [lambda url: False, lambda url: (_ for _ in ()).throw(OSError("no browser"))])
def test_without_a_browser_the_app_stays_and_says_where_it_is(
    small: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], opens: Callable[[str], bool]
) -> None:
    monkeypatch.setattr(serve.webbrowser, "open", opens)
    small.write_text(SMALL.replace("serve_forever()", "handle_request()"), encoding="utf-8")
    serve.serve(port=(port := free_port()))
    said = capfd.readouterr().out
    assert f"http://127.0.0.1:{port} " in said and "No browser could be opened: open that address in one." in said


def test_a_wrong_lesson_is_one_sentence_before_anything_starts(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.toml").write_text('title = "Mine"\n\n[[beat]]\ntitle = "A"\n', encoding="utf-8")
    monkeypatch.setattr(serve, "_run", lambda *_: pytest.fail("the app was started"))
    monkeypatch.setattr(sys, "argv", ["mindmap", "--no-browser", "--lesson", str(tmp_path / "mine.toml")])
    assert cli.main() == 2
    said = capsys.readouterr().err
    assert said.startswith("mindmap: mine.toml: line 3, beat 1: “scene” is missing") and said.count("\n") == 1


def test_a_lesson_is_handed_to_the_app_by_its_whole_path_and_no_other_is(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told.txt"
    tells = f"open({str(told)!r}, 'w').write(os.environ.get('MINDMAP_LESSON', 'none'))\nend_with_the_command()\n"
    code = SMALL.replace("serve_forever()", "handle_request()").replace("end_with_the_command()\n", tells)
    small.write_text(code, encoding="utf-8")
    monkeypatch.setenv("MINDMAP_LESSON", "left.toml")  # by somebody else: it is no option of this command
    serve.serve(browser=False)
    assert told.read_text() == "none"
    mine = tmp_path / "mine.toml"
    mine.write_bytes((ROOT / "assets" / "lesson.toml").read_bytes())
    monkeypatch.chdir(tmp_path)
    serve.serve(browser=False, lesson=Path("mine.toml"))
    assert told.read_text() == str(mine)
