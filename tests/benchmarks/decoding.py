"""Tokens a second with everything captured, against bare `generate` and against what the memory could deliver.

And the same with `linear` for every product, as on a processor where nothing else is faster.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from tests.benchmarks.rows import Row, interleaved, spread

ASKED = {"system": "You are a pirate.", "user": "Tell me a long story about the sea and the rain."}
TOKENS = 48
ROUNDS = 7


def rows() -> list[Row]:
    """`trace`, grip included, as chosen and with `linear`, `generate` and one reading of all weights, in turn: greedy,
    same prompt and length."""
    import torch

    from embeddings import load_model, trace
    from embeddings.chat import chat
    from embeddings.model.linear import LINEAR
    from embeddings.model.prompt import prompt_ids

    model = load_model()
    linear = replace(model, products=LINEAR)
    prompt = torch.tensor([prompt_ids(model, chat(**ASKED))])
    weights = list(model.tensors.values())  # the output layer is the embedding, so that each is read once a token
    size = sum(weight.numel() * weight.element_size() for weight in weights)

    @torch.inference_mode()
    def bare() -> list[int]:
        out = model.hf.generate(
            prompt, attention_mask=torch.ones_like(prompt), do_sample=False, max_new_tokens=TOKENS, pad_token_id=0
        )
        return out[0, prompt.shape[1] :].tolist()

    def captured() -> list[int]:
        return list(trace(model, **ASKED, max_new_tokens=TOKENS).token_ids)

    def plain() -> list[int]:
        return list(trace(linear, **ASKED, max_new_tokens=TOKENS).token_ids)

    @torch.inference_mode()
    def read() -> None:
        for weight in weights:
            weight.sum()

    written = bare()
    assert captured() == plain() == written, "trace and generate wrote different tokens: their times mean nothing"
    times = interleaved(ROUNDS, bare, captured, plain, read)
    rates = [[len(written) / t for t in column] for column in list(zip(*times, strict=True))[:3]]
    against, forced = (sorted(row[0] / row[k] for row in times) for k in (1, 2))
    bound = median(len(written) * r / c for _, c, _, r in times)
    threads = torch.get_num_threads()
    return [
        Row(
            f"`trace`, everything captured, grip included, {len(written)} tokens, {threads} threads",
            spread(rates[1], "tokens/s"),
            f"{spread(against, 'of bare `generate`', 2)}",
            "must 0.93, aim 1.0",
        ),
        Row(
            "the same with `linear` for every product",
            spread(rates[2], "tokens/s"),
            f"{spread(forced, 'of bare `generate`', 2)}",
            "must 0.93",
        ),
        Row(f"bare `generate(do_sample=False)`, same prompt, {threads} threads", spread(rates[0], "tokens/s")),
        Row(
            f"`trace` over the memory bound ({size / 1e6:.0f} MB of weights a token)",
            spread([size / r / 1e9 for *_, r in times], "GB/s"),
            f"{bound:.2f} of the bound, {median(1 / r for *_, r in times):.0f} tokens/s",
        ),
    ]
