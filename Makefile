.PHONY: setup check test serve

setup:
	python -m pip install -e ".[dev]"

check:
	ruff check . && ruff format --check . && mypy

test:
	python -m pytest

serve:
	mindmap
