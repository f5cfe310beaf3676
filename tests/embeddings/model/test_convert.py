"""The conversion: what is no Llama is refused. What it writes of the real file is held against transformers in
test_weights.py, where that file is converted anew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFWriter

from embeddings.errors import UserError
from embeddings.model.convert import convert


def silent(message: str, share: float) -> None:
    return


def written(path: Path, architecture: str, tensor: str) -> Path:
    """A small GGUF file of one tensor."""
    writer = GGUFWriter(path, architecture)
    writer.add_block_count(1)
    writer.add_embedding_length(4)
    writer.add_feed_forward_length(8)
    writer.add_head_count(1)
    writer.add_context_length(16)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(3)
    writer.add_tensor(tensor, np.zeros((3, 4), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"of the kind 'gpt2', but only Llamas are read\.$"):
        convert(written(tmp_path / "x.gguf", "gpt2", "token_embd.weight"), tmp_path, silent)


@pytest.mark.parametrize(
    "tensor", ["blk.0.ssm_in.weight", "blk.x.attn_q.weight", "rope_freqs", "blk.0.attn_q.0.weight"]
)
def test_a_tensor_that_no_llama_has_is_refused(tmp_path: Path, tensor: str) -> None:
    with pytest.raises(UserError, match=r"a tensor that is unknown here: .*\.$"):
        convert(written(tmp_path / "x.gguf", "llama", tensor), tmp_path, silent)
