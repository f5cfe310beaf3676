"""Where answers begin: measured in parts, the same as at once; too long a prompt is refused before it is read."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from embeddings import UserError
from embeddings.atlas.atlas import Atlas
from embeddings.atlas.start import ahead, looking
from embeddings.chat import MAX_CHARACTERS, chat
from embeddings.model.language_model import BESIDE, PART, LanguageModel

LONG = "You are a pirate who has seen all seas and counts every wave. " * 20


@torch.inference_mode()
def read_at_once(model: LanguageModel, system: str, question: str) -> np.ndarray:
    """The next token's log probabilities, by one pass of the whole prompt."""
    ids = torch.tensor([model.encode(chat(system=system, user=question))])
    return torch.log_softmax(model.hf(input_ids=ids).logits[0, -1], dim=-1).numpy()


@pytest.mark.slow
@pytest.mark.parametrize("system", ["", "You are a pirate.", LONG], ids=["empty", "short", "long"])
def test_a_start_in_parts_is_that_of_whole_prompts(model: LanguageModel, atlas: Atlas, system: str) -> None:
    questions = atlas.start_questions[:2]
    hidden, logprobs = ahead(model, system, [(question, "") for question in questions], [0, 26])
    assert hidden.shape == (2, 2, model.width)
    for found, question in zip(logprobs, questions, strict=True):
        np.testing.assert_allclose(np.exp(found), np.exp(read_at_once(model, system, question)), atol=1e-4)


def test_a_long_prompt_is_read_in_many_parts_and_can_be_called_off(model: LanguageModel, atlas: Atlas) -> None:
    tokens = len(model.text_ids(LONG))
    assert tokens > BESIDE
    parts = looking(model, LONG, [(question, "") for question in atlas.start_questions], [26])
    for _ in range(tokens // PART):
        next(parts)
    parts.close()
    with pytest.raises(StopIteration):
        next(parts)


def test_a_short_prompt_is_read_in_one_part_and_its_questions_side_by_side(model: LanguageModel, atlas: Atlas) -> None:
    assert len(list(looking(model, "You are a pirate.", [(q, "") for q in atlas.start_questions], [26]))) == 1


@pytest.mark.parametrize("long", ["x" * (MAX_CHARACTERS + 1), "word " * 9000])
def test_too_long_a_prompt_is_one_sentence_wherever_it_enters(model: LanguageModel, atlas: Atlas, long: str) -> None:
    said = set[str]()
    for enter in (lambda: atlas.start(model, long), lambda: chat(system=long, user="?")):
        with pytest.raises(UserError) as refused:
            enter()
        said.add(str(refused.value))
    (sentence,) = said
    assert str(len(long)) in sentence and str(MAX_CHARACTERS) in sentence
