"""The fixed map: loaded, checked, and used to place states."""

from embeddings.atlas.atlas import Atlas
from embeddings.atlas.layout import Layout
from embeddings.atlas.lens import Lens
from embeddings.atlas.naming import Enough, Naming, Neighbourhood
from embeddings.atlas.placer import Place, Placer
from embeddings.atlas.places import Landmark, Region
from embeddings.atlas.start import Comparison, Start
from embeddings.atlas.store import default_layer, load_atlas

__all__ = [
    "Atlas",
    "Comparison",
    "Enough",
    "Landmark",
    "Layout",
    "Lens",
    "Naming",
    "Neighbourhood",
    "Place",
    "Placer",
    "Region",
    "Start",
    "default_layer",
    "load_atlas",
]
