"""Right answers of every route: shapes by the contract (serving.py checks each), rankings by an independent numpy."""

import base64
import io
import json
import os
import re
import socket
import subprocess
import unittest
from pathlib import Path
from urllib.parse import quote

import numpy
from PIL import Image

from serving import PROGRAM, ServedTest, Server, environment, events, form, item, picture

ODD_NAMES = ["ねこ と犬.png", "quote\"comma,.png", "50%.png", "a+b&c=d?.png", "deep/er/down.png", "-dash.png", "\x1b[31m.png"]
NOT_UTF8 = b"latin-\xe9\xff.png"
C = "/v1/collections/pictures"
SCORE_TOLERANCE = 2e-5  # a stored float32 vector against numpy's float64


class Served(ServedTest):
    @classmethod
    def extend(cls, folder):
        for number, name in enumerate(ODD_NAMES):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(picture(200 + number))
        (folder / os.fsdecode(NOT_UTF8)).write_bytes(picture(300))
        (folder / "broken.png").write_bytes(picture(1)[:200])
        (folder / "also broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
        cls.total = cls.COUNT + len(ODD_NAMES) + 1

    def embed(self, *words):
        run = subprocess.run([PROGRAM, "embed", *map(str, words)], capture_output=True, cwd=self.base, check=True,
                             env=environment(self.base))
        return run.stdout

    def stored_vectors(self):
        """Ids and unit rows, in float64."""
        npy, ids = self.base / "all.npy", self.base / "all.txt"
        self.embed("--in", self.pictures, "--npy", npy, "--ids", ids)
        rows = numpy.load(npy).astype(numpy.float64)
        return ids.read_text().split("\n")[:len(rows)], rows / numpy.linalg.norm(rows, axis=1, keepdims=True)

    def assert_ranked(self, hits, scores, tolerance=SCORE_TOLERANCE):
        """`scores`: id → score of all that may be hits. Equal scores may come in either order."""
        best = sorted(scores.values(), reverse=True)
        self.assertEqual(len({hit["id"] for hit in hits}), len(hits))
        for hit, wanted in zip(hits, best):
            self.assertAlmostEqual(hit["score"], scores[hit["id"]], delta=tolerance)
            self.assertAlmostEqual(hit["score"], wanted, delta=tolerance)
            self.assertAlmostEqual(hit["distance"], 1 - hit["score"], delta=1e-5)


class Collections(Served):
    def test_collections_are_listed_and_found(self):
        listed = self.client.get("/v1/collections").value["collections"]
        self.assertEqual([one["name"] for one in listed], ["pictures"])
        one = self.client.get(C).value
        self.assertEqual((one["items"], one["failed"], one["dimension"], one["metric"]), (self.total, 2, 1280, "cosine"))
        self.assertEqual(Path(one["folder"]), self.pictures.resolve())
        self.assertEqual(one["jobs"], [])
        self.assertTrue(one["bands"]["identical"] > one["bands"]["near"] > one["bands"]["similar"])

    def test_failures_come_in_pages_with_reasons(self):
        whole = self.client.get(C + "/failures").value
        self.assertEqual([one["path"] for one in whole["failures"]], ["also broken.jpg", "broken.png"])
        self.assertTrue(all(one["reason"] for one in whole["failures"]))
        first = self.client.get(C + "/failures", limit=1).value
        second = self.client.get(C + "/failures", limit=1, after=first["next"]).value
        self.assertEqual(first["failures"] + second["failures"], whole["failures"])

    def test_health_and_numbers(self):
        self.assertEqual(self.client.get("/healthz").value, {"status": "ok"})
        self.assertEqual(self.client.get("/readyz").status, 200)

        def requests():
            text = self.client.get("/metrics").body.decode()
            counts = re.findall(r"^\w*requests\w*(?:{[^}]*})? ([0-9.e+]+)$", text, re.M)
            self.assertTrue(counts, text)
            return sum(map(float, counts))

        before = requests()
        for _ in range(5):
            self.client.get("/healthz")
        self.assertGreaterEqual(requests(), before + 5)

    def test_the_contract_holds_together(self):
        self.assertEqual(list(self.client.contract.check_itself()), [])
        self.assertEqual(self.client.contract.document["openapi"][:3], "3.1")

    def test_answers_to_head_have_no_body_and_options_name_the_methods(self):
        item_path = item("pictures", self.ids["0001.png"])
        head = self.client.ask("HEAD", item_path)
        whole = self.client.get(item_path)
        self.assertEqual((head.status, head.headers["Content-Length"]), (200, str(len(whole.body))))
        wrong = self.client.ask("POST", item_path, {})
        self.refused(wrong, 405)
        self.assertLessEqual({"GET", "PUT", "PATCH", "DELETE"}, set(re.findall("[A-Z]+", wrong.headers["Allow"])))


class Items(Served):
    def test_pages_hold_every_item_once(self):
        seen, cursor = [], {}
        for _ in range(100):
            page = self.client.get(C + "/items", limit=5, **cursor).value
            self.assertLessEqual(len(page["items"]), 5)
            seen += [one["id"] for one in page["items"]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
        self.assertEqual(len(seen), self.total)
        self.assertEqual(sorted(seen), sorted(self.ids.values()))

    def test_samples_are_the_same_for_a_seed(self):
        draw = lambda **query: [one["id"] for one in self.client.get(C + "/items", **query).value["items"]]
        self.assertEqual(draw(sample=7, seed=3), draw(sample=7, seed=3))
        self.assertEqual(draw(sample=7), draw(sample=7, seed=0))
        self.assertNotEqual(draw(sample=7, seed=3), draw(sample=7, seed=4))
        self.assertEqual(sorted(draw(sample=1000)), sorted(self.ids.values()))

    def test_items_are_found_by_their_names(self):
        found = lambda text: [one["document"]["path"] for one in self.client.get(C + "/items", name=text).value["items"]]
        self.assertEqual(found("ねこ"), ["ねこ と犬.png"])
        self.assertEqual(found("50%"), ["50%.png"])
        self.assertEqual(found("DEEP/er"), ["deep/er/down.png"])
        self.assertEqual(found("nothing like it"), [])
        self.assertEqual(len(self.client.get(C + "/items", name=".png", limit=3).value["items"]), 3)

    def test_an_item_tells_of_its_file(self):
        one = self.client.get(item("pictures", self.ids["0003.png"])).value
        document = one["document"]
        data = (self.pictures / "0003.png").read_bytes()
        self.assertEqual((document["path"], document["width"], document["height"], document["bytes"], document["format"]),
                         ("0003.png", 48, 48, len(data), "png"))
        self.assertRegex(document["modified"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
        self.assertEqual(len(base64.urlsafe_b64decode(document["preview"]["rgb"] + "==")),
                         3 * document["preview"]["width"] * document["preview"]["height"])

    def test_pictures_come_as_they_are_and_small(self):
        for name, item_id in self.ids.items():
            path = self.pictures / name if "\\x" not in name else self.pictures / os.fsdecode(NOT_UTF8)
            original = self.client.get(item("pictures", item_id, "original"))
            self.assertEqual(original.body, path.read_bytes())
            self.assertEqual(original.media_type, "image/png")
            self.assertTrue(original.headers["Content-Disposition"].startswith("inline"))
            self.assertNotIn("\n", original.headers["Content-Disposition"])
            self.assertEqual(self.client.get(item("pictures", item_id, "image")).body, path.read_bytes())
        for size in (160, 320, 640, 1280):
            thumbnail = self.client.get(item("pictures", self.ids["0002.png"], "thumbnail"), size=size)
            with Image.open(io.BytesIO(thumbnail.body)) as small:
                self.assertEqual(small.format, "JPEG")
                self.assertLessEqual(max(small.size), size)

    def test_pictures_are_not_sent_again_to_those_who_have_them(self):
        one = self.client.get(item("pictures", self.ids["0002.png"])).value
        for rest in ("thumbnail", "image", "original"):
            path = item("pictures", one["id"], rest)
            first = self.client.get(path)
            self.assertIn("no-cache", first.headers["Cache-Control"])
            again = self.client.ask("GET", path, headers={"If-None-Match": first.headers["ETag"]})
            self.assertEqual((again.status, again.body), (304, b""))
            other = self.client.ask("GET", path, headers={"If-None-Match": '"other"'})
            self.assertEqual((other.status, other.body), (200, first.body))
        kept = self.client.get(item("pictures", one["id"], "thumbnail"), v=one["document"]["content"])
        self.assertIn("immutable", kept.headers["Cache-Control"])
        other = self.client.get(item("pictures", one["id"], "thumbnail"), v="0" * 32)
        self.assertNotIn("immutable", other.headers["Cache-Control"])


class Searches(Served):
    def test_similar_ranks_as_an_independent_cosine_does(self):
        ids, rows = self.stored_vectors()
        self.assertEqual(sorted(ids), sorted(self.ids.values()))
        for number, item_id in enumerate(ids):
            scores = dict(zip(ids, rows @ rows[number]))
            answer = self.client.get(item("pictures", item_id, "similar"), k=1000, include_self="true").value
            self.assertEqual(len(answer["hits"]), self.total)
            self.assert_ranked(answer["hits"], scores)
            self.assertEqual([hit["rank"] for hit in answer["hits"]], list(range(1, self.total + 1)))
            others = self.client.get(item("pictures", item_id, "similar"), k=1000).value
            self.assertNotIn(item_id, [hit["id"] for hit in others["hits"]])
            self.assertEqual(len(others["hits"]), self.total - 1)
            self.assertEqual((others["query"]["item"], others["items"], others["k"]), (item_id, self.total, 1000))

    def test_pages_of_hits_are_the_whole(self):
        path = item("pictures", self.ids["0005.png"], "similar")
        whole = self.client.get(path, k=30).value["hits"]
        parts = sum((self.client.get(path, k=7, offset=first).value["hits"] for first in range(0, 30, 7)), [])
        self.assertEqual(parts[:30], whole)
        self.assertEqual(self.client.get(path, k=5, offset=self.total + 5).value["hits"], [])
        cut = whole[10]["score"]
        kept = self.client.get(path, k=30, min_score=cut).value["hits"]
        self.assertEqual(kept, [hit for hit in whole if hit["score"] >= cut])

    def test_a_picture_may_come_in_three_ways(self):
        data = picture(901)
        body, kind = form(picture=data)
        answers = [self.client.ask("POST", C + "/search", data, {"Content-Type": "image/png"}, k=9),
                   self.client.ask("POST", C + "/search", body, {"Content-Type": kind}, k=9),
                   self.client.ask("POST", C + "/search", {"picture": base64.b64encode(data).decode(), "k": 9})]
        for answer in answers:
            self.assertEqual(answer.status, 200, answer)
            self.assertEqual(answer.value["hits"], answers[0].value["hits"])
            self.assertEqual(answer.value["query"], answers[0].value["query"])
            self.assertIsNone(answer.value["query"]["item"])

    def test_a_new_picture_is_ranked_as_an_independent_cosine_does(self):
        ids, rows = self.stored_vectors()
        for seed in (902, 903, 904):
            data = picture(seed)
            (self.base / "new.png").write_bytes(data)
            vector = numpy.array(json.loads(self.embed(self.base / "new.png"))["vector"], numpy.float64)
            embedded = self.client.ask("POST", "/v1/embed", data, {"Content-Type": "image/png"}).value
            self.assertEqual(embedded["dimension"], len(embedded["vector"]))
            self.assertGreater(float(vector @ numpy.array(embedded["vector"]))
                               / numpy.linalg.norm(vector) / numpy.linalg.norm(embedded["vector"]), 0.9999)
            scores = dict(zip(ids, rows @ (vector / numpy.linalg.norm(vector))))
            hits = self.client.ask("POST", C + "/search", data, {"Content-Type": "image/png"}, k=1000).value["hits"]
            self.assert_ranked(hits, scores, tolerance=1e-3)
            by_vector = self.client.ask("POST", C + "/search", {"vector": embedded["vector"], "k": 1000}).value
            self.assert_ranked(by_vector["hits"], {hit["id"]: hit["score"] for hit in hits}, tolerance=1e-5)
            self.assertIsNone(by_vector["query"]["query_id"], "who has the vector can ask again")

    def test_an_indexed_picture_is_its_item(self):
        for name in ("0004.png", "ねこ と犬.png"):
            answer = self.client.ask("POST", C + "/search", (self.pictures / name).read_bytes(),
                                     {"Content-Type": "image/png"}, k=3).value
            self.assertEqual(answer["query"]["item"], self.ids[name])
            self.assertEqual((answer["hits"][0]["id"], answer["hits"][0]["band"]), (self.ids[name], "identical"))

    def test_items_are_named_by_id_or_path(self):
        similar = self.client.get(item("pictures", self.ids["0007.png"], "similar")).value["hits"]
        for name in (self.ids["0007.png"], "0007.png"):
            answer = self.client.ask("POST", C + "/search", {"id": name}).value
            self.assertEqual([hit["id"] for hit in answer["hits"] if hit["id"] != self.ids["0007.png"]][:9],
                             [hit["id"] for hit in similar][:9])

    def test_a_query_can_be_asked_for_again_and_outlives_the_server(self):
        data = picture(905)
        answer = self.client.ask("POST", C + "/search", data, {"Content-Type": "image/png"}, k=20).value
        query = answer["query"]["query_id"]
        told = self.client.get(f"{C}/queries/{query}").value
        self.assertEqual((told["query_id"], told["width"], told["height"], told["item"]), (query, 48, 48, None))
        self.assertLess(told["created"], told["expires"])
        again = self.client.get(f"{C}/queries/{query}/hits", k=20).value
        self.assertEqual(again["hits"], answer["hits"])
        parts = [self.client.get(f"{C}/queries/{query}/hits", limit=10, offset=first).value["hits"] for first in (0, 10)]
        self.assertEqual(parts[0] + parts[1], answer["hits"])
        by_handle = self.client.ask("POST", C + "/search", {"query_id": query, "k": 20}).value
        self.assertEqual(by_handle["hits"], answer["hits"])
        preview = self.client.get(f"{C}/queries/{query}/preview")
        with Image.open(io.BytesIO(preview.body)) as small:
            self.assertEqual((small.format, small.size), ("JPEG", (48, 48)))
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.assertEqual(self.client.get(f"{C}/queries/{query}/hits", k=20).value["hits"], answer["hits"])


class Page(Served):
    def test_the_page_is_there_at_every_place_of_its_own(self):
        first = self.client.get("/")
        self.assertEqual((first.status, first.media_type), (200, "text/html"))
        self.assertIn("default-src 'self'", first.headers["Content-Security-Policy"])
        for path in ("/c/pictures", "/c/pictures/i/" + quote("ねこ/%", safe=""), "/c/"):
            self.assertEqual(self.client.get(path).body, first.body)
        assets = re.findall(rb'(?:src|href)="(/assets/[^"]+)"', first.body)
        self.assertTrue(assets)
        for path in assets:
            asset = self.client.get(path.decode())
            self.assertEqual(asset.status, 200)
            self.assertIn("immutable", asset.headers["Cache-Control"])
        self.assertNotIn(b"http://", re.sub(rb"http://www\.w3\.org", b"", first.body))

    def test_nothing_else_is_a_page(self):
        for path in ("/assets/../index.html", "/assets/%2e%2e/index.html", "/assets/nothing.js", "/nothing/at/all",
                     "/v1/nothing", "/v1", "/assets/", "/.sokkuri/catalog.db"):
            self.refused(self.client.get(path), (400, 404))


class Jobs(Served):
    def test_a_job_reports_as_it_goes(self):
        (self.pictures / "late.png").write_bytes(picture(950))
        answer = self.client.ask("POST", C + "/index", {"keep_missing": False})
        self.assertEqual(answer.status, 202)
        job = answer.value["job"]
        self.assertEqual(answer.headers["Location"], f"/v1/jobs/{job['id']}")
        told = list(events(self.client, job["id"]))
        self.assertEqual([name for name, _ in told[:-1]], ["progress"] * (len(told) - 1))
        self.assertEqual((told[-1][0], told[-1][1]["state"]), ("done", "done"))
        revisions = [one["revision"] for _, one in told]
        self.assertEqual(revisions, sorted(revisions))
        schema = {"$ref": "#/components/schemas/Job"}
        self.assertEqual([fault for _, one in told for fault in self.client.contract.schema_faults(schema, one)], [])
        report = self.client.get(f"/v1/jobs/{job['id']}").value["job"]["report"]
        self.assertEqual((report["added"], report["unchanged"], report["failed"]), (1, self.total, 2))
        self.assertIn(job["id"], [one["id"] for one in self.client.get("/v1/jobs").value["jobs"]])
        self.assertIn("late.png", self.ids_by_path(self.client))
        (self.pictures / "late.png").unlink()
        self.assertEqual(self.index(self.client)["removed"], 1)
        self.assertNotIn("late.png", self.ids_by_path(self.client))

    def test_a_job_that_has_ended_stays_as_it_is(self):
        report = self.index(self.client)
        job = self.client.get("/v1/jobs").value["jobs"][0]
        cancelled = self.client.ask("DELETE", f"/v1/jobs/{job['id']}").value["job"]
        self.assertEqual((cancelled["state"], cancelled["report"]), ("done", report))

    def test_a_watcher_may_leave(self):
        job = self.client.ask("POST", C + "/index", {}).value["job"]
        with self.server.connect() as line:
            line.sendall(f"GET /v1/jobs/{job['id']}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            self.assertIn(b"200", line.recv(64))
        self.assertEqual(list(events(self.client, job["id"]))[-1][0], "done")


class Families(ServedTest):
    COUNT = 2

    def test_several_folders_of_one_name_are_several_collections(self):
        more = [self.base / name / "pictures" for name in "ab"]
        for number, folder in enumerate(more):
            folder.mkdir(parents=True)
            (folder / "one.png").write_bytes(picture(number))
        server = Server(self.base, folders=more)
        self.addCleanup(lambda: server.process.poll() is None and server.kill())
        client = type(self.client)(server)
        self.addCleanup(client.close)
        self.wait_for_jobs(client)
        names = [one["name"] for one in client.get("/v1/collections").value["collections"]]
        self.assertEqual(len(set(names)), 2)
        for name in names:
            self.assertEqual(client.get(f"/v1/collections/{quote(name)}").value["items"], 1)
        self.assertEqual(server.stop(), 0)

    def test_the_unix_socket_is_for_its_owner_only(self):
        path = self.class_base / "socket"
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(path))
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: anything.example\r\nConnection: close\r\n\r\n")
            self.assertIn(b"200 OK", line.makefile("rb").read())


if __name__ == "__main__":
    unittest.main()
