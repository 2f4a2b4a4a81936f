"""The floor check: every rule of the house, on this tree. Says all that is wrong, not only the first."""

import os
import shutil
import subprocess
import unittest
from pathlib import Path

import floors
import kernels
import registration
import shape
from source_tree import SourceTree

ROOT = Path(__file__).resolve().parents[2]
RULES = floors.RULES + shape.RULES + registration.RULES + kernels.RULES


class House(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tree = SourceTree(ROOT)

    def assert_clean(self, violations):
        found = "\n".join(violations)
        if found:
            self.fail("\n" + found)

    def test_kernel_objects_hold_no_weak_symbol(self):
        self.assert_clean(kernels.weak_symbols(p for p in kernel_objects() if "_test" not in p.name))

    def test_kernels_of_scattered_rows_prefetch(self):
        read = [p for p in kernel_objects() if "_codes" in p.name or "vnni" in p.name]
        self.assert_clean(kernels.without_prefetch(read))

    def test_sources_are_formatted(self):
        if not shutil.which("clang-format"):
            self.skipTest("clang-format is not installed")
        run = subprocess.run([ROOT / "script/format", "--check"], capture_output=True, text=True)
        if run.returncode != 0:
            self.fail(run.stderr)


def kernel_objects():
    return Path(os.environ.get("SOKKURI_BUILD_DIR", "build")).rglob("kernels_*.cpp.o")


def test_of(rule):
    return lambda self: self.assert_clean(rule(self.tree))


for each in RULES:
    setattr(House, f"test_{each.__name__}", test_of(each))

if __name__ == "__main__":
    unittest.main()
