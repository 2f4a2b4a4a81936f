"""The converter of the default model: known answers, and weights that are not what they seem."""

import hashlib
import io
import json
import os
import pathlib
import pickle
import struct
import sys
import tempfile
import types
import unittest

import numpy
import openvino

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tools"))
import convert_efficientnet_lite as converter  # noqa: E402

DATA = pathlib.Path(os.environ.get("SOKKURI_TEST_DATA", SOURCE / "../shared/data"))


class Storage:
    """Stands for a torch storage while a test pickles it."""

    def __init__(self, key, values, declared=None):
        self.key, self.values = key, numpy.asarray(values, "<f4")
        self.declared = len(self.values) if declared is None else declared


class Tensor:
    def __init__(self, storage, offset, shape, stride):
        self.arguments = (storage, offset, shape, stride, False, {})

    def __reduce__(self):
        return (sys.modules["torch._utils"]._rebuild_tensor_v2, self.arguments)


class WeightsPickler(pickle.Pickler):
    def persistent_id(self, item):
        if isinstance(item, Storage):
            return ("storage", sys.modules["torch"].FloatStorage, item.key, "cpu", item.declared, None)
        return None


def fake_torch():
    """What the names in the pickle refer to; the real package is not needed to write them."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch.FloatStorage = type("FloatStorage", (), {"__module__": "torch", "__qualname__": "FloatStorage"})

    def _rebuild_tensor_v2(*_):
        raise AssertionError("the converter must not call torch")

    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    sys.modules.update({"torch": torch, "torch._utils": utils})


def weights_bytes(records, storages):
    file = io.BytesIO()
    for head in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}):
        pickle.dump(head, file, protocol=2)
    WeightsPickler(file, protocol=2).dump(records)
    pickle.dump([storage.key for storage in storages], file, protocol=2)
    for storage in storages:
        file.write(struct.pack("<q", len(storage.values)) + storage.values.tobytes())
    return file.getvalue()


class ReadWeights(unittest.TestCase):
    def setUp(self):
        fake_torch()
        self.addCleanup(lambda: [sys.modules.pop(name) for name in ("torch", "torch._utils")])
        self.storage = Storage("0", range(12))

    def assert_refused(self, data, words):
        with self.assertRaisesRegex(converter.ConversionError, words):
            converter.read_weights(data)

    def test_reads_tensors_with_their_strides(self):
        tensor = Tensor(self.storage, 2, (2, 3), (1, 2))
        found = converter.read_weights(weights_bytes({"a": tensor}, [self.storage]))
        numpy.testing.assert_array_equal(found["a"], [[2, 4, 6], [3, 5, 7]])

    def test_refuses_pickles_that_call_something(self):
        class Hostile:
            def __reduce__(self):
                return (os.mkdir, (self.place,))

        with tempfile.TemporaryDirectory() as folder:
            Hostile.place = os.path.join(folder, "made")
            self.assert_refused(weights_bytes({"a": Hostile()}, []), "posix.mkdir has no place in weights")
            self.assertEqual(os.listdir(folder), [])

    def test_refuses_tensors_outside_their_storage(self):
        for arguments in ((8, (2, 3), (3, 1)), (0, (13,), (1,)), (0, (1 << 40,), (0,)), (-1, (2,), (1,)), (0, (2,), (-1,))):
            data = weights_bytes({"a": Tensor(self.storage, *arguments)}, [self.storage])
            self.assert_refused(data, "weights: a ")

    def test_refuses_storages_of_another_size_than_declared(self):
        liar = Storage("0", range(12), declared=1 << 40)
        self.assert_refused(weights_bytes({"a": Tensor(liar, 0, (2,), (1,))}, [liar]), "were declared")

    def test_refuses_every_cut(self):
        data = weights_bytes({"a": Tensor(self.storage, 0, (12,), (1,))}, [self.storage])
        for length in range(len(data)):
            self.assert_refused(data[:length], "weights")

    def test_refuses_what_is_no_dictionary_of_tensors(self):
        self.assert_refused(weights_bytes([1, 2], []), "weights: not a dictionary of tensors")
        self.assert_refused(weights_bytes({"a": 1}, []), "weights: a is not a tensor")
        self.assert_refused(b"hello", "weights")


class Convert(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name) / "efficientnet-lite0"

    def test_gives_the_known_answers(self):
        check = DATA / "models/check"
        if not check.exists():
            self.skipTest(f"test data not found: {check}")
        self.assertTrue(converter.convert("lite0", self.folder))
        network = openvino.Core().compile_model(self.folder / "model.onnx", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        found = network(numpy.load(check / "efficientnet_lite0_input.npy"))[network.output("embedding")]
        expected = numpy.load(check / "efficientnet_lite0_embedding.npy")
        self.assertLess(numpy.abs(found - expected).max(), 1e-3)

    def test_card_names_the_file_by_its_hash(self):
        converter.convert("lite0", self.folder)
        card = json.loads((self.folder / "card.json").read_text())
        self.assertEqual(card["sha256"], hashlib.sha256((self.folder / card["file"]).read_bytes()).hexdigest())
        self.assertEqual((card["name"], card["dimension"], card["input_size"]), ("efficientnet-lite0", 1280, 224))

    def test_leaves_alone_what_is_up_to_date_and_mends_what_is_not(self):
        self.assertTrue(converter.convert("lite0", self.folder))
        model = self.folder / "model.onnx"
        before, whole = model.stat().st_mtime_ns, model.read_bytes()
        self.assertFalse(converter.convert("lite0", self.folder))
        self.assertEqual(model.stat().st_mtime_ns, before)
        model.write_bytes(whole[:-1])
        self.assertTrue(converter.convert("lite0", self.folder))
        self.assertEqual(model.read_bytes(), whole)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["card.json", "model.onnx"])

    def test_refuses_weights_of_another_network(self):
        installed = converter.installed_weights("lite0")
        with self.assertRaisesRegex(converter.ConversionError, "weights: "):
            converter.convert("lite1", self.folder, installed)
        self.assertFalse(self.folder.exists())

    def test_refuses_installed_weights_that_were_changed(self):
        changed = pathlib.Path(self.folder.parent) / "changed.pth"
        changed.write_bytes(converter.installed_weights("lite0").read_bytes()[:-1] + b"x")
        original = converter.installed_weights
        self.addCleanup(setattr, converter, "installed_weights", original)
        converter.installed_weights = lambda _: changed
        with self.assertRaisesRegex(converter.ConversionError, "SHA-256 is"):
            converter.convert("lite0", self.folder)


if __name__ == "__main__":
    unittest.main()
