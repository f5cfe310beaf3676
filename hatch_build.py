"""Build hook: an installed package carries `assets/` and `app.py` inside it; an editable one uses those of the tree."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShippedFiles(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":  # embeddings/paths.py looks in both places
            build_data["force_include"] |= {"assets": "embeddings/assets", "app.py": "viz/app.py"}
