"""The model in somebody else's process: it asks nothing of a hub and changes nothing that is theirs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
NOTEBOOK = """
import json, os, socket
asked = []
def refuse(*address, **_):
    asked.append(str(address))
    raise OSError("no network")
socket.getaddrinfo = refuse
socket.socket.connect = lambda self, *address: refuse(*address)
LATE = {late}
if not LATE:
    import huggingface_hub.constants as hub
before = dict(os.environ)
from embeddings import load_model
load_model()
import huggingface_hub.constants as hub
from transformers.utils import logging
changed = sorted(name for name in {{**before, **os.environ}} if before.get(name) != os.environ.get(name))
print(json.dumps([hub.HF_HUB_OFFLINE, [name for name in changed if name.startswith(("HF", "TRANSFORMERS"))],
    asked, logging.is_progress_bar_enabled()]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("late", [False, True])
def test_a_notebook_that_loads_the_model_can_still_ask_its_hub(late: bool) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_"))}
    done = subprocess.run(
        [sys.executable, "-c", NOTEBOOK.format(late=late)], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [False, [], [], True]
