"""docs/api.md and the description that the page's types are made from are what the routes print."""

import os
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ["SOKKURI_PRINT_API"]


class ApiPage(unittest.TestCase):
    def assert_printed(self, path, what):
        printed = subprocess.run([PROGRAM, what], capture_output=True, text=True, check=True).stdout
        if (ROOT / path).read_text(encoding="utf-8") != printed:
            self.fail(f"{path} is not what the routes say; refresh it: {PROGRAM} {what} > {path}")

    def test_the_page_is_what_the_table_prints(self):
        self.assert_printed("docs/api.md", "markdown")

    def test_the_pages_types_are_of_this_description(self):
        self.assert_printed("web/openapi.json", "openapi")


if __name__ == "__main__":
    unittest.main()
