#!/usr/bin/env python3
"""What people write first: a Python loop, one picture at a time, PIL's bicubic and OpenVINO's own package.

    ingest_peer.py MODEL_FOLDER FOLDER [--precision f32|bf16]

MODEL_FOLDER holds card.json and the model. Prints one JSON object: pictures, seconds, precision (the one in force).
Reads, decodes, crops, resizes and embeds every picture below FOLDER; loading the model is not counted, and nothing is
hashed or stored.
"""
import argparse
import json
import os
import time

import numpy as np
import openvino as ov
from PIL import Image

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff")


def pictures_below(folder):
    for path, folders, names in os.walk(folder):
        folders.sort()
        yield from (os.path.join(path, name) for name in sorted(names) if name.lower().endswith(ENDINGS))


def prepare(path, card):
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    side = card["resize"]["crop_fraction"] * min(picture.size)
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    size = card["input_size"]
    box = (left, top, left + side, top + side)
    square = picture.resize((size, size), Image.Resampling.BICUBIC, box=box)
    values = (np.asarray(square, np.float32) / 255 - np.float32(card["mean"])) / np.float32(card["std"])
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model_folder"), parser.add_argument("folder")
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32")
    arguments = parser.parse_args()
    with open(os.path.join(arguments.model_folder, "card.json")) as file:
        card = json.load(file)
    core = ov.Core()
    model = core.read_model(os.path.join(arguments.model_folder, card["file"]))
    model.reshape([1, 3, card["input_size"], card["input_size"]])
    element = ov.Type.bf16 if arguments.precision == "bf16" else ov.Type.f32
    compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": element})
    output = compiled.output(card["output_tensor"])
    paths = list(pictures_below(arguments.folder))
    compiled(prepare(paths[0], card))

    vectors = []
    started = time.perf_counter()
    for path in paths:
        try:
            vectors.append(compiled(prepare(path, card))[output].ravel())
        except OSError:
            continue
    seconds = time.perf_counter() - started
    in_force = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
    print(json.dumps({"pictures": len(vectors), "seconds": seconds, "precision": in_force}))


if __name__ == "__main__":
    main()
