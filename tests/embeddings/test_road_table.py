"""A saved road as a table, without model and map; and a table from one kind of file to another."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from embeddings.errors import UserError
from embeddings.request_json import read_request
from embeddings.road_file import bytes_of, is_road, road_of
from embeddings.road_table import READINGS, converted, table_of_road
from embeddings.table_file import KINDS, read_table

OLD = Path(__file__).parent / "decoding" / "road-0.1.0.json"


def test_a_saved_road_is_a_table_that_says_what_it_says() -> None:
    found = json.loads(OLD.read_text(encoding="utf-8"))
    table = table_of_road(road_of(OLD.read_bytes(), OLD))
    assert len(table) == len(found["tokens"])
    for i, token in enumerate(found["tokens"]):
        cell = {name: table.cells[name][i] for name in table.cells}
        assert (cell["road"], cell["kind"], cell["token"]) == ("A", "fork", i)
        assert all(cell[name] == token[name] for name in ("id", "text", "off_map", *READINGS))
        assert [cell[name] for name in "xyz"] == token["position"] and cell["pca_x"] is None
        assert cell["inside_sign_1"] == cell["inside_any_sign"] == token["inside"]
        assert [cell[f"candidate_{k}_text"] for k in range(1, 11)] == [c["text"] for c in token["candidates"]]
        assert [cell[f"candidate_{k}_after"] for k in range(1, 11)] == token["after"]
    assert table.about["model"]["sha256"] == found["model"]["sha256"] and table.about["regions"] == []
    request = read_request(table.about["roads"][0]["request"])
    assert (request.system, request.question) == ("You are a pirate.", "What is rain?")
    assert table.about["roads"][0]["rewards"][1]["coefficients"] == found["rewards"][1]["coefficients"]


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_becomes_another_and_nothing_is_lost(kind: str, tmp_path: Path) -> None:
    table = table_of_road(road_of(OLD.read_bytes(), OLD))
    path = tmp_path / "x.png"
    path.write_bytes(converted(OLD, kind))
    for other in KINDS:
        assert read_table(converted(path, other)) == table


def test_a_road_and_a_table_are_told_apart_whatever_the_order_of_their_parts(tmp_path: Path) -> None:
    found = json.loads(OLD.read_text(encoding="utf-8"))
    found["tokens"][0]["text"] = '"rows": ["rows"'
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert is_road(json.dumps(found, sort_keys=True, indent=1).encode(encoding))
    assert not any(is_road(converted(OLD, kind)) for kind in KINDS)


@pytest.mark.parametrize(
    "wrong",
    [
        "nonsense", "[]", "{}", "", "[" * 100_000, '{"version": 1, "tokens": NaN}',
        '{"rows": []}', '{"rows": [], "about": 3}', "a,b\n1,2\n", "PAR1", "PAR1" * 1000,
    ],
)  # fmt: skip
def test_what_is_neither_is_a_sentence_that_names_the_file(wrong: str, tmp_path: Path) -> None:
    path = tmp_path / "<b>=1+1.csv"
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(UserError, match=r"\w{3}.*\.$") as raised:
        converted(path, "csv")
    assert str(raised.value).startswith(str(path))


def test_a_reward_that_is_none_is_a_sentence_and_a_device_without_end_too(tmp_path: Path) -> None:
    found = json.loads(OLD.read_text(encoding="utf-8"))
    path = tmp_path / "road.json"
    for reward in (
        {"region": "x"},
        {"word": "x", "weight": "heavy"},
        {"region": "x", "weight": 1, "coefficients": ["a"]},
    ):
        path.write_text(json.dumps({**found, "rewards": [reward]}), encoding="utf-8")
        with pytest.raises(UserError, match=r"road\.json is not a road: .*rewards"):
            converted(path, "json")
    with pytest.raises(UserError, match="cannot be read"):
        bytes_of(tmp_path)
    if Path("/dev/zero").exists():
        with pytest.raises(UserError, match="more than 50 MB"):
            bytes_of(Path("/dev/zero"))


def test_neither_torch_nor_the_map_is_loaded() -> None:
    code = (
        "import sys; from pathlib import Path; from embeddings.road_table import converted;"
        f"converted(Path({str(OLD)!r}), 'parquet'); print([m for m in ('torch', 'safetensors') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
