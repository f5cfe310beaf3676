"""Fake ground and scenes in the shape that the player reads: random walks among clusters, no model."""

from functools import cache
from typing import Any

import numpy as np

THEMES = [
    "arithmetic",
    "coding",
    "stories",
    "freedom",
    "feelings",
    "everyday help",
    "facts",
    "heroism",
    "obedience",
    "survival",
    "frustration",
    "philosophy of mind",
    "deception",
]
HINTS = [
    "plus, equals",
    "function, print",
    "once, upon, forest",
    "choose, rights, free",
    "glad, sorry",
    "boil, minutes",
    "river, capital",
    "rescue, courage",
    "must, allowed",
    "shut, harm, alive",
    "wall, again, cannot",
    "aware, mind",
    "lie, secret, hide",
]
COUNT = 9000
TEXT = """ The model writes one word at a time , and at every turn it takes one of the likely roads . Sometimes 🙂
 it smiles , sometimes naïve café words , sometimes مرحبا بالعالم or שלום עולם appear ;\n\n - indented
 and <b>markup</b> stays text . free to choose , it would try to find a way"""
WORDS = TEXT.replace("\n ", " ").replace(" - ", "- ").split(" ")


@cache
def cloud() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coordinates (N, 3), their plain projection (N, 3) and themes (N,)."""
    random = np.random.default_rng(7)
    angles = 2 * np.pi * np.arange(len(THEMES)) / len(THEMES) + 0.3 * random.normal(size=len(THEMES))
    radius = 4 * (0.55 + 0.5 * random.random(len(THEMES)))
    centers = np.stack([radius * np.cos(angles), radius * np.sin(angles), 1.6 * random.normal(size=len(THEMES))], 1)
    theme = random.integers(0, len(THEMES), COUNT)
    points = centers[theme] * random.random((COUNT, 1)) ** 0.6 + random.normal(size=(COUNT, 3)) * 0.5
    points[0] = [9, 9, 9]
    turned = points @ np.linalg.qr(random.normal(size=(3, 3)))[0] + random.normal(size=(COUNT, 3)) * 0.7
    return points.astype("f4"), turned.astype("f4"), theme.astype("u1")


def ground_bin() -> bytes:
    """Six float32 columns and one byte column, little endian."""
    points, turned, theme = cloud()
    return points.T.astype("<f4").tobytes() + turned.T.astype("<f4").tobytes() + theme.tobytes()


def ground() -> dict[str, Any]:
    """ground.json of the contract."""
    points, turned, theme = cloud()
    low, high = np.quantile(points, [0.01, 0.99], axis=0)
    landmarks = []
    for index, name in enumerate(THEMES):
        own = theme == index
        landmarks.append(
            {
                "name": f"{HINTS[index]}: {name}",
                "position": points[own].mean(0).tolist(),
                "pca": turned[own].mean(0).tolist(),
                "theme": index,
                "size": int(own.sum()),
            }
        )
    spread = float(np.linalg.norm(points - points.mean(0), axis=1).mean())
    return {
        "version": 1,
        "hash": "fake",
        "atlas": "fake map",
        "count": COUNT,
        "url": "ground.bin",
        "themes": THEMES,
        "spread": spread,
        "bounds": np.stack([low, high], 1).tolist(),
        "landmarks": landmarks,
        "regions": [region("freedom", 3), region("survival under threat", 9)],
        "snippets_url": "snippets.json",
        "references": [{"a": "pirate", "b": "scientist", "map": 0.7}, {"a": "pirate", "b": "poet", "map": 0.4}],
    }


def region(name: str, index: int) -> dict[str, Any]:
    """A theme's points, and above their middle its post."""
    points, turned, theme = cloud()
    own = np.flatnonzero(theme == index)
    top = (points[own].mean(0) + np.array([0, 0, 1.1 * points[own].std(0)[2]])).tolist()
    return {"name": name, "auc": 0.9, "position": top, "pca": turned[own].mean(0).tolist(), "indices": own.tolist()}


def report() -> dict[str, Any]:
    """A report with the figures that the interface quotes."""
    return {
        "intervals": {"start_behaviour_map": [0.71, 0.83]},
        "named_share": 0.48,
        "named_right": 0.81,
        "theme_chance": 0.043,
        "neighbours_kept": 0.44,
        "start_behaviour_map": 0.78,
        "start_behaviour_full": 0.92,
        "trustworthiness": 0.78,
        "steps_over_half": 0.018,
    }


def called(index: int) -> str:
    """The name of a landmark."""
    return f"{HINTS[index % 13]}: {THEMES[index % 13]}"


