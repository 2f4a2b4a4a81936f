"""The test of the floor check: each rule passes a small good tree and catches its small bad one."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import kernels
from house_test import RULES
from source_tree import SourceTree

GOOD = {
    "README.md": "Run `script/test`; see [the map](ARCHITECTURE.md).\n",
    "ARCHITECTURE.md": "The map.\n",
    "script/test": "#!/bin/sh\n",
    "src/base/CMakeLists.txt": "sokkuri_floor(base SOURCES hash.cpp TESTS hash_test.cpp)\n",
    "src/base/hash.h": "#include <string>\n#include <fmt/format.h>\nint hash(int);\n",
    "src/base/hash.cpp": '#include "base/hash.h"\n#include <xxhash.h>\nint hash(int a) { return a; }\n',
    "src/base/hash_test.cpp": '#include "base/hash.h"\n#include <gtest/gtest.h>\nTEST(Hash, Holds) {}\n',
    "src/simd/CMakeLists.txt": "sokkuri_floor(simd SOURCES kernels_scalar.cpp FLOORS base)\n",
    "src/simd/kernels_scalar.cpp": '#include "simd/kernels.h"\n#include <cstddef>\n',
    "src/simd/kernels.h": "struct Kernels;\n",
}
LONG_FUNCTION = "namespace a {\nvoid f(int b) {\n" + "    if (b) { b = 1; }\n" * 60 + "}\n}\n"

# Rule: files that make the good tree a bad one.
BAD = {
    "includes_go_down": [
        {"src/base/hash.h": '#include "index/graph.h"\n'},
        {"src/store/catalog.h": '#include "simd/kernels.h"\n'},
        {"src/features/extractor.cpp": '#include "collection/collection.h"\n'},
        {"src/helpdesk/desk.h": "\n"},
    ],
    "the_public_header_stands_alone": [
        {"include/sokkuri/index.h": "#include <fmt/format.h>\n"},
        {"include/sokkuri/index.h": '#include "base/result.h"\n'},
    ],
    "links_go_down": [{"src/simd/CMakeLists.txt": "sokkuri_floor(simd SOURCES a.cpp FLOORS base store)\n"}],
    "a_library_stays_in_one_folder": [
        {"src/store/catalog.cpp": "#include <xxhash.h>\n"},
        {"src/base/hash.cpp": "#include <gtest/gtest.h>\n"},
    ],
    "libraries_do_not_leak": [
        {
            "src/base/hash.h": "#include <xxhash.h>\n",
            "src/base/id.h": '#include "base/hash.h"\n',
            "src/simd/kernels.h": '#include "base/id.h"\n',
        }
    ],
    "files_are_small": [
        {"src/base/hash.h": "\n" * 201},
        {"src/base/hash.cpp": "\n" * 401},
        {"docs/decisions/0001-long.md": "\n" * 61},
    ],
    "functions_are_small": [
        {"src/base/hash.cpp": LONG_FUNCTION},
        {"src/base/hash.cpp": "class A {\n" + LONG_FUNCTION.replace("namespace a", "struct B : C") + "};\n"},
        {"src/base/hash_test.cpp": LONG_FUNCTION.replace("void f(int b)", 'TEST(A, B) /* "{" */')},
    ],
    "names_say_what": [{"src/base/utils.h": ""}, {"tools/vector_helpers.py": ""}],
    "nothing_is_promised": [{"src/base/hash.cpp": "// TO" + "DO: later\n"}],
    "no_place_of_one_machine": [
        {"script/test": "cd /ro" + "ot/sokkuri\n"},
        {"src/base/hash.cpp": 'auto path = "/tm' + 'p/x";\n'},
        {"requirements.txt": "--index-url https://pypi" + ".org/simple\n"},
    ],
    "spelling_is_american": [{"src/base/hash.h": "// The nearest neighbou" + "rs.\n"}],
    "every_source_is_listed": [{"src/base/error.cpp": ""}],
    "every_test_runs": [
        {"src/base/error_test.cpp": ""},
        {"src/base/CMakeLists.txt": "sokkuri_floor(base SOURCES hash.cpp hash_test.cpp)\n"},
    ],
    "documents_name_what_exists": [
        {"README.md": "Run `script/dance`.\n"},
        {"docs/style.md": "See [the map](map.md).\n"},
    ],
    "kernels_include_little": [
        {"src/simd/kernels_avx2.cpp": "#include <algorithm>\n"},
        {"src/simd/kernels_avx2.cpp": '#include "simd/kernels.h"\n#include "simd/cpu.h"\n'},
        {"src/simd/kernels_wide.h": "#include <algorithm>\n"},
    ],
}


class Rules(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)

    def violations(self, rule, files):
        shutil.rmtree(self.root)
        for name, text in {**GOOD, **files}.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o755)
        return list(rule(SourceTree(self.root)))

    def test_a_good_tree_passes_every_rule(self):
        for rule in RULES:
            with self.subTest(rule=rule.__name__):
                self.assertEqual(self.violations(rule, {}), [])

    def test_every_rule_catches_its_bad_trees(self):
        self.assertEqual({rule.__name__ for rule in RULES}, set(BAD))
        for rule in RULES:
            for files in BAD[rule.__name__]:
                with self.subTest(rule=rule.__name__, files=list(files)):
                    self.assertNotEqual(self.violations(rule, files), [])

    def test_braces_in_comments_and_literals_do_not_count(self):
        code = "void f() {\n" + "    a = '{' + \"{\"; // {\n" * 5 + "}\nvoid g() {\n}\n"
        rule = next(rule for rule in RULES if rule.__name__ == "functions_are_small")
        self.assertEqual(self.violations(rule, {"src/base/hash.cpp": code * 20}), [])

    def test_a_weak_symbol_in_a_kernel_is_caught(self):
        source = self.root / "kernels_bad.cpp"
        source.write_text("inline int twice(int a) { return 2 * a; }\nint (*keep)(int) = twice;\n")
        subprocess.run(["g++", "-c", source, "-o", self.root / "bad.o"], check=True)
        self.assertIn("twice", "".join(kernels.weak_symbols([self.root / "bad.o"])))
        source.write_text("static int twice(int a) { return 2 * a; }\nint (*keep)(int) = twice;\n")
        subprocess.run(["g++", "-c", source, "-o", self.root / "good.o"], check=True)
        self.assertEqual(list(kernels.weak_symbols([self.root / "good.o"])), [])

    def test_a_prefetch_that_the_compiler_dropped_is_missed(self):
        source = self.root / "kernels_codes.cpp"
        loop = "void ask(const char* a) { for (int i = 0; i < 8; ++i) %s }\n"
        for body, missed in (("__builtin_prefetch(a + i * 64);", 0), (";", 1)):
            source.write_text(loop % body)
            subprocess.run(["g++", "-O2", "-c", source, "-o", self.root / "codes.o"], check=True)
            self.assertEqual(len(list(kernels.without_prefetch([self.root / "codes.o"]))), missed)


if __name__ == "__main__":
    unittest.main()
