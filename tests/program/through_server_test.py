"""`sokkuri index` on a folder that a server holds: done by the server, shown as if it were done here."""

import json
import os
import signal
import unittest

from program import picture
from server import ServerTest

BROKEN = b"\x89PNG\r\n\x1a\nnot really"


def flip(path, at):
    """In place: the server has the file mapped."""
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))


class ThroughServer(ServerTest):
    def test_the_report_is_the_one_of_indexing_without_a_server(self):
        served, alone = self.make_pictures(4, "served"), self.make_pictures(4, "alone")
        self.index(alone)
        server = self.serve(served)
        server.wait_for_jobs()
        reports = []
        for folder in (served, alone):
            (folder / "0000.png").write_bytes(picture(100))
            (folder / "0001.png").rename(folder / "moved.png")
            (folder / "0002.png").unlink()
            (folder / "broken.png").write_bytes(BROKEN)
            (folder / os.fsdecode(b"\xff.png")).write_bytes(BROKEN)
            reports.append(self.index(folder, check=3))
        for report in reports:
            for changing in ("folder", "seconds"):
                self.assertTrue(report.pop(changing))
        self.assertEqual(list(reports[0]), list(reports[1]))
        self.assertEqual(reports[0], reports[1])
        self.assertEqual(server.collections()["served"]["items"], 3)

    def test_people_get_the_same_summary_and_exit_codes(self):
        folder = self.make_pictures(3)
        server = self.serve(folder)
        server.wait_for_jobs()
        (folder / "new.png").write_bytes(picture(50))
        run = self.run_program("index", folder, check=0)
        self.assertEqual(run.stdout, "")
        self.assertIn("4 pictures in", run.stderr)
        self.assertIn("1 added, 3 unchanged", run.stderr)
        self.assertEqual(self.run_program("index", folder, "-q", check=0).stderr, "")
        (folder / "broken.png").write_bytes(BROKEN)
        self.assertIn("broken.png: ", self.run_program("index", folder, check=3).stderr)

    def test_every_failure_is_reported_however_many(self):
        folder = self.make_pictures(1)
        server = self.serve(folder)
        server.wait_for_jobs()
        for number in range(150):
            (folder / f"broken {number}.png").write_bytes(BROKEN)
        self.assertEqual(len(self.index(folder, check=3)["failures"]), 150)

    def test_vanished_files_are_kept_when_told_so(self):
        folder = self.make_pictures(3)
        server = self.serve(folder)
        server.wait_for_jobs()
        (folder / "0000.png").unlink()
        self.assertEqual(self.index(folder, "--keep-missing")["kept_missing"], 1)
        self.assertEqual(self.index(folder)["removed"], 1)

    def test_each_of_two_folders_is_indexed_in_its_collection(self):
        name = os.fsdecode("写真 \xe4".encode() + b"\xff")
        one, two = self.make_pictures(2, "one"), self.make_pictures(2, name)
        server = self.serve(one, two)
        server.wait_for_jobs()
        (two / "new.png").write_bytes(picture(50))
        self.assertEqual((self.index(one)["found"], self.index(two)["added"]), (2, 1))

    def test_a_collection_elsewhere_is_found_too(self):
        folder = self.make_pictures(2)
        server = self.serve(folder, "--collection", "elsewhere")
        server.wait_for_jobs()
        self.assertEqual(self.index(folder, "--collection", "elsewhere")["unchanged"], 2)

    def test_what_the_server_chooses_is_refused_and_not_ignored(self):
        folder = self.make_pictures(2)
        server = self.serve(folder)
        server.wait_for_jobs()
        for words in (["--threads", "1"], ["--precision", "f32"], ["--batch-rows", "7"],
                      ["--pixels-max", "1000"], ["--models", self.home], ["--model", "other"]):
            run = self.run_program("index", folder, *words, check=1)
            self.assertIn(words[0], run.stderr)
            self.assertIn("server", run.stderr)
        model = server.collections()["pictures"]["model"]
        self.index(folder, "--model", model)
        run = self.run_program("index", folder, check=0, SOKKURI_THREADS="1")
        self.assertIn("SOKKURI_THREADS", run.stderr)


class Searching(ServerTest):
    def hits(self, *words, **variables):
        return json.loads(self.run_program("search", *words, "--json", check=0, **variables).stdout)

    def test_the_model_of_the_server_gives_the_same_hits_and_none_is_loaded(self):
        folder = self.make_pictures(6)
        self.index(folder)
        for number in (90, 91):
            (self.base / f"{number}.png").write_bytes(picture(number))
        words = (self.base / "90.png", self.base / "91.png", "--in", folder)
        alone = self.hits(*words)
        server = self.serve(folder)
        server.wait_for_jobs()
        debug = {"LD_DEBUG": "libs", "LD_DEBUG_OUTPUT": str(self.base / "libraries")}
        self.assertEqual(self.hits(*words, **debug), alone)
        opened = "".join(part.read_text() for part in self.base.glob("libraries.*"))
        self.assertIn("curl", opened)
        self.assertNotIn("openvino", opened)

    def test_what_the_server_cannot_do_is_done_here(self):
        folder = self.make_pictures(6)
        (self.base / "90.png").write_bytes(picture(90))
        self.index(folder)
        words = (self.base / "90.png", "--in", folder)
        alone = self.hits(*words)
        self.serve(folder, "--no-index", "--upload-bytes-max", "100")
        self.assertEqual(self.hits(*words), alone)
        (self.base / "text.png").write_text("hello")
        self.assertIn("text.png", self.run_program("search", self.base / "text.png", "--in", folder,
                                                   check=1).stderr)


