"""A C++ program finds the installed library by find_package, builds against its one header, and gets right answers."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

BUILD = Path(os.environ["SOKKURI_BUILD_DIR"])
ROOT = Path(__file__).resolve().parents[2]


def run(*words, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise AssertionError(f"{words}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


class Library(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.scratch)
        run("cmake", "--install", BUILD, "--component", "library", "--prefix", cls.scratch / "first")
        # Nothing may remember where it was first.
        cls.prefix = cls.scratch / "moved"
        (cls.scratch / "first").rename(cls.prefix)

    def test_an_example_is_built_and_finds_the_nearest(self):
        build = self.scratch / "examples"
        run("cmake", "-S", ROOT / "examples", "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}",
            "-DCMAKE_BUILD_TYPE=Release")
        run("cmake", "--build", build)
        lines = run(build / "nearest").splitlines()
        self.assertEqual(len(lines), 5)
        rows, distances = zip(*(line.split() for line in lines))
        self.assertNotIn("7", rows)
        self.assertEqual(list(distances), sorted(distances, key=float))
        self.assertLess(float(distances[0]), 0.7)

    def test_it_shows_the_public_classes_and_nothing_else(self):
        symbols = run("nm", "-DC", "--defined-only", self.prefix / "lib/libsokkuri.so").splitlines()
        self.assertTrue(symbols)
        for line in symbols:
            self.assertRegex(line.split(" ", 2)[2], r"^sokkuri::(Index|RowSet)::")

    def test_it_needs_little_and_nothing_of_the_build_tree(self):
        needed = set(re.findall(r"^\s*(\S+?)\.so", run("ldd", self.prefix / "lib/libsokkuri.so"), re.M))
        beyond = {"libfmt", "libxxhash", "libstdc++", "libm", "libgcc_s", "libc", "libpthread", "libasan", "libubsan", "libtsan"}
        self.assertEqual({Path(name).name for name in needed} - beyond - {"linux-vdso", "ld-linux-x86-64"}, set())

    def test_the_installed_files_are_few(self):
        names = {str(path.relative_to(self.prefix)) for path in self.prefix.rglob("*") if not path.is_dir()}
        self.assertIn("include/sokkuri/index.h", names)
        self.assertIn("lib/cmake/sokkuri/sokkuriConfig.cmake", names)
        self.assertEqual({name.split("/")[0] for name in names}, {"include", "lib"})
        self.assertLess(len(names), 12)


if __name__ == "__main__":
    unittest.main()
