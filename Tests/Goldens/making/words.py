"""A byte-pair table in CLIP's form, and what transformers' CLIPTokenizer makes of difficult prompts with it."""

import collections
import json
import pathlib

from tokenizers.pre_tokenizers import ByteLevel
from transformers import CLIPTokenizer

BEGIN, END = "<|startoftext|>", "<|endoftext|>"

TEXT = """a photo of a car a photo of a tiger a photograph of an astronaut riding a horse on the moon
a watercolor painting of a quiet harbour at dawn with boats and fishermen a city street in the rain at night
neon signs blurry low quality watermark an oil painting of mountains under a stormy sky a cat sitting on a
windowsill in soft morning light the river winds through the forest towards the sea it's they're don't we've
an intricate clockwork city in the clouds drawn by hand in the style of an old engraving with fine lines
masterpiece best quality ultra detailed portrait of a woman wearing a red hat and holding an umbrella"""

PROMPTS = [
    "",
    " ",
    "a photograph of an astronaut riding a horse",
    "A PHOTOGRAPH OF AN ASTRONAUT",
    "a  photo\tof\n a   cat  ",
    "it's the dog's bone; they're here, I'd say we've won, I'll go",
    "IT'S THEY'RE DON'T o'clock rock'n'roll",
    "‘curly’ “quotes” and it’s here",
    "hello, world!!! what?! ... (really) [yes] {no} <tag>",
    "1234567890 3.14159 4k 8K ½ ² Ⅷ ① ٣ 一二三",
    "café naïve résumé Ångström",
    "cafe\u0301 nai\u0308ve",
    "ΣΊΣΥΦΟΣ ΟΔΟΣ İstanbul ẞ straße привет ЁЖИК",
    "日本の富士山、桜 한국어 שלום مرحبا",
    "👩\u200d🚀 🚀 ❤️ 👍🏽 🇩🇪",
    "zero\u200bwidth\u200djoin\xa0nbsp\u3000ideographic\u2028sep",
    "cats &amp; dogs http://example.com/a_b?c=d&e=f#g",
    "foo_bar C++ C# node.js $100 €50 50% #1 @home a-b – c — d … e",
    "~`!@#$%^&*()_+-={}|[]\\:\";'<>?,./",
    f"{BEGIN} inside {END} text",
    "word " * 75,
    "word " * 76,
    "an intricate clockwork city in the clouds, " * 9,
    "x" * 300,
    "a\x00b\x07c\x1bd\ufeffe\ufffd",
    "ﬁne ﬂour Ⓐ ｆｕｌｌｗｉｄｔｈ",
]


def table(merges):
    """Learns `merges` pairs from TEXT: the most frequent first, ties in the order of the alphabet."""
    words = collections.Counter(tuple(word[:-1]) + (word[-1] + "</w>",) for word in TEXT.split())
    pairs = []
    while len(pairs) < merges:
        counts = collections.Counter()
        for word, count in words.items():
            for pair in zip(word, word[1:]):
                counts[pair] += count
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        pairs.append(best)
        merged = collections.Counter()
        for word, count in words.items():
            symbols = []
            for symbol in word:
                if symbols and (symbols[-1], symbol) == best:
                    symbols[-1] += symbol
                else:
                    symbols.append(symbol)
            merged[tuple(symbols)] += count
        words = merged
    alphabet = sorted(ByteLevel.alphabet(), key=ord)
    tokens = alphabet + [c + "</w>" for c in alphabet] + ["".join(pair) for pair in pairs] + [BEGIN, END]
    return pairs, {token: i for i, token in enumerate(dict.fromkeys(tokens))}


def write(folder, pad=END):
    """The files that CLIP's tokenizer has had from the beginning."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    pairs, tokens = table(300)
    lines = ["#version: 0.2", *map(" ".join, pairs)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    dump(folder / "vocab.json", tokens)
    special = {"bos_token": BEGIN, "eos_token": END, "unk_token": END, "pad_token": pad}
    dump(folder / "special_tokens_map.json", special)
    dump(
        folder / "tokenizer_config.json",
        {**special, "do_lower_case": True, "model_max_length": 77, "tokenizer_class": "CLIPTokenizer"},
    )
    return len(tokens)


def dump(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False) + "\n", encoding="utf-8")


def load(folder):
    return CLIPTokenizer.from_pretrained(folder)


def make(root):
    folder = pathlib.Path(root) / "tokenizers"
    tables = {}
    for name, pad in (("clip", END), ("clip-pad-bang", "!")):
        write(folder / name, pad)
        tokenizer = load(folder / name)
        rows = []
        for prompt in PROMPTS:
            ids = tokenizer(prompt).input_ids
            cut = tokenizer(prompt, padding="max_length", truncation=True, max_length=77).input_ids
            rows.append({"prompt": prompt, "ids": ids, "ids77": cut})
        tables[name] = {
            "pad_id": tokenizer.pad_token_id,
            "eos_id": tokenizer.eos_token_id,
            "bos_id": tokenizer.bos_token_id,
            "rows": rows,
        }
    about = "ids: with begin and end, as long as they come. ids77: padded or cut to 77."
    (folder / "expected_ids.json").write_text(json.dumps({"about": about, "tokenizers": tables}) + "\n")
    case = {"id": "token-ids", "file": "expected_ids.json", "how": "transformers.CLIPTokenizer", "tolerance": "exact"}
    (folder / "manifest.json").write_text(json.dumps({"about": "Token ids.", "cases": [case]}, indent=1) + "\n")
    print(folder, sum(len(t["rows"]) for t in tables.values()), "prompts")