class Upkeep(ServerTest):
    def upkeep(self, *words, check=0):
        return json.loads(self.run_program(*words, "--json", "-q", check=check).stdout)

    def test_the_server_that_holds_a_folder_compacts_it(self):
        folder = self.make_pictures(6)
        server = self.serve(folder)
        server.wait_for_jobs()
        for seed in range(2):
            (folder / f"{seed:04}.png").unlink()
        self.index(folder)
        report = self.upkeep("compact", "--in", folder)
        self.assertEqual((report["rows_moved"], report["rows_dropped"]), (4, 2))
        self.assertEqual(self.stats(folder)["tombstones"], 0)
        self.assertEqual(self.upkeep("compact", "--server", server.url)["rows_dropped"], 0)
        self.assertEqual({job["kind"] for job in server.jobs()}, {"index", "compact"})
        run = self.run_program("compact", "--in", folder, check=0)
        self.assertIn("0 vectors moved, 0 dropped", run.stdout)

    def test_the_server_repairs_what_verify_has_found(self):
        folder = self.make_pictures(3)
        server = self.serve(folder)
        server.wait_for_jobs()
        item = json.loads(server.ask("/v1/collections/pictures/items")[1])["items"][0]["id"]
        self.assertEqual(server.ask(f"/v1/collections/pictures/items/{item}/thumbnail?size=320")[0], 200)
        thumbnail = next(path for path in (folder / ".sokkuri/thumbs").rglob("*") if path.is_file())
        thumbnail.write_bytes(b"")
        self.assertEqual(self.upkeep("verify", "--in", folder, check=1)["findings"][0]["kind"], "rebuildable")
        run = self.run_program("verify", "--in", folder, "--repair", check=0)
        self.assertIn("repaired", run.stdout)
        self.assertTrue(self.upkeep("verify", "--deep", "--server", server.url, "--in", "pictures")["is_whole"])
        self.assertEqual(server.ask(f"/v1/collections/pictures/items/{item}/thumbnail?size=320")[0], 200)
        thumbnail.write_bytes(b"")
        run = self.run_program("verify", "--server", server.url, "--repair", check=0)
        self.assertIn("rebuildable  thumbs/", run.stdout, "what was damaged is said as well")
        self.assertIn("repaired", run.stdout)
        flip(folder / ".sokkuri/fields/0/vectors/0000", 4100)
        for words in (["--in", folder, "--repair"], ["--server", server.url, "--repair"]):
            findings = self.upkeep("verify", *words, check=1)["findings"]
            self.assertEqual([(each["kind"], each["file"]) for each in findings],
                             [("damaged", "fields/0/vectors/0000")])


class Ending(ServerTest):
    COUNT = 300
    BATCH = 8

    def indexing(self, server, folder):
        """An index command whose job has committed more than a batch: the files of the first are known now, too."""
        process = self.start_program("index", folder, "--json")
        server.wait_for(lambda: server.collections()["pictures"]["items"] > self.BATCH)
        return process

    def start(self):
        folder = self.make_pictures(self.COUNT)
        return folder, self.serve(folder, "--no-index", "--batch-rows", str(self.BATCH))

    def test_an_interrupt_cancels_the_job_and_the_server_goes_on(self):
        folder, server = self.start()
        process = self.indexing(server, folder)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, errors)
        report = json.loads(output)
        self.assertTrue(report["interrupted"])
        self.assertEqual([job["state"] for job in server.jobs()], ["cancelled"])
        self.assertEqual(server.collections()["pictures"]["items"], report["added"])
        again = self.index(folder)
        self.assertEqual((again["unchanged"], again["interrupted"]), (report["added"], False))

    def test_a_server_that_stops_interrupts_the_command(self):
        folder, server = self.start()
        process = self.indexing(server, folder)
        self.assertEqual(server.stop(signal.SIGTERM)[0], 0)
        output, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, errors)
        self.assertEqual(json.loads(output)["added"], self.stats(folder)["items"])

    def test_a_server_that_is_killed_is_an_error(self):
        folder, server = self.start()
        process = self.indexing(server, folder)
        server.stop(signal.SIGKILL)
        errors = process.communicate(timeout=60)[1].decode()
        self.assertEqual(process.returncode, 1, errors)
        self.assertIn(f"process {server.pid}", errors)
        self.assertGreater(self.index(folder)["unchanged"], 0)

    def test_a_command_that_is_killed_leaves_the_job_running(self):
        folder, server = self.start()
        process = self.indexing(server, folder)
        process.kill()
        process.wait()
        server.wait_for_jobs()
        self.assertEqual([job["state"] for job in server.jobs()], ["done"])
        self.assertEqual(server.collections()["pictures"]["items"], self.COUNT)


if __name__ == "__main__":
    unittest.main()
