"""Flags, SOKKURI_* variables and the configuration file: who wins, and what is said about mistakes."""

import tomllib
import unittest

from program import ProgramTest


class Settings(ProgramTest):
    def shown(self, *words, **variables):
        text = self.run_program("config", "show", *words, check=0, **variables).stdout
        return tomllib.loads(text)

    def write_config(self, text, place=None):
        path = place or self.base / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def test_variable_beats_table_beats_top_of_file_beats_default(self):
        config = self.write_config("k = 6\n[search]\nk = 5\n")
        self.assertEqual(self.shown()["search"]["k"], 10)
        self.assertEqual(self.shown("--config", config)["search"]["k"], 5)
        self.assertEqual(self.shown("--config", config)["similar"]["k"], 6)
        self.assertEqual(self.shown("--config", config, SOKKURI_K="4")["search"]["k"], 4)

    def test_flag_beats_variable(self):
        self.assertEqual(self.shown("--color", "never", SOKKURI_COLOR="always")["color"], "never")

    def test_the_origin_of_each_setting_is_told(self):
        config = self.write_config("k = 6\n")
        lines = self.run_program("config", "show", "--origin", "--config", config, check=0,
                                 SOKKURI_MODEL="m").stdout.splitlines()
        self.assertTrue(any(line.startswith("k = 6") and line.endswith("config.toml:1") for line in lines))
        self.assertTrue(any(line.startswith('model = "m"') and line.endswith("SOKKURI_MODEL") for line in lines))
        self.assertTrue(any(line.startswith("timing = false") and line.endswith("default") for line in lines))

    def test_what_is_shown_is_a_configuration_file(self):
        shown = self.run_program("config", "show", check=0, SOKKURI_IN='a "b" \\c\x7f').stdout
        config = self.write_config(shown)
        self.assertEqual(self.shown("--config", config)["search"]["in"], str(self.base / 'a "b" \\c\x7f'))

    def test_the_file_is_found_in_the_usual_places(self):
        self.write_config("k = 3\n", self.home / ".config/sokkuri/config.toml")
        self.assertEqual(self.shown()["search"]["k"], 3)
        xdg = self.base / "xdg"
        self.write_config("k = 2\n", xdg / "sokkuri/config.toml")
        self.assertEqual(self.shown(XDG_CONFIG_HOME=str(xdg))["search"]["k"], 2)
        path = self.run_program("config", "path", check=0, XDG_CONFIG_HOME=str(xdg)).stdout
        self.assertEqual(path, f"{xdg}/sokkuri/config.toml\n")

    def test_mistakes_name_place_key_value_and_bound(self):
        for text, *expected in [("kk = 1\n", "config.toml:1", '"kk"', 'did you mean "k"'),
                                ("\nk = 0\n", "config.toml:2", '"0"', "from 1 to 100000"),
                                ("[serch]\n", "config.toml:1", "[serch]"),
                                ('[search]\nprecision = "f16"\n', "config.toml:2", "search.precision", "bf16"),
                                ("k = {}\n", "config.toml:1"), ("k = ", "config.toml:1")]:
            run = self.run_program("search", "a.jpg", "--config", self.write_config(text), check=2)
            for part in expected:
                self.assertIn(part, run.stderr)
        run = self.run_program("search", "a.jpg", check=2, SOKKURI_K="many")
        self.assertIn('SOKKURI_K: "many" is not a whole number from 1 to 100000', run.stderr)

    def test_a_file_that_was_asked_for_must_be_there(self):
        self.run_program("config", "show", "--config", "missing.toml", check=2)
        self.run_program("config", "show", check=2, SOKKURI_CONFIG="missing.toml")


if __name__ == "__main__":
    unittest.main()
