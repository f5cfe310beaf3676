.PHONY: setup check test rebuild serve

setup:
	python -m pip install -e ".[dev]"

check:
	ruff check . && ruff format --check . && mypy

test:
	python -m pytest

rebuild:
	python -m pytest -m rebuild

serve:
	mindmap
