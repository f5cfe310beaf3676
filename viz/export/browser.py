"""A browser of this machine, found and run without a window and without any driver: started, watched, ended whole.

It gets a profile of its own that is deleted with it, and a page of ours to open; it resolves no name and asks no proxy.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from embeddings.errors import UserError
from viz.strings import text

NAMED = "MINDMAP_BROWSER"
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
    "brave-browser",
    "firefox",
    "firefox-esr",
)
APPLICATIONS = ("Google Chrome", "Chromium", "Microsoft Edge", "Brave Browser", "Firefox")  # on macOS
PROGRAMS = (  # on Windows, below its folders for programs
    r"Google\Chrome\Application\chrome.exe",
    r"Chromium\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
    r"BraveSoftware\Brave-Browser\Application\brave.exe",
    r"Mozilla Firefox\firefox.exe",
)
QUIET = (
    "--headless=new",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # not one name is looked up, whatever wants to
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider",
    "--metrics-recording-only",
    "--no-pings",
    "--password-store=basic",  # else it may ask for the key ring of whoever is logged in
    "--use-mock-keychain",
    "--disable-gpu",  # the player's canvas needs none, and software that plays one is slow
    "--disable-3d-apis",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--force-prefers-reduced-motion",
    "--force-color-profile=srgb",
)
PREFERENCES = {  # of Firefox, which has no flags for it
    "app.normandy.enabled": "false",
    "app.update.disabledForTesting": "true",
    "browser.shell.checkDefaultBrowser": "false",
    "browser.startup.page": "0",
    "datareporting.policy.dataSubmissionEnabled": "false",
    "extensions.update.enabled": "false",
    "network.captive-portal-service.enabled": "false",
    "network.connectivity-service.enabled": "false",
    "network.proxy.type": "0",
    "services.settings.server": '"data:,"',
    "toolkit.telemetry.enabled": "false",
    "toolkit.telemetry.reportingpolicy.firstRun": "false",
    "ui.prefersReducedMotion": "1",
}
GRACE = 3.0  # seconds for the folder to be let go
LONGEST = 40  # characters: a socket of the browser's lies two folders further down, and its path has at most 103
PRINTED = 60.0  # seconds for a page to become a PDF
START = """<!doctype html><meta charset="utf-8"><title>Mind map navigator</title>
<script>location.replace("{address}");</script>
"""


@dataclass(frozen=True)
class Browser:
    """A program that shows pages; ``path`` is what is started."""

    path: str

    @property
    def firefox(self) -> bool:
        return "firefox" in Path(self.path).name.lower()

    @property
    def home(self) -> Path | None:
        """Where it can read our files: a snap has a /tmp of its own."""
        return Path.home() / "snap" / Path(self.path).name / "common" if self.path.startswith("/snap/") else None


def find(*, prints: bool = False) -> Browser:
    """The browser that the environment names, else the first that is known to be somewhere; ``prints``: it makes PDF.

    Raises
    ------
    UserError
        If none is there, none by the name that is given, or none that prints.
    """
    if named := os.environ.get(NAMED):
        path = shutil.which(named)
        if path is None:
            raise UserError(text("export.no_such_browser", name=named[:200], variable=NAMED))
        return _printing(Browser(path)) if prints else Browser(path)
    for place in _places():
        if path := shutil.which(place):
            return _printing(Browser(path)) if prints else Browser(path)
    raise UserError(text("export.no_browser", variable=NAMED))


def _printing(found: Browser) -> Browser:
    """Chromium and what is made of it; Firefox comes last everywhere."""
    if found.firefox:
        raise UserError(text("export.no_pdf", name=found.path, variable=NAMED))
    return found


def _places() -> Iterator[str]:
    """Names and paths, the likeliest first."""
    if Path("/snap/bin/chromium").exists():  # what Ubuntu has under other names only leads there
        yield "/snap/bin/chromium"
    yield from NAMES
    if sys.platform == "darwin":
        for folder in (Path("/Applications"), Path.home() / "Applications"):
            yield from (str(folder / f"{name}.app/Contents/MacOS/{_inner(name)}") for name in APPLICATIONS)
    if sys.platform == "win32":
        for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
            if folder_name := os.environ.get(variable):
                yield from (os.path.join(folder_name, program) for program in PROGRAMS)


def _inner(application: str) -> str:
    return "firefox" if application == "Firefox" else application


class Running:
    """A browser that was started, in a session of its own with all that it starts."""

    def __init__(self, browser: Browser, folder: Path, arguments: list[str]) -> None:
        self.name = Path(browser.path).name
        self._log = folder / "log.txt"
        with self._log.open("wb") as log:
            try:
                self._process = subprocess.Popen(
                    [browser.path, *arguments],
                    env={**os.environ, **dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(folder))},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=os.name == "posix",
                )
            except OSError as error:
                raise UserError(
                    text("export.browser_not_started", name=browser.path, why=error.strerror or str(error))
                ) from error

    @property
    def code(self) -> int | None:
        """How it has ended; None while it runs."""
        return self._process.poll()

    def wait(self, seconds: float) -> bool:
        """Whether it ends within that time."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def said(self) -> str:
        """The last line of what it complains of, ready to stand in a sentence."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return text("export.said", line=lines[-1][:300]) if lines else ""

    def end(self) -> None:
        """It, and whatever it has started."""
        if os.name == "posix":
            with suppress(ProcessLookupError, PermissionError):  # nobody of it is left
                os.killpg(self._process.pid, signal.SIGKILL)
        else:
            tree = ["taskkill", "/F", "/T", "/PID", str(self._process.pid)]
            subprocess.run(tree, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            self._process.kill()
        self._process.wait()


@contextmanager
def showing(browser: Browser, address: str) -> Iterator[Running]:
    """The browser with a page of ours. ``address`` is not among its arguments, which everybody on this machine can
    read: it stands in a file that only we can."""
    with _folder(browser) as folder:
        start = folder / "start.html"
        start.write_text(START.format(address=address), encoding="utf-8")
        with _started(browser, folder, [start.as_uri()]) as running:
            yield running


def print_pdf(browser: Browser, page: str) -> bytes:
    """A page of HTML as PDF; its size is what its own ``@page`` says.

    Raises
    ------
    UserError
        If it did not.
    """
    with _folder(browser) as folder:
        source, printed = folder / "page.html", folder / "page.pdf"
        source.write_text(page, encoding="utf-8")
        arguments = ["--no-pdf-header-footer", f"--print-to-pdf={printed}", source.as_uri()]
        with _started(browser, folder, arguments) as running:
            ended = running.wait(PRINTED)
            if not ended or not printed.is_file() or not printed.stat().st_size:
                raise UserError(text("export.not_printed", name=browser.path, said=running.said()))
            return printed.read_bytes()


@contextmanager
def _started(browser: Browser, folder: Path, arguments: list[str]) -> Iterator[Running]:
    profile = folder / "profile"
    profile.mkdir()
    running = Running(browser, folder, [*_flags(browser, profile), *arguments])
    try:
        yield running
    finally:
        running.end()


def _flags(browser: Browser, profile: Path) -> list[str]:
    if browser.firefox:
        lines = (f'user_pref("{name}", {value});\n' for name, value in PREFERENCES.items())
        (profile / "user.js").write_text("".join(lines), encoding="utf-8")
        return ["--headless", "--no-remote", "--profile", str(profile)]
    root = hasattr(os, "geteuid") and os.geteuid() == 0  # its sandbox refuses to run as root
    return [*QUIET, *(["--no-sandbox"] if root else []), f"--user-data-dir={profile}"]


@contextmanager
def _folder(browser: Browser) -> Iterator[Path]:
    """A folder that only we can read, gone afterwards: the processes of a browser let go of it one by one."""
    home = browser.home
    if home is not None:
        home.mkdir(parents=True, exist_ok=True)
    elif os.name == "posix" and len(tempfile.gettempdir()) > LONGEST:
        home = Path("/tmp")
    folder = Path(tempfile.mkdtemp(prefix="mindmap-", dir=home))
    try:
        yield folder
    finally:
        until = time.monotonic() + GRACE
        while folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
            if time.monotonic() > until:
                break
            time.sleep(0.02)
