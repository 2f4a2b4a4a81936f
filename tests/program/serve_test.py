"""`sokkuri serve` from the outside: where it listens, how it starts, stops, is killed and refuses."""

import os
import signal
import socket
import stat
import subprocess
import unittest
import urllib.parse
from pathlib import Path

from program import PROGRAM, picture
from server import ServerTest


def socket_of(folder):
    """The path that the lock of a folder names."""
    for line in (folder / ".sokkuri" / "lock").read_text().splitlines():
        if line.startswith("socket "):
            return Path(line.removeprefix("socket "))
    return None


class Serving(ServerTest):
    def test_it_says_where_it_listens_and_answers_page_and_programs(self):
        folder = self.make_pictures(4)
        server = self.serve(folder)
        self.assertRegex(server.lines[0], r"^http://\S+:\d+\S*\n$")
        self.assertIn("pictures", server.lines[1])
        self.assertEqual(server.ask("/healthz")[0], 200)
        self.assertEqual(server.ask("/readyz")[0], 200)
        status, page = server.ask("/")
        self.assertEqual((status, page[:15].lower()), (200, b"<!doctype html>"))
        server.wait_for_jobs()
        collection = server.collections()["pictures"]
        self.assertEqual((collection["items"], collection["folder"]), (4, str(folder)))
        item = server.get("/v1/collections/pictures/items?sample=1")["items"][0]["id"]
        hits = server.get(f"/v1/collections/pictures/items/{urllib.parse.quote(item, safe='')}/similar?k=2")
        self.assertEqual(len(hits["hits"]), 2)

    def test_what_is_new_is_indexed_at_start_unless_told_not_to(self):
        folder = self.make_pictures(2)
        quiet = self.serve(folder, "--no-index")
        self.assertEqual(quiet.jobs(), [])
        self.assertEqual(quiet.stop(signal.SIGTERM)[0], 0)
        server = self.serve(folder)
        self.assertIn("2 pictures in", server.wait_for_line("2 pictures in"))
        self.assertEqual(server.collections()["pictures"]["items"], 2)

    def test_two_folders_are_two_collections(self):
        one, two = self.make_pictures(2, "one"), self.make_pictures(3, "Zwei Bilder")
        server = self.serve(one, two)
        server.wait_for_jobs()
        self.assertEqual({name: each["items"] for name, each in server.collections().items()},
                         {"one": 2, "zwei-bilder": 3})

    def test_inside_an_indexed_folder_it_need_not_be_named(self):
        folder = self.make_pictures(2)
        self.assertIn("which folder", self.run_program("serve", check=2).stderr)
        self.index(folder)
        self.base = folder
        self.assertEqual(self.serve().collections()["pictures"]["items"], 2)

    def test_a_collection_may_lie_elsewhere(self):
        folder = self.make_pictures(2)
        server = self.serve(folder, "--collection", self.base / "elsewhere")
        server.wait_for_jobs()
        self.assertFalse((folder / ".sokkuri").exists())
        self.assertEqual(server.collections()["pictures"]["items"], 2)
        two = self.run_program("serve", folder, self.home, "--collection", "elsewhere", check=2)
        self.assertIn("one folder", two.stderr)

    def test_readers_work_beside_it(self):
        folder = self.make_pictures(4)
        server = self.serve(folder)
        server.wait_for_jobs()
        (self.base / "other.png").write_bytes(picture(90))
        self.run_program("similar", "0001.png", "--in", folder, check=0)
        self.run_program("search", "other.png", "--in", folder, check=0)
        self.assertEqual(self.stats(folder)["items"], 4)

    def test_its_socket_is_for_its_owner_alone_and_goes_away(self):
        folder = self.make_pictures(1)
        runtime = self.base / "run"
        runtime.mkdir(mode=0o700)
        server = self.serve(folder, XDG_RUNTIME_DIR=str(runtime))
        path = socket_of(folder)
        self.assertEqual(path.parent, runtime)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.assertEqual(server.stop(signal.SIGTERM)[0], 0)
        self.assertEqual(list(runtime.iterdir()), [])

    def test_strangers_are_warned_of_where_they_can_come_in(self):
        folder = self.make_pictures(1)
        local = self.serve(folder, "--no-index")
        self.assertNotIn("warning", local.stop(signal.SIGTERM)[1])
        self.serve(folder, "--no-index", "--host", "0.0.0.0").wait_for_line("there are no passwords")


