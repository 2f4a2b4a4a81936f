"""Everything a request can get wrong is refused with a reason, and the server goes on: parameters, JSON, vectors, pictures,
ids. Bounds are read from the contract, so that none is forgotten."""

import base64
import io
import json
import struct
import threading
import unittest
import zlib
from urllib.parse import quote

from PIL import Image

from serving import Client, HttpTest, ServedTest, form, item, picture

C = "/v1/collections/pictures"
UNKNOWN = "no such thing"
MEMORY_FOR_A_BOMB = 160 << 20


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(width, height):
    """A whole, valid PNG of one bit a pixel: some kilobytes that ask for `width` × `height` pixels."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
            + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


def jpeg_bomb(width, height):
    """A JPEG of 16 × 16 pixels whose header says more."""
    small = io.BytesIO()
    Image.new("RGB", (16, 16)).save(small, "JPEG")
    data = bytearray(small.getvalue())
    at = data.index(b"\xff\xc0")
    data[at + 5:at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


class Parameters(ServedTest):
    COUNT = 4

    def place(self, path):
        values = {"collection": "pictures", "id": self.ids["0001.png"], "query": self.query, "job": self.job,
                  "field": "picture", "by": "format", "value": "png", "mark": "import"}
        for name, value in values.items():
            path = path.replace("{" + name + "}", quote(value, safe=""))
        self.assertNotIn("{", path)
        return path

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.query = cls.client.ask("POST", C + "/search", picture(90), {"Content-Type": "image/png"}).value["query"]["query_id"]
        cls.job = cls.client.get("/v1/jobs").value["jobs"][0]["id"]

    def bad_values(self, schema):
        kind = schema.get("type")
        if kind == "boolean":
            return ["maybe", "1", "", "TRUE"]
        if kind in ("integer", "number"):
            wrong = ["x", "", " 1", "1 ", "0x10", "1e999", "nan", "inf", "--1", "9" * 400]
            if kind == "integer":
                wrong += ["1.5", "1e1"]
            wrong += [repr(schema["minimum"] - 1)] if "minimum" in schema else []
            wrong += [repr(schema["maximum"] + 1)] if "maximum" in schema else []
            return wrong
        if "enum" in schema:
            return ["", "17", schema["enum"][0] + "x"]
        return ["x" * (schema["maxLength"] + 1)] if "maxLength" in schema else []

    def test_every_value_out_of_bounds_is_refused_by_name_and_bound(self):
        tried = 0
        for method, path, operation in self.client.contract.operations():
            for parameter in operation.get("parameters", []):
                if parameter["in"] != "query":
                    continue
                for value in self.bad_values(parameter["schema"]):
                    with self.subTest(operation=operation["operationId"], parameter=parameter["name"], value=value[:30]):
                        answer = self.client.ask(method, self.place(path), **{parameter["name"]: value})
                        if answer.status == 414:  # more than any line of a request may hold
                            self.assertGreater(len(value), 8_000)
                        else:
                            self.refused(answer, 400, parameter["name"])
                        tried += 1
        self.assertGreater(tried, 60)

    def test_bounds_themselves_are_taken(self):
        for method, path, operation in self.client.contract.operations():
            for parameter in operation.get("parameters", []):
                schema = parameter["schema"]
                if method != "GET" or parameter["in"] != "query":
                    continue
                for bound in ("minimum", "maximum"):
                    query = {parameter["name"]: schema[bound]} if bound in schema else {}
                    query.update({"sample": 3} if "seed" in query else {})
                    query.update({"group_by": "format"} if "per_group" in query else {})
                    query.update({"diversity": 0.5, "k": 1} if "candidates" in query else {})
                    answer = self.client.ask(method, self.place(path), **query)
                    self.assertEqual(answer.status, 200, (operation["operationId"], query, answer))

    def test_unknown_and_repeated_parameters_are_refused(self):
        for method, path, operation in self.client.contract.operations():
            known = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
            wrong = ["nonsense=1", "K=1", "%00=1"] + [f"{name}=1&{name}=1" for name in known]
            for query in wrong:
                with self.subTest(operation=operation["operationId"], query=query):
                    # As path, because the client would encode a query.
                    answer = self.client._exchange(method, self.place(path) + "?" + query, None, {})
                    self.assertEqual(self.client.faults(method, self.place(path), answer), [])
                    self.refused(answer, 400)

    def test_parameters_that_contradict_each_other_are_refused(self):
        for query in ({"sample": 3, "limit": 5}, {"sample": 3, "name": "x"}, {"seed": 3}, {"cursor": "no cursor"}):
            self.refused(self.client.get(C + "/items", **query), 400)
        self.refused(self.client.get(f"{C}/queries/{self.query}/hits", k=3, limit=3), 400)
        self.refused(self.client.ask("POST", C + "/search", {"id": "0001.png", "k": 3}, k=3), 400, "k")
        self.refused(self.client.get(C + "/failures", after="no cursor"), 400)

    def test_what_is_not_there_is_not_found(self):
        for path in (f"/v1/collections/{quote(UNKNOWN)}", f"/v1/collections/{quote(UNKNOWN)}/items",
                     f"/v1/collections/{quote(UNKNOWN)}/items/x/similar", "/v1/collections/..%2f..", f"/v1/jobs/{quote(UNKNOWN)}",
                     f"/v1/jobs/{quote(UNKNOWN)}/events", f"{C}/queries/{'A' * 22}", f"{C}/queries/{'A' * 22}/hits",
                     f"{C}/queries/{'A' * 22}/preview", f"{C}/queries/..%2f..%2fcatalog.db"):
            self.refused(self.client.get(path), 404)
        for rest in ("", "similar", "thumbnail", "image", "original"):
            self.refused(self.client.get(item("pictures", UNKNOWN, rest)), 404)
        self.refused(self.client.ask("DELETE", item("pictures", UNKNOWN)), 404)
        self.refused(self.client.ask("PUT", item("pictures", UNKNOWN), {"document": {}}), 404)
        self.refused(self.client.ask("POST", f"/v1/collections/{quote(UNKNOWN)}/index", {}), 404)
        self.refused(self.client.ask("POST", C + "/search", {"query_id": "A" * 22}), 404)
        self.refused(self.client.ask("POST", C + "/search", {"id": UNKNOWN}), 404)
        self.refused(self.client.ask("POST", "/v1/embed", picture(1), {"Content-Type": "image/png"}, collection=UNKNOWN), 404)
        self.refused(self.client.ask("DELETE", f"/v1/jobs/{quote(UNKNOWN)}"), 404)


class Bodies(ServedTest):
    COUNT = 4

    def bad_json(self):
        vector = [0.5] * 1280
        texts = ["", "{", "[]", "null", "3", '"x"', "{}", '{"id":}', '{"id":"x"}}', '{"id":"x"} x', "{'id':'x'}", '{"id":"x",}',
                 '{"id":3}', '{"id":null}', '{"id":["x"]}', '{"id":"x","vector":[1]}', '{"nonsense":1,"id":"0001.png"}',
                 '{"id":"0001.png","id":"0002.png"}', '{"id":"0001.png","k":0}', '{"id":"0001.png","k":1001}', '{"id":"0001.png","k":-1}',
                 '{"id":"0001.png","k":1.5}', '{"id":"0001.png","k":"3"}', '{"id":"0001.png","k":1e400}', '{"id":"0001.png","offset":99001}',
                 '{"id":"0001.png","min_score":"x"}', '{"vector":[]}', '{"vector":"x"}', '{"vector":{}}',
                 '{"id":"\\ud800"}', "\ufeff[", '{"picture":"%%%"}', '{"picture":"AAAA"}', '{"picture":""}', '{"picture":3}',
                 '{"picture":"AAA"}x', "NaN", '{"vector":[NaN]}']
        texts += [json.dumps({"vector": vector[:-1]}), json.dumps({"vector": vector + [1]}), json.dumps({"vector": [0.0] * 1280 + ["x"]})]
        texts += [json.dumps({"vector": vector[:-1]})[:-2] + f",{odd}]}}"
                  for odd in ("NaN", "Infinity", "-Infinity", "1e400", "null", "true", '"1"', "[1]", "0x1", "1.", ".5", "+1", "1e39")]
        texts += ['{"a":' * 100 + "1" + "}" * 100, "[" * 100_000, '{"id":' + "[" * 5_000 + "]" * 5_000 + "}"]
        return [text.encode() for text in texts] + [b'{"id":"\xff\xfe"}', b"\x00", b'{"id":"x\x01"}', b"\xff\xd8\xff\xe0"]

    def test_bad_json_is_refused_with_a_reason(self):
        for text in self.bad_json():
            with self.subTest(text=text[:60]):
                answer = self.client.ask("POST", C + "/search", text, {"Content-Type": "application/json"})
                # A lone zero vector or an item of odd name is not found; everything else is no request at all.
                self.refused(answer, (400, 413, 415, 422) if b'"id":' not in text[:6] else (400, 404))
        self.assertEqual(self.client.get("/healthz").status, 200)

    def test_bad_records_are_refused_and_leave_nothing(self):
        path = item("pictures", "mine")
        vector = [0.5] * 1280
        wrong = [{}, {"vector": vector, "picture": "AAAA"}, {"vector": vector, "document": []}, {"vector": vector, "document": "x"},
                 {"vector": vector, "document": None}, {"vector": vector, "nonsense": 1}, {"vector": vector[:5]}, {"vector": []},
                 {"picture": "no base64!"}, {"picture": base64.b64encode(b"no picture").decode()},
                 {"vector": vector, "document": {"x": "y" * (1 << 20)}}]
        for body in wrong:
            with self.subTest(body=str(body)[:60]):
                self.refused(self.client.ask("PUT", path, body), (400, 404, 413, 415, 422))
                self.refused(self.client.get(path), 404)
        deep = b'{"vector":' + json.dumps(vector).encode() + b',"document":' + b'{"a":' * 100 + b"1" + b"}" * 101
        self.refused(self.client.ask("PUT", path, deep, {"Content-Type": "application/json"}), (400, 413))
        self.refused(self.client.get(path), 404)

    def test_bodies_of_another_kind_are_refused(self):
        for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense", ""):
            self.refused(self.client.ask("POST", C + "/search", b"id=3", {"Content-Type": kind}), (400, 415))
        self.refused(self.client.ask("POST", C + "/index", picture(1), {"Content-Type": "image/png"}), 415)
        answer = self.client.ask("GET", C, b'{"id":"x"}', {"Content-Type": "application/json"})
        self.refused(answer, 400)

    def test_broken_forms_are_refused(self):
        good, kind = form(picture=picture(3))
        boundary = kind.split("boundary=")[1].encode()
        empty = b"--" + boundary + b"--\r\n"
        parts = b"".join(b"--" + boundary + f'\r\nContent-Disposition: form-data; name="x{n}"\r\n\r\ny\r\n'.encode() for n in range(500))
        wrong = [(good, "multipart/form-data"), (good, "multipart/form-data; boundary="), (good, "multipart/form-data; boundary=other"),
                 (good, "multipart/form-data; boundary=" + "b" * 500), (good[:-10], kind), (good[:200], kind), (b"", kind), (empty, kind),
                 (parts + empty, kind), (good.replace(b"name=", b"nome="), kind), (form(picture=b"")[0], kind), (form(other=picture(3))[0], kind),
                 (good.replace(b"\r\n\r\n", b"\r\n", 1), kind), (form(picture=picture(3), other="x")[0], kind),
                 (good[:-len(empty)] + good, kind), (good.replace(b"Content-D", b"X" * 100_000 + b": y\r\nContent-D", 1), kind)]
        for body, content_type in wrong:
            with self.subTest(body=body[:80], kind=content_type[:60]):
                answer = self.client.ask("POST", C + "/search", body, {"Content-Type": content_type})
                self.refused(answer, (400, 413, 415, 422))

    def test_what_is_no_picture_is_refused(self):
        whole = picture(3)
        wrong = [b"x", b"hello" * 1000, whole[:8], whole[:40], whole[:len(whole) // 2], whole[:-20], b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n" + bytes(1000),
                 whole[:30] + bytes([whole[30] ^ 255]) + whole[31:], b"GIF89a" + bytes(20), b"RIFF\x10\0\0\0WEBPVP8 ", b"BM" + b"\xff" * 60,
                 b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.4", b"II*\0\xff\xff\xff\xff"]
        for data in wrong:
            for path in (C + "/search", "/v1/embed"):
                with self.subTest(data=data[:20], path=path):
                    answer = self.client.ask("POST", path, data, {"Content-Type": "image/png"})
                    self.refused(answer, (400, 413, 415, 422))

    def test_bombs_are_refused_without_the_memory_they_ask_for(self):
        self.client.ask("POST", C + "/search", picture(3), {"Content-Type": "image/png"})
        self.server.forget_peak_memory()
        before = self.server.peak_memory_bytes()
        for bomb in (png_bomb(30_000, 20_000), png_bomb(600_000, 1_000), jpeg_bomb(30_000, 20_000), jpeg_bomb(65_500, 65_500)):
            self.assertLess(len(bomb), 1 << 20)
            for _ in range(3):
                self.refused(self.client.ask("POST", C + "/search", bomb, {"Content-Type": "image/png"}), (400, 413, 415, 422))
        self.assertLess(self.server.peak_memory_bytes() - before, MEMORY_FOR_A_BOMB)


class Ids(ServedTest):
    COUNT = 2
    ODD = ["a/b", "../../etc/passwd", "...", "日本語のねこ", "50%", "a b+c", "?&#=", '"quoted"', "\u202e\u0301", "a\\b", "%2F", "-", "x" * 512,
           "🐈" * 128, "Content-Length: 5", "line\nbreak", "<script>", "' or 1=1 --"]

    def test_any_text_can_be_an_id(self):
        for number, odd in enumerate(self.ODD):
            with self.subTest(id=odd[:20]):
                vector = [float((number * 7 + column) % 13 - 6) for column in range(1280)]
                document = {"number": number, "text": odd}
                put = self.client.ask("PUT", item("pictures", odd), {"vector": vector, "document": document})
                self.assertEqual((put.status, put.value["id"], put.value["version"]), (201, odd, 1))
                self.assertEqual(self.client.get(item("pictures", odd)).value["document"], document)
                hits = self.client.get(item("pictures", odd, "similar"), include_self="true", k=1000).value["hits"]
                self.assertIn(odd, [hit["id"] for hit in hits])
                self.assertEqual(self.client.get(item("pictures", odd, "similar")).value["query"]["item"], odd)
                for rest in ("thumbnail", "image", "original"):
                    self.refused(self.client.get(item("pictures", odd, rest)), 404)
                self.assertEqual(self.client.ask("PUT", item("pictures", odd), {"document": {"now": 2}}).status, 200)
                self.assertEqual(self.client.get(item("pictures", odd)).value["document"], {"now": 2})
                self.assertEqual(self.client.get(item("pictures", odd)).value["version"], 2)
                self.assertEqual(self.client.ask("DELETE", item("pictures", odd)).status, 204)
                self.refused(self.client.get(item("pictures", odd)), 404)

    def test_what_is_no_id_is_refused(self):
        body = {"vector": [1.0] * 1280}
        for odd in ("x" * 513, b"\xff\xfe", b"a\x00b", "x" * 5000):
            self.refused(self.client.ask("PUT", item("pictures", odd), body), (400, 414, 431))
        for path in (C + "/items/", C + "/items/%", C + "/items/%zz", C + "/items/%2", C + "/items/..", C + "/items/."):
            self.refused(self.client.ask("PUT", path, body), (400, 404, 405))
        self.assertEqual(len(self.ids_by_path(self.client)), self.COUNT)

    def test_a_path_in_a_document_opens_no_file(self):
        secret = self.base / "secret.png"
        secret.write_bytes(picture(77))
        for path in (str(secret), "../secret.png", "../../../../../../../../etc/passwd", "0000.png", ".sokkuri/catalog.db"):
            document = {"path": path, "format": "png", "content": "0" * 32, "width": 48, "height": 48, "bytes": 3}
            put = self.client.ask("PUT", item("pictures", "liar"), {"vector": [1.0] * 1280, "document": document})
            if put.status >= 400:
                continue  # refusing to take such a document is as good
            for rest in ("thumbnail", "image", "original"):
                answer = self.client.get(item("pictures", "liar", rest))
                if path != "0000.png":
                    self.refused(answer, 404)
            self.assertEqual(self.client.ask("DELETE", item("pictures", "liar")).status, 204)
        self.assertTrue((self.pictures / "0000.png").exists())
        self.assertEqual(self.index(self.client)["found"], self.COUNT)
        self.assertEqual(self.client.get(C).value["items"], self.COUNT)


class Pictures(HttpTest):
    def test_a_picture_of_ones_own_is_kept_found_and_replaced(self):
        self.fill(3)
        server, client = self.serve()
        self.wait_for_jobs(client)
        path = item("pictures", "my/own picture")
        body, kind = form(picture=picture(500), document=json.dumps({"price": 3, "名": "ねこ"}))
        put = client.ask("PUT", path, body, {"Content-Type": kind})
        self.assertEqual(put.status, 201)
        self.assertEqual((put.value["document"]["price"], put.value["document"]["名"], put.value["document"]["width"]), (3, "ねこ", 48))
        self.assertEqual(client.get(path + "/original").body, picture(500))
        hit = client.ask("POST", C + "/search", picture(500), {"Content-Type": "image/png"}).value["hits"][0]
        self.assertEqual((hit["id"], hit["band"]), ("my/own picture", "identical"))
        put = client.ask("PUT", path, {"picture": base64.b64encode(picture(501)).decode()})
        self.assertEqual((put.status, put.value["version"]), (200, 2))
        self.assertEqual(client.get(path + "/original").body, picture(501))
        self.assertEqual(self.index(client)["found"], 3)
        self.assertEqual(client.get(path + "/original").body, picture(501), "indexing leaves it alone")
        self.assertEqual(server.stop(), 0)
        server.start()
        self.wait_for_jobs(client)
        self.assertEqual(client.get(path + "/original").body, picture(501))
        self.assertEqual(client.ask("DELETE", path).status, 204)
        self.refused(client.get(path + "/original"), 404)

    def test_an_empty_folder_answers_and_grows(self):
        _, client = self.serve()
        self.wait_for_jobs(client)
        self.assertEqual(client.get(C).value["items"], 0)
        self.assertEqual(client.get(C + "/items").value, {"items": [], "next": None})
        self.assertEqual(client.get(C + "/items", sample=5).value["items"], [])
        answer = client.ask("POST", C + "/search", picture(1), {"Content-Type": "image/png"})
        self.assertEqual((answer.status, answer.value["hits"]), (200, []))
        self.fill(3)
        self.assertEqual(self.index(client)["added"], 3)
        self.assertEqual(len(client.ask("POST", C + "/search", picture(9), {"Content-Type": "image/png"}).value["hits"]), 3)


class Sizes(HttpTest):
    def test_bodies_beyond_their_limits_are_refused(self):
        self.fill(2)
        _, client = self.serve("--json-bytes-max", 50_000, "--upload-bytes-max", 100_000)
        self.wait_for_jobs(client)
        for kind, size in (("application/json", 50_001), ("image/png", 100_001), ("application/json", 500_000)):
            answer = client.ask("POST", C + "/search", b" " * size, {"Content-Type": kind})
            self.refused(answer, 413)
        self.assertEqual(client.ask("POST", C + "/search", picture(1), {"Content-Type": "image/png"}).status, 200)
        self.assertEqual(client.ask("POST", C + "/search", b'{"id":"0001.png"' + b" " * 40_000 + b"}",
                                    {"Content-Type": "application/json"}).status, 200)

    def test_a_server_says_no_when_it_has_too_much_to_do(self):
        self.fill(2)
        server, client = self.serve("--work-queue-max", 1, "--work-threads", 1)
        self.wait_for_jobs(client)
        statuses = []

        def ask(number):
            mine = Client(server, client.contract)
            for turn in range(4):
                body = picture(1000 + 10 * number + turn)
                statuses.append(mine.ask("POST", C + "/search", body, {"Content-Type": "image/png"}).status)
            mine.close()

        askers = [threading.Thread(target=ask, args=(number,)) for number in range(24)]
        for one in askers:
            one.start()
        for one in askers:
            one.join()
        self.assertEqual(len(statuses), 96)
        self.assertLessEqual(set(statuses), {200, 429, 503})
        self.assertIn(200, statuses)
        self.assertIn(429, statuses)
        self.assertEqual(client.ask("POST", C + "/search", picture(5), {"Content-Type": "image/png"}).status, 200)


if __name__ == "__main__":
    unittest.main()
