#!/usr/bin/env python3
"""Measures what the bands of a model card should be: cosines of pairs of pictures whose relation is known.

    measure_bands.py MODEL_FOLDER PICTURES

PICTURES is a folder of sets, SET/LABEL/picture. Every EVERY-th picture is edited in the ways of EDITS; prints, for each
kind of pair, percentiles of the cosine. docs/formats/model-card.md says how the cut-offs follow. Needs numpy, pillow and
openvino.
"""
import io
import json
import pathlib
import sys

import numpy
from PIL import Image, ImageEnhance, ImageOps
from retrieval_quality_reference import compile_network, prepare

EVERY = 8
SETS = ("caltech101", "clothing", "flower_photos", "grocery", "trashnet")
PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99, 99.9)


def main():
    folder, pictures = map(pathlib.Path, sys.argv[1:])
    card = json.loads((folder / "card.json").read_text())
    network = compile_network(folder / card["file"], card)

    def embed(file):
        vector = network(prepare(file, card)).astype(numpy.float64)
        return vector / numpy.linalg.norm(vector)

    cosines = {name: [] for name in EDITS}
    for set_name in SETS:
        paths = sorted(path for path in (pictures / set_name).glob("*/*") if path.is_file())
        vectors = numpy.stack([embed(path) for path in paths])
        labels = numpy.array([path.parent.name for path in paths])
        add_label_pairs(cosines, set_name, vectors @ vectors.T, labels)
        for i in range(0, len(paths), EVERY):
            picture = open_picture(paths[i])
            for name, edit in EDITS.items():
                cosines[name].append(embed(saved(*edit(picture))) @ vectors[i])
    print(f"{'pair':34} {'count':>7} " + " ".join(f"{p:>6}%" for p in PERCENTILES))
    for name, values in cosines.items():
        print(f"{name:34} {len(values):7} " + " ".join(f"{v:7.4f}" for v in numpy.percentile(values, PERCENTILES)))


def add_label_pairs(cosines, set_name, similarities, labels):
    upper = numpy.triu(numpy.ones_like(similarities, bool), 1)
    same = labels[:, None] == labels[None, :]
    cosines[f"{set_name}, one label"] = similarities[upper & same]
    cosines[f"{set_name}, two labels"] = similarities[upper & ~same]


def open_picture(path):
    with Image.open(path) as image:
        return ImageOps.exif_transpose(image).convert("RGB")


def saved(picture, image_format="PNG", options=None):
    file = io.BytesIO()
    picture.save(file, image_format, **(options or {}))
    file.seek(0)
    return file


def scaled(picture, factor):
    size = [max(1, round(length * factor)) for length in picture.size]
    return picture.resize(size, Image.Resampling.BICUBIC)


def trimmed(picture, fraction):
    width, height = picture.size
    return picture.crop((round(width * fraction), round(height * fraction), round(width * (1 - fraction)), round(height * (1 - fraction))))


EDITS = {
    "JPEG again, quality 90": lambda picture: (picture, "JPEG", {"quality": 90}),
    "JPEG again, quality 50": lambda picture: (picture, "JPEG", {"quality": 50}),
    "WebP, quality 80": lambda picture: (picture, "WEBP", {"quality": 80}),
    "scaled to 75 %": lambda picture: (scaled(picture, 0.75),),
    "scaled to 200 %": lambda picture: (scaled(picture, 2),),
    "scaled to 50 %": lambda picture: (scaled(picture, 0.5),),
    "trimmed by 2 % on each side": lambda picture: (trimmed(picture, 0.02),),
    "trimmed by 5 % on each side": lambda picture: (trimmed(picture, 0.05),),
    "trimmed by 10 % on each side": lambda picture: (trimmed(picture, 0.10),),
    "mirrored": lambda picture: (ImageOps.mirror(picture),),
    "20 % brighter": lambda picture: (ImageEnhance.Brightness(picture).enhance(1.2),),
    "gray": lambda picture: (ImageOps.grayscale(picture),),
    "turned by 90 degrees": lambda picture: (picture.transpose(Image.Transpose.ROTATE_90),),
}


if __name__ == "__main__":
    main()