class Ending(ServerTest):
    def test_it_ends_with_0_when_asked_and_leaves_the_folder_free(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            folder = self.make_pictures(3)
            server = self.serve(folder)
            code, said = server.stop(number)
            self.assertEqual(code, 0, said)
            self.assertIn("stopping", said)
            self.index(folder)

    def test_a_stop_in_mid_index_keeps_what_was_committed(self):
        folder = self.make_pictures(300)
        server = self.serve(folder, "--batch-rows", "8")
        server.wait_for(lambda: server.collections()["pictures"]["items"] > 0)
        code, said = server.stop(signal.SIGTERM)
        self.assertEqual(code, 0, said)
        items = self.stats(folder)["items"]
        self.assertTrue(0 < items < 300, items)
        self.assertEqual(self.index(folder)["unchanged"], items)

    def test_after_a_kill_it_starts_again_and_has_everything(self):
        folder = self.make_pictures(5)
        server = self.serve(folder)
        server.wait_for_jobs()
        self.assertEqual(server.stop(signal.SIGKILL)[0], -signal.SIGKILL)
        again = self.serve(folder, "--no-index")
        self.assertEqual(again.collections()["pictures"]["items"], 5)
        self.assertTrue(socket_of(folder).is_socket())


class Refusals(ServerTest):
    def test_a_port_in_use_is_named(self):
        folder = self.make_pictures(1)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            run = self.run_program("serve", folder, "--host", "127.0.0.1", "--port", port, check=1)
        self.assertIn(port, run.stderr)
        self.assertNotIn("ready", run.stderr)
        self.index(folder)

    def test_a_folder_that_another_process_holds_names_that_process(self):
        folder = self.make_pictures(1)
        server = self.serve(folder)
        run = self.run_program("serve", folder, "--port", "0", check=1)
        self.assertRegex(run.stderr, rf"\b{server.pid}\b")

    def test_folders_that_cannot_be_served_say_why(self):
        self.assertIn("nowhere", self.run_program("serve", "nowhere", check=1).stderr)
        folder = self.make_pictures(1)
        self.assertIn("twice", self.run_program("serve", folder, folder, check=1).stderr)
        self.assertIn("not a folder", self.run_program("serve", folder / "0000.png", check=1).stderr)

    @unittest.skipUnless(os.path.isdir("/sys/kernel"), "no file system that nobody can write to")
    def test_a_folder_that_cannot_be_written_to_says_what_helps(self):
        run = self.run_program("serve", "/sys/kernel", "--no-index", "--port", "0", check=1)
        self.assertIn("--collection", run.stderr)

    def test_wrong_limits_are_named_with_their_bounds(self):
        for words in (["--port", "70000"], ["--connections-max", "0"], ["--allow-host", "a,,b"]):
            run = self.run_program("serve", self.home, *words, check=2)
            self.assertIn(words[0], run.stderr)

    def test_two_signals_end_it_at_once(self):
        folder = self.make_pictures(300)
        server = self.serve(folder, "--batch-rows", "300", "--batch-age-ms", "600000")
        server.process.send_signal(signal.SIGTERM)
        server.wait_for_line("once more to kill")
        server.process.send_signal(signal.SIGTERM)
        self.assertIn(server.process.wait(timeout=60), (-signal.SIGTERM, 0))

    def test_help_names_every_limit(self):
        text = subprocess.run([PROGRAM, "serve", "--help"], capture_output=True, text=True, check=True).stdout
        for flag in ("--upload-bytes-max", "--work-queue-max", "--stop-time-max-ms", "--no-index"):
            self.assertIn(flag.replace("--no-", "--"), text)


if __name__ == "__main__":
    unittest.main()
