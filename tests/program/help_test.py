"""What the program says about itself: help, unknown words, completion scripts, manual pages."""

import re
import shutil
import subprocess
import unittest

from program import PROGRAM, ProgramTest

VERBS = ["index", "search", "similar", "recommend", "groups", "embed", "serve", "import", "export", "stats", "facets",
         "verify", "compact", "backup", "restore", "model list", "model inspect", "model add", "model use", "model switch", "field list",
         "field add", "field drop", "config show", "config path", "bench ann", "completion", "man"]


class Help(ProgramTest):
    def test_every_verb_explains_itself_on_standard_output(self):
        for verb in VERBS:
            by_flag = self.run_program(*verb.split(), "--help", check=0)
            by_verb = self.run_program("help", *verb.split(), check=0)
            self.assertEqual(by_flag.stdout, by_verb.stdout)
            self.assertIn(f"sokkuri {verb}", by_flag.stdout)
            self.assertEqual(by_flag.stderr, "")
        program = self.run_program("--help", check=0).stdout
        for verb in VERBS:
            self.assertIn(verb.split()[0], program)

    def test_the_version_is_a_line(self):
        self.assertRegex(self.run_program("--version", check=0).stdout, r"^sokkuri \d+\.\d+\.\d+\n$")

    def test_wrong_usage_exits_2_and_helps(self):
        for words, hint in [((), "Usage"), (("serch", "x"), 'did you mean "search"'), (("model",), "model list"),
                            (("search",), "PICTURE is missing"), (("search", "a", "--jsno"), '"--json"'),
                            (("search", "a", "-k", "0"), "from 1 to 100000"), (("model", "lst"), "model list"),
                            (("search", "a", "--json", "--csv"), "given twice"), (("help", "frob"), "no verb")]:
            run = self.run_program(*words, check=2)
            self.assertEqual(run.stdout, "", words)
            self.assertIn(hint, run.stderr)

    def test_a_picture_is_a_verb_of_its_own(self):
        run = self.run_program("nothing-here.jpg", check=1)
        self.assertIn("sokkuri search:", run.stderr)

    def test_help_works_with_a_broken_configuration(self):
        broken = self.base / "config.toml"
        broken.write_text("k = [")
        for words in (["--help"], ["search", "--help"], ["completion", "bash"], ["man"], ["config", "path"]):
            self.run_program(*words, check=0, SOKKURI_CONFIG=str(broken))


class Completion(ProgramTest):
    def complete(self, *words):
        """What bash offers behind these words."""
        script = self.run_program("completion", "bash", check=0).stdout
        line = " ".join(f"'{word}'" for word in ("sokkuri", *words))
        ask = (f"compopt() {{ :; }}; COMP_WORDS=({line}); COMP_CWORD={len(words)}; _sokkuri; "
               "printf '%s\\n' \"${COMPREPLY[@]}\"")
        run = subprocess.run(["bash", "-c", script + "\n" + ask], capture_output=True, text=True,
                             cwd=self.base)
        self.assertEqual(run.stderr, "")
        return run.stdout.split()

    def test_scripts_parse(self):
        for shell in ("bash", "zsh", "fish"):
            script = self.run_program("completion", shell, check=0).stdout
            self.assertIn("--help" if shell != "fish" else "-l help", script)
            if shutil.which(shell):
                subprocess.run([shell, "-n"], input=script, text=True, check=True)

    def test_bash_offers_verbs_flags_choices_and_files(self):
        (self.base / "folder").mkdir()
        (self.base / "file.jpg").touch()
        self.assertEqual(self.complete("sea"), ["search"])
        self.assertEqual(self.complete("model", ""), ["list", "inspect", "add", "use", "switch"])
        self.assertEqual(self.complete("search", "--js"), ["--json", "--jsonl"])
        self.assertEqual(self.complete("search", "--precision", ""), ["auto", "f32", "bf16"])
        self.assertEqual(self.complete("search", "--in", "fo"), ["folder"])
        self.assertEqual(sorted(self.complete("index", "")), ["folder", "home"])
        self.assertEqual(self.complete("fil"), ["file.jpg"])
        self.assertIn("--card", self.complete("model", "add", "--c"))


class ManPages(ProgramTest):
    def test_pages_of_all_verbs_render_without_warnings(self):
        pages = self.base / "man1"
        self.run_program("man", "--directory", pages, check=0)
        names = sorted(page.name for page in pages.iterdir())
        self.assertEqual(len(names), len(VERBS) + 1)
        if not shutil.which("groff"):
            self.skipTest("groff is not installed")
        for page in pages.iterdir():
            run = subprocess.run(["groff", "-man", "-Tutf8", "-ww", page], capture_output=True, text=True)
            self.assertEqual((run.returncode, run.stderr), (0, ""), page.name)
            self.assertIn("EXIT STATUS", re.sub(".\x08", "", run.stdout))  # bold is overstruck

    def test_one_page_is_printed(self):
        self.assertIn("SOKKURI\\-SEARCH", self.run_program("man", "search", check=0).stdout)
        self.assertIn("SOKKURI\\-MODEL\\-ADD", self.run_program("man", "model", "add", check=0).stdout)


class Start(ProgramTest):
    def test_help_maps_no_heavy_library(self):
        log = self.base / "libraries"
        self.run_program("--help", check=0, LD_DEBUG="libs", LD_DEBUG_OUTPUT=str(log))
        opened = "".join(part.read_text() for part in self.base.glob("libraries.*"))
        self.assertIn("calling init", opened)
        for heavy in ("openvino", "vips", "chafa", "glib-2"):
            self.assertNotIn(heavy, opened)


if __name__ == "__main__":
    assert PROGRAM
    unittest.main()
