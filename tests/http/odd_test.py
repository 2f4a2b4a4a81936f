"""Every odd, hostile and broken picture of the test data by upload: an answer or a refusal with a reason, never more memory
than the limits allow. Skipped without the data (SOKKURI_TEST_DATA, or ../shared/data beside the checkout)."""

import collections
import os
import unittest
from pathlib import Path

from serving import ServedTest, picture

DATA = Path(os.environ.get("SOKKURI_TEST_DATA", Path(__file__).resolve().parents[2].parent / "shared" / "data")) / "odd"
SKIPPED = 77  # what ctest knows as skipped
C = "/v1/collections/pictures"
MEMORY_MAX = 1_000 << 20  # the model, and one picture of the most pixels that are taken
NAME_ENDINGS = {".expect", ".md", ".txt", ".html", ".sha256", ".LICENSE"}


class Uploads(ServedTest):
    COUNT = 3

    def test_every_odd_picture_is_answered_or_refused(self):
        seen = collections.Counter()
        self.server.forget_peak_memory()
        for path in sorted(DATA.rglob("*")):
            if not path.is_file() or path.suffix in NAME_ENDINGS:
                continue
            data = path.read_bytes()
            answer = self.client.ask("POST", C + "/search", data, {"Content-Type": "image/x-odd"}, k=3)
            with self.subTest(path=str(path.relative_to(DATA))):
                self.assertIn(answer.status, (200, 400, 413, 415, 422), answer)
                self.assertTrue(answer.status != 200 or len(answer.value["hits"]) == 3, answer)
                expected = Path(f"{path}.expect")
                if expected.exists():
                    self.assert_expected(expected.read_text().strip(), answer)
            seen[answer.status] += 1
        print(dict(seen), f"peak memory {self.server.peak_memory_bytes() >> 20} MiB")
        self.assertGreater(seen[200], 100)
        self.assertLess(self.server.peak_memory_bytes(), MEMORY_MAX)
        self.assertEqual(self.client.ask("POST", C + "/search", picture(1), {"Content-Type": "image/png"}).status, 200)

    def assert_expected(self, expected, answer):
        if expected == "ok":
            self.assertEqual(answer.status, 200, answer)
        if expected in ("bad", "limit"):
            self.assertGreaterEqual(answer.status, 400, answer)


if __name__ == "__main__":
    if not DATA.is_dir():
        print(f"test data not found: {DATA}")
        raise SystemExit(SKIPPED)
    unittest.main()
