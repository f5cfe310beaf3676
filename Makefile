.PHONY: setup check test rest serve

setup:
	python -m pip install -e ".[dev]"

check:
	ruff check . && ruff format --check . && mypy

test:
	python -m pytest

rest:
	python -m pytest -m "slow or rebuild"

serve:
	mindmap
