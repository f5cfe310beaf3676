"""From a GGUF file to a folder that transformers loads: fp32 safetensors, configuration, tokenizer, chat template."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.errors import UserError

Progress = Callable[[str, float], None]

# Names of llama.cpp, and ours (those of transformers' Llama).
OUTSIDE = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
IN_A_BLOCK = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
SPECIAL = {"bos": "bos", "eos": "eos", "unk": "unknown", "pad": "padding"}  # tokens: transformers' word, llama.cpp's


def convert(gguf: Path, into: Path, tell: Progress) -> None:
    """Write the GGUF file of a Llama as fp32 safetensors, with configuration, tokenizer and chat template, to a folder.

    Raises
    ------
    UserError
        If it is of another architecture, or holds a tensor that a Llama does not have.
    """
    tell("Importing transformers", 0.05)
    from gguf import GGUFReader
    from safetensors.numpy import save_file
    from transformers import AutoTokenizer, GenerationConfig

    tell("Reading the weights", 0.1)
    reader = GGUFReader(gguf)
    config = _config(reader)
    names = [_named(tensor.name) for tensor in reader.tensors]
    tell("Reading the tokenizer", 0.2)
    with _quiet():
        AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name, local_files_only=True).save_pretrained(into)
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    tensors = dict[str, np.ndarray]()
    for index, (tensor, (name, part)) in enumerate(zip(reader.tensors, names, strict=True)):
        tell("Converting the weights to fp32", 0.4 + 0.4 * index / len(names))
        tensors[name] = _values(tensor, heads.get(part))
    tell("Writing the converted model", 0.85)
    config.tie_word_embeddings = "lm_head.weight" not in tensors
    config.save_pretrained(into)
    GenerationConfig.from_model_config(config).save_pretrained(into)  # its end tokens
    save_file(tensors, into / "model.safetensors", metadata={"format": "pt"})


def _config(reader: Any) -> Any:
    """The configuration, from what the file says of itself; see the specification of GGUF at ggml."""
    from transformers import LlamaConfig

    def said(key: str, otherwise: Any = None) -> Any:
        field = reader.get_field(key)
        return otherwise if field is None else field.contents()

    if (kind := said("general.architecture")) != "llama":
        raise UserError(f"The file of weights holds a model of the kind {kind!r:.40}, but only Llamas are read.")
    heads = said("llama.attention.head_count")
    return LlamaConfig(
        _model_name_or_path=said("general.name"),
        vocab_size=said("llama.vocab_size") or len(said("tokenizer.ggml.tokens")),
        hidden_size=said("llama.embedding_length"),
        intermediate_size=said("llama.feed_forward_length"),
        num_hidden_layers=said("llama.block_count"),
        num_attention_heads=heads,
        num_key_value_heads=said("llama.attention.head_count_kv", heads),
        max_position_embeddings=said("llama.context_length"),
        rms_norm_eps=said("llama.attention.layer_norm_rms_epsilon"),
        rope_parameters={"rope_type": "default", "rope_theta": said("llama.rope.freq_base", 10_000.0)},
        architectures=["LlamaForCausalLM"],
        dtype="float32",
        **{f"{mine}_token_id": said(f"tokenizer.ggml.{theirs}_token_id") for mine, theirs in SPECIAL.items()},
    )


def _named(name: str) -> tuple[str, str]:
    """A tensor's name with us, and which part of the model it is, in the words of llama.cpp."""
    inside = re.fullmatch(r"blk\.(\d+)\.(\w+)\.(\w+)", name, re.ASCII)
    if inside and (part := inside[2]) in IN_A_BLOCK:
        return f"model.layers.{inside[1]}.{IN_A_BLOCK[part]}.{inside[3]}", part
    stem, _, kind = name.rpartition(".")
    if stem in OUTSIDE:
        return f"{OUTSIDE[stem]}.{kind}", stem
    raise UserError(f"The file of weights holds a tensor that is unknown here: {name:.80}.")


def _values(tensor: Any, heads: int | None) -> np.ndarray:
    """A tensor's values, float32. ``heads``, of queries or keys: llama.cpp rotates neighbouring rows, transformers a
    half against the other, so that the permutation of its convert_hf_to_gguf.py is undone."""
    from gguf import dequantize

    values = dequantize(tensor.data, tensor.tensor_type).astype(np.float32, copy=False)
    if heads is not None:
        values = values.reshape(heads, -1, 2, *values.shape[1:]).swapaxes(1, 2).reshape(values.shape)
    return np.ascontiguousarray(values)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep transformers' bars and warnings off the terminal."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
