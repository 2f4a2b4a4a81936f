#!/usr/bin/env python3
"""What a plain Python loop gives: the yardstick of bench_retrieval_quality (bench/retrieval_quality.cpp).

    retrieval_quality_reference.py --ours OURS.json --pictures FOLDER --models FOLDER... [--write GOLDEN.json]

OURS is what bench_retrieval_quality printed: its cards say how to prepare pictures. Each picture is decoded and resized by
PIL (bicubic, the same crop) and embedded by OpenVINO's Python package in f32, one at a time; P@1 and mean average precision
by cosine, leaving each picture out in turn. Needs numpy, pillow and openvino. --models are the folders that hold the model
files; a file is recognized by the card's SHA-256. --write records both in a golden file.
"""
import argparse
import hashlib
import json
import pathlib
import sys

import numpy
import openvino
from PIL import Image, ImageOps

TOLERANCE = 0.005


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", type=pathlib.Path, required=True)
    parser.add_argument("--pictures", type=pathlib.Path, required=True)
    parser.add_argument("--models", type=pathlib.Path, nargs="+", required=True)
    parser.add_argument("--write", type=pathlib.Path)
    options = parser.parse_args()
    ours = json.loads(options.ours.read_text())
    files = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in find_models(options.models)}
    models = {}
    for name, entry in ours.items():
        card = entry["card"]
        network = compile_network(files[card["sha256"]], card)
        models[name] = {}
        for set_name, figures in entry["sets"].items():
            reference = measure_set(options.pictures / set_name, card, network)
            models[name][set_name] = {"pictures": figures.pop("pictures"), "ours": figures, "reference": reference}
            print(f"{name:40} {set_name:14} ours {figures} reference {reference}", file=sys.stderr)
    golden = {"tolerance": TOLERANCE, "made_by": made_by(), "models": models}
    if options.write:
        options.write.write_text(json.dumps(golden, indent=2) + "\n")


def made_by():
    return [
        "bench_retrieval_quality build/release/models/efficientnet-lite0 $SOKKURI_TEST_DATA/models/*.onnx > ours.json",
        "tools/retrieval_quality_reference.py --ours ours.json --pictures $SOKKURI_TEST_DATA/images"
        " --models build/release/models $SOKKURI_TEST_DATA/models --write tests/golden/retrieval_quality.json",
    ]


def find_models(folders):
    return [path for folder in folders for path in sorted(folder.rglob("*.onnx"))]


def compile_network(path, card):
    core = openvino.Core()
    model = core.read_model(path)
    side = card["input_size"]
    model.reshape([1, 3, side, side] if card["layout"] == "nchw" else [1, side, side, 3])
    compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    output = compiled.output(card["output_tensor"])
    return lambda tensor: compiled(tensor)[output].reshape(-1)


def measure_set(folder, card, network):
    paths = sorted(path for path in folder.glob("*/*") if path.is_file())
    labels = numpy.array([path.parent.name for path in paths])
    vectors = numpy.stack([network(prepare(path, card)) for path in paths]).astype(numpy.float64)
    vectors /= numpy.linalg.norm(vectors, axis=1, keepdims=True)
    similarities = vectors @ vectors.T
    first_right, precisions = [], []
    for query in range(len(paths)):
        order = numpy.argsort(-similarities[query], kind="stable")
        order = order[order != query]
        right = labels[order] == labels[query]
        if not right.any():
            continue
        ranks = numpy.flatnonzero(right) + 1
        first_right.append(right[0])
        precisions.append(numpy.mean(numpy.arange(1, len(ranks) + 1) / ranks))
    return {"p_at_1": round(float(numpy.mean(first_right)), 4), "map": round(float(numpy.mean(precisions)), 4)}


def prepare(path, card):
    """The picture as the network wants it: [1, 3, S, S] or [1, S, S, 3]."""
    with Image.open(path) as image:
        picture = ImageOps.exif_transpose(image).convert("RGB")
    side, resize = card["input_size"], card["resize"]
    if resize["rule"] == "crop-then-resize":
        square = min(picture.size) * resize["crop_fraction"]
        left, top = ((length - square) / 2 for length in picture.size)
        picture = picture.resize((side, side), Image.Resampling.BICUBIC, (left, top, left + square, top + square))
    elif resize["rule"] == "resize-then-crop":
        scale = resize["size"] / min(picture.size)
        width, height = (int(length * scale + 1e-9) for length in picture.size)
        picture = picture.resize((width, height), Image.Resampling.BICUBIC)
        left, top = round((width - side) / 2), round((height - side) / 2)
        picture = picture.crop((left, top, left + side, top + side))
    else:
        picture = picture.resize((side, side), Image.Resampling.BICUBIC)
    mean, std = (numpy.array(card[key], numpy.float32) for key in ("mean", "std"))
    tensor = (numpy.asarray(picture, numpy.float32) / 255 - mean) / std
    return (tensor if card["layout"] == "nhwc" else tensor.transpose(2, 0, 1))[None]


if __name__ == "__main__":
    sys.exit(main())
