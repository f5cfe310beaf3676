"""From a GGUF file to a folder that transformers loads: fp32 safetensors, configuration, tokenizer, chat template."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

Progress = Callable[[str, float], None]


def convert(gguf: Path, into: Path, tell: Progress) -> None:
    """Write the GGUF file as fp32 safetensors, with configuration, tokenizer and chat template, to a folder."""
    tell("Importing torch and transformers", 0.05)
    import torch
    from safetensors.torch import save_file
    from transformers import AutoModelForCausalLM, AutoTokenizer

    place: dict[str, Any] = {"gguf_file": gguf.name, "local_files_only": True}
    with _patient_loader(lambda done: tell("Converting the weights to fp32", 0.3 + 0.5 * done)):
        tell("Reading the tokenizer", 0.15)
        AutoTokenizer.from_pretrained(gguf.parent, **place).save_pretrained(into)
        tell("Reading the weights", 0.3)
        model = AutoModelForCausalLM.from_pretrained(gguf.parent, **place, dtype=torch.float32)
    tell("Writing the converted model", 0.85)
    del model.config.quantization_config  # with it the copy would load through packed kernels, ten times slower
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(into)
    model.generation_config.save_pretrained(into)  # its end tokens
    tied = {name for name, _ in model.named_parameters(remove_duplicate=False)} - dict(model.named_parameters()).keys()
    # Not model.save_pretrained: a model that came from GGUF refuses it.
    tensors = {name: tensor.contiguous() for name, tensor in model.state_dict().items() if name not in tied}
    save_file(tensors, into / "model.safetensors", metadata={"format": "pt"})


@contextmanager
def _patient_loader(done: Callable[[float], None]) -> Iterator[None]:
    """Keep transformers' bars and warnings off the terminal, report converted tensors instead, and read things once.

    The loader of 5.23 parses the file three times and makes the table of tensor names once for each of 397 modules,
    which is half of its time.
    """
    import gguf
    from transformers import modeling_gguf_pytorch_utils as loader
    from transformers.utils import logging

    def counted(tensors: Iterable[Any], **_: object) -> Iterator[Any]:
        rows = list(tensors)
        for index, tensor in enumerate(rows):
            done(index / len(rows))
            yield tensor

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    ours: list[tuple[Any, str, Any]] = [(loader, "tqdm", counted)]
    ours += [(gguf, name, cache(getattr(gguf, name))) for name in ("GGUFReader", "get_tensor_name_map")]
    theirs = [(module, name, getattr(module, name)) for module, name, _ in ours]
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        for module, name, value in ours:
            setattr(module, name, value)
        yield
    finally:
        for module, name, value in theirs:
            setattr(module, name, value)
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
