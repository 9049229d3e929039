"""A byte-pair table in CLIP's format, learned from the captions.

Sennrich, Haddow and Birch, "Neural Machine Translation of Rare Words with Subword Units" (2016), algorithm 1, on bytes
written as printable characters (GPT-2), with '</w>' at a word's end (CLIP).
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from transformers import CLIPTokenizer

START, END = "<|startoftext|>", "<|endoftext|>"
WORD = re.compile(r"[a-z]+|[0-9]|[^\sa-z0-9]+")
Word = tuple[str, ...]


def byte_characters() -> dict[int, str]:
    """GPT-2's printable character for each byte, in CLIP's order: printable bytes stand for themselves."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(others)}


def spelled(word: str, characters: dict[int, str]) -> Word:
    *letters, last = (characters[byte] for byte in word.encode())
    return (*letters, last + "</w>")


def merged(word: Word, pair: tuple[str, str]) -> Word:
    """The word with every occurrence of the pair joined."""
    parts, i = [], 0
    while i < len(word):
        width = 2 if word[i : i + 2] == pair else 1
        parts.append("".join(word[i : i + width]))
        i += width
    return tuple(parts)


def learn_merges(captions: Iterable[str], count: int) -> list[tuple[str, str]]:
    """Joins the most frequent pair again and again; of equals, the last in the alphabet. Pairs seen once stay apart."""
    characters = byte_characters()
    words = Counter(word for caption in captions for word in WORD.findall(caption.lower()))
    spellings = Counter({spelled(word, characters): n for word, n in words.items()})
    merges = []
    while len(merges) < count:
        pairs = Counter()
        for word, n in spellings.items():
            for pair in pairwise(word):
                pairs[pair] += n
        best = max(pairs, key=lambda pair: (pairs[pair], pair), default=None)
        if best is None or pairs[best] < 2:
            break
        merges.append(best)
        spellings = Counter({merged(word, best): n for word, n in spellings.items()})
    return merges


def write(captions: Iterable[str], folder: Path, merges: int, length: int) -> None:
    """Writes vocab.json, merges.txt and the two configurations, as CLIPTokenizer reads them."""
    learned = learn_merges(captions, merges)
    alphabet = list(byte_characters().values())
    vocabulary = [*alphabet, *(c + "</w>" for c in alphabet), *(a + b for a, b in learned), START, END]
    special = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END}
    settings = special | {"model_max_length": length, "do_lower_case": True, "tokenizer_class": "CLIPTokenizer"}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(vocabulary)}, ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in learned))
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2))
    (folder / "special_tokens_map.json").write_text(json.dumps(special, indent=2))
    print(f"{len(vocabulary)} tokens, {len(learned)} of them merged, in {folder}")


def read(folder: Path) -> CLIPTokenizer:
    return CLIPTokenizer.from_pretrained(folder)


def encode(tokenizer: CLIPTokenizer, captions: list[str]):
    """Token numbers [n, length], padded with the end token."""
    return tokenizer(captions, padding="max_length", truncation=True, return_tensors="pt").input_ids
