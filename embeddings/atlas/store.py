"""The two files of an atlas: written whole, read and checked, the shipped one once a process."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.atlas.atlas import Atlas
from embeddings.atlas.layout import Layout
from embeddings.atlas.lens import Lens
from embeddings.atlas.naming import Enough
from embeddings.atlas.places import Landmark, Region
from embeddings.errors import UserError
from embeddings.files import write_atomically
from embeddings.paths import assets

VERSION = 2
TENSORS = "atlas.safetensors"
ABOUT = "atlas.json"


def default_folder() -> Path:
    """Where the atlas that ships lies."""
    return assets() / "atlas"


@cache
def default_layer() -> int:
    """The layer of the atlas that ships, read without loading it."""
    return int(_about(default_folder())["layer"])


def load_atlas(folder: Path | str | None = None) -> Atlas:
    """The atlas in `folder`, by default the one that ships (loaded once in a process).

    Raises
    ------
    UserError
        If the files are missing, damaged, or of another version.
    """
    return _default() if folder is None else read(Path(folder))


@cache
def _default() -> Atlas:
    return read(default_folder())


def _about(folder: Path) -> dict[str, Any]:
    path = folder / ABOUT
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError(f"There is no atlas in {folder}: run `mindmap atlas build`.") from error
    except (OSError, ValueError) as error:
        raise UserError(f"The atlas file {path} cannot be read: run `mindmap atlas build` again.") from error
    if not isinstance(about, dict) or about.get("version") != VERSION:
        version = about.get("version") if isinstance(about, dict) else None
        raise UserError(
            f"The atlas in {folder} has version {version!r}, this program reads version {VERSION}: "
            "run `mindmap atlas build`."
        )
    return about


def read(folder: Path) -> Atlas:
    """Read and check the two files of an atlas; see `load_atlas`."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    about = _about(folder)
    try:
        data = (folder / TENSORS).read_bytes()
    except OSError as error:
        raise UserError(f"The atlas in {folder} lacks {TENSORS}: run `mindmap atlas build` again.") from error
    if hashlib.sha256(data).hexdigest() != about.get("tensors_sha256"):
        raise UserError(f"The atlas in {folder} is damaged or mixed with another: run `mindmap atlas build` again.")
    try:
        return _assemble(about, load(data), hashlib.sha256(data + (folder / ABOUT).read_bytes()).hexdigest())
    except (KeyError, TypeError, ValueError, SafetensorError) as error:
        raise UserError(f"The atlas in {folder} lacks {error}: run `mindmap atlas build` again.") from error


def write(folder: Path, atlas: Atlas, versions: dict[str, str]) -> None:
    """Write the two files; the same atlas gives the same bytes. `versions`: of the libraries that made it."""
    from safetensors.numpy import save

    data = save({name: np.ascontiguousarray(array) for name, array in _tensors(atlas).items()})
    about = {
        "version": VERSION,
        "model": {"name": atlas.model_name, "sha256": atlas.model_sha256, "dtype": "float32"},
        "layer": atlas.layer,
        "settings": atlas.settings,
        "versions": versions,
        "themes": list(atlas.themes),
        "start_questions": list(atlas.start_questions),
        "landmarks": [{"name": landmark.name, "theme": landmark.theme} for landmark in atlas.landmarks],
        "enough": {"one": atlas.enough.one, "two": atlas.enough.two},
        "regions": [{"name": r.name, "intercept": r.intercept, "auc": r.auc} for r in atlas.regions],
        "snippets": list(atlas.snippets),
        "report": atlas.report,
        "tensors_sha256": hashlib.sha256(data).hexdigest(),
    }
    write_atomically(folder / TENSORS, data)
    write_atomically(folder / ABOUT, json.dumps(about, ensure_ascii=False, indent=1, allow_nan=False))


def _tensors(atlas: Atlas) -> dict[str, np.ndarray]:
    layout = atlas.layout
    lens = layout.lens
    tensors: dict[str, np.ndarray] = {
        "coordinates": layout.coordinates,
        "pca_coordinates": atlas.pca_coordinates,
        "means": layout.means,
        "singles": atlas.singles,
        "answers": atlas.answers,
        "labels": atlas.labels,
        "lens.components": lens.components,
        "lens.offset": lens.offset,
        "lens.token": lens.token,
        "lens.template": lens.template,
        "lens.questions": lens.questions,
        "pca_basis": layout.pca_basis,
        "pca_centre": layout.pca_centre,
        "neighbour_distances": layout.neighbour_distances,
    }
    for i, landmark in enumerate(atlas.landmarks):
        tensors[f"landmark.{i}.position"] = landmark.position
        tensors[f"landmark.{i}.pca"] = landmark.pca
        tensors[f"landmark.{i}.indices"] = landmark.indices
    for i, region in enumerate(atlas.regions):
        tensors[f"region.{i}.coefficients"] = region.coefficients
        tensors[f"region.{i}.indices"] = region.indices
    return tensors


def _assemble(about: dict[str, Any], tensors: dict[str, np.ndarray], sha256: str) -> Atlas:
    for array in tensors.values():
        array.setflags(write=False)
    lens = Lens(
        tensors["lens.components"],
        tensors["lens.offset"],
        tensors["lens.token"],
        tensors["lens.template"],
        tensors["lens.questions"],
        float(about["settings"]["lens"]["decay"]),
        int(about["settings"]["lens"]["leading"]),
    )
    return Atlas(
        layout=Layout(
            coordinates=tensors["coordinates"],
            means=tensors["means"],
            lens=lens,
            pca_basis=tensors["pca_basis"],
            pca_centre=tensors["pca_centre"],
            neighbour_distances=tensors["neighbour_distances"],
            neighbours=int(about["settings"]["placed_by"]),
        ),
        pca_coordinates=tensors["pca_coordinates"],
        singles=tensors["singles"],
        answers=tensors["answers"],
        labels=tensors["labels"],
        snippets=tuple(about["snippets"]),
        themes=tuple(about["themes"]),
        layer=int(about["layer"]),
        landmarks=tuple(
            Landmark(
                entry["name"],
                tensors[f"landmark.{i}.position"],
                tensors[f"landmark.{i}.pca"],
                tensors[f"landmark.{i}.indices"],
                entry["theme"],
            )
            for i, entry in enumerate(about["landmarks"])
        ),
        enough=Enough(float(about["enough"]["one"]), float(about["enough"]["two"])),
        regions=tuple(
            Region(
                entry["name"],
                tensors[f"region.{i}.coefficients"],
                float(entry["intercept"]),
                float(entry["auc"]),
                tensors[f"region.{i}.indices"],
            )
            for i, entry in enumerate(about["regions"])
        ),
        start_questions=tuple(about["start_questions"]),
        model_name=about["model"]["name"],
        model_sha256=about["model"]["sha256"],
        settings=about["settings"],
        report=about["report"],
        sha256=sha256,
    )