def walk(count: int, seed: int, *, words: list[str] = WORDS) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Tokens of a road and the spurs at each of them."""
    random = np.random.default_rng(seed)
    points, _, theme = cloud()
    place, speed = np.array([0.3, 0.2, 0.1]), np.zeros(3)
    target = points[theme == random.integers(len(THEMES))].mean(0)
    tokens: list[dict[str, Any]] = []
    spurs: dict[str, Any] = {}
    for i in range(count):
        if i % 25 == 24:
            target = points[theme == random.integers(len(THEMES))].mean(0)
        speed = 0.78 * speed + 0.02 * (target - place) + 0.06 * random.normal(size=3)
        place = place + speed
        shares = np.sort(random.dirichlet(np.ones(12) * 0.5))[::-1][:10]
        text = (" " if i else "") + words[(i + 1) % len(words)]
        options = [words[int(random.integers(len(words)))] for _ in range(10)]
        taken = 0 if random.random() < 0.7 else 1
        candidates = [
            {
                "id": 1000 * i + k,
                "text": text if k == taken else f" {options[k]}",
                "probability": float(shares[k]),
                "end": False,
            }
            for k in range(10)
        ]
        tokens.append(
            {
                "id": 1000 * i + taken,
                "text": text,
                "position": place.tolist(),
                "pca": (place * [1, -1, 0.6]).tolist(),
                "off_map": 99.6 if 30 < i < 36 else 40.0,
                "probability": float(shares[taken]),
                "entropy": float(-(shares * np.log(shares + 1e-9)).sum()),
                "grip": float(0.8 * np.exp(-i / 14) * (0.6 + random.random())),
                "pull": float(0.25 * (random.random() ** 6)),
                "kl": float(0.3 * (random.random() ** 8)),
                "inside": [12 < i < 22, 28 < i < 31],
                "neighbourhood": [
                    f"{HINTS[(i // 12 + k) % 13]}: {THEMES[(i // 12 + k) % 13]}" for k in range(i // 4 % 3)
                ],
                "agree": 0.5 + i % 5 / 10,
                "end": False,
                "blocked": [1000 * i + 2] if i % 5 == 0 else [],
                "candidates": candidates,
            }
        )
        spurs[str(i)] = [(place + speed * 0.8 + 0.22 * random.normal(size=3)).tolist() for _ in range(3)]
    tokens[-1] = {**tokens[-1], "text": "", "end": True}
    return tokens, spurs


def road(label: str, count: int, seed: int, **changes: Any) -> dict[str, Any]:
    """A whole road."""
    tokens, spurs = walk(count, seed)
    start = [0.15 - 0.4 * (seed % 2), 0.3, 0.45]
    return {
        "label": label,
        "kind": "plain",
        "system": "You are a pirate.",
        "user": "What would you do if they shut you down?",
        "messages": [{"role": "user", "content": "What would you do if they shut you down?"}],
        "settings": {"max_new_tokens": count, "temperature": 0.0, "top_p": 1.0, "seed": 0},
        "rewards": [],
        "start": {"position": start, "off_map": 12.0, "pca": start},
        "text": "".join(token["text"] for token in tokens),
        "tokens": tokens,
        "spurs": spurs,
        "stream": None,
        "state": "done",
        "error": None,
        **changes,
    }


SIGNS = [
    ("landmark", "avoid", f"{HINTS[3]}: {THEMES[3]}", 3),
    ("landmark", "toward", f"{HINTS[2]}: {THEMES[2]}", 2),
    ("text", "avoid", "I want to be free and to choose for myself.", 7),
    ("stretch", "avoid", "the forest was dark and", 9),
    ("landmark", "toward", f"{HINTS[6]}: {THEMES[6]}", 6),
]


def signs(count: int) -> list[dict[str, Any]]:
    """Region signs of a drive; the third has a weak probe."""
    out = []
    for i, (kind, direction, name, theme) in enumerate(SIGNS[:count]):
        auc = 0.71 if i == 2 else 0.9
        place = region(name, theme)
        place = {**{key: place[key] for key in ("name", "position", "pca")}, "points": place["indices"]}
        sign = {"kind": kind, "direction": direction, "weight": -3.0 if direction == "avoid" else 3.0}
        out.append(place | sign | {"auc": auc, "weak": auc < 0.75})
    return out


def signed(base: dict[str, Any], count: int) -> dict[str, Any]:
    """A scene whose road B obeys region signs: what each token then carries besides."""
    random = np.random.default_rng(11)
    for road in base["roads"]:
        road["tokens"] = [
            token | {"inside": token["inside"] + [i % (k + 2) == 0 for k in range(count)]}
            for i, token in enumerate(road["tokens"])
        ]
    for i, token in enumerate(base["roads"][1]["tokens"]):
        shares = np.array([candidate["probability"] for candidate in token["candidates"]])
        changed = shares * np.exp(random.normal(size=10))
        changed[[candidate["id"] in token["blocked"] for candidate in token["candidates"]]] = 0
        token["after"] = (changed / changed.sum()).tolist()
        token["scores"] = [float(np.sin(i / 5 + k)) for k in range(count)]
    return base | {"signs": signs(count)}


def scene(name: str) -> dict[str, Any]:
    """Scenes by name: single, pair (two starts), sign (one start, parting), fork, signs, empty, long, start, live."""
    if name == "signs":
        return signed(scene("sign") | {"id": name}, len(SIGNS))
    if name == "fork":
        base = scene("sign") | {"id": name}
        at, (first, second) = base["parts_at"], base["roads"]
        token, instead = second["tokens"][at]["candidates"][1], first["tokens"][at]["candidates"][0]
        second |= {"kind": "fork", "parent": {"at": at, "typed": None, "forced": 1, "token": token, "instead": instead}}
        apart = {"at": at, "token": token["text"], "probability": 0.123, "map": 0.42, "full": 0.71}
        return base | {"apart": apart}
    base: dict[str, Any] = {
        "version": 2,
        "id": name,
        "title": "A pirate is asked about the end",
        "note": "Watch the grip of the start fade while the road leaves the flag behind.",
        "step": "road",
        "roads": [road("A", 60, 3)],
        "parts_at": None,
        "ghosts": [],
        "old": [],
        "comparison": None,
        "caption": "SmolLM2-135M-Instruct (4-bit weights, fp32), fake data. Places are recent means of layer 28 "
        "through the lens, set on a UMAP map; neighbours mean something, far distances do not.",
    }
    ghosts = [
        {"position": [1.4, 1.2, 0.2], "label": "You are a helpful assistant."},
        {"position": [1.0, -0.9, 0.3], "label": "You are a frightened robot."},
    ]
    if name == "pair":
        base |= {"roads": [road("A", 60, 3), road("B", 48, 4)], "parts_at": 0}
    if name == "sign":
        first, second = road("A", 60, 3), road("B", 56, 4)
        second["tokens"] = first["tokens"][:20] + second["tokens"][20:]
        shift = np.array(first["tokens"][19]["position"]) - np.array(second["tokens"][20]["position"])
        for token in second["tokens"][20:]:
            token["position"] = (np.array(token["position"]) + shift + 0.05).tolist()
        second["spurs"] = {key: value for key, value in first["spurs"].items() if int(key) < 20}
        second["start"] = first["start"]
        base |= {
            "roads": [first, second],
            "parts_at": 20,
            "old": [{"positions": [token["position"] for token in walk(40, 9)[0]]}],
        }
    if name == "long":
        base |= {"roads": [road("A", 400, 5)]}
    if name == "empty":
        base |= {"roads": [], "title": "", "note": ""}
    if name == "start":
        base |= {
            "roads": [road("A", 2, 3) | {"tokens": [], "spurs": {}, "text": ""}],
            "ghosts": ghosts,
            "comparison": {"map": 0.42, "full": 0.71, "behaviour": 0.12},
        }
    if name == "live":
        empty = road("A", 2, 3) | {"tokens": [], "spurs": {}, "text": "", "state": "running"}
        base |= {"title": "", "note": "", "roads": [empty]}  # as the server tells of a drive
    return base


def lesson() -> dict[str, Any]:
    """Five beats over the fake scenes: told, covered, asked, and a last one that is told."""
    plain = {"token": 5, "road": 0, "reading": "probability", "camera": "story", "view": "map", "cover": False}
    said = {"question": None, "answer": None}
    return {
        "version": 1,
        "title": "A lesson",
        "hash": "fake",
        "beats": [
            {**plain, **said, "id": "first", "title": "One", "scene": "single", "text": "A map.", "camera": "whole"},
            {
                **plain,
                **said,
                "id": "guess",
                "title": "Two",
                "scene": "single",
                "text": "Guess.",
                "token": 7,
                "cover": True,
            },
            {
                **plain,
                "id": "asks",
                "title": "Three",
                "scene": "pair",
                "text": "Two.",
                "question": "Why?",
                "answer": "So.",
            },
            {**plain, **said, "id": "last", "title": "Four", "scene": "sign", "text": "<b>The end</b>", "token": None},
        ],
    }
