"""A real `sokkuri serve` over generated pictures, and a client that holds every answer against the contract."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path
from urllib.parse import quote, urlencode

sys.path.append(str(Path(__file__).resolve().parent.parent / "program"))

from program import PROGRAM, TIMEOUT_S, environment, picture  # noqa: E402

from contract import Contract  # noqa: E402

ANSWER_TIMEOUT_S = 60


class Server:
    """The process. Everything it says on standard error is in `said`."""

    def __init__(self, base, *words, folders=()):
        self.base = Path(base)
        self._words = [PROGRAM, "serve", *map(os.fspath, folders), "--host", "127.0.0.1", "--port", "0",
                       "--socket", str(self.base / "socket"), *map(str, words)]
        self.process = None
        self.start()

    def start(self):
        self.said = []
        self.process = subprocess.Popen(self._words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, cwd=self.base, env=environment(self.base))
        for line in self.process.stderr:
            self.said.append(line.decode(errors="replace"))
            if "ready in" in self.said[-1]:
                break
        else:
            raise AssertionError(f"the server did not start (exit {self.process.wait()}): {''.join(self.said)}")
        address = re.search(r"http://([0-9.]+):([0-9]+)", "".join(self.said))
        self.host, self.port = address[1], int(address[2])
        self._reader = threading.Thread(target=lambda pipe: self.said.extend(l.decode(errors="replace") for l in pipe),
                                        args=(self.process.stderr,), daemon=True)
        self._reader.start()

    def stop(self):
        """As Ctrl-C does; returns the exit code."""
        self.process.terminate()
        return self._ended()

    def kill(self):
        self.process.kill()
        return self._ended()

    def _ended(self):
        code = self.process.wait(TIMEOUT_S)
        self._reader.join()
        self.process.stderr.close()
        return code

    def peak_memory_bytes(self):
        """The most that was resident since `forget_peak_memory`."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+([0-9]+) kB", status)[1]) * 1024

    def forget_peak_memory(self):
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def open_sockets(self):
        """Not all files: what keeps indexes opens and closes those of its own."""
        folder, sockets = f"/proc/{self.process.pid}/fd", 0
        for name in os.listdir(folder):
            try:
                sockets += os.readlink(f"{folder}/{name}").startswith("socket:")
            except FileNotFoundError:  # closed meanwhile
                pass
        return sockets

    def connect(self):
        return socket.create_connection((self.host, self.port), timeout=ANSWER_TIMEOUT_S)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.media_type = (headers.get("Content-Type") or "").split(";")[0]
        self.value = json.loads(body) if body and self.media_type.endswith(("/json", "+json")) else None

    def __repr__(self):
        return f"{self.status} {self.media_type} {self.body[:500]!r}"


class Client:
    """One keep-alive connection. Each answer is checked for what all answers have in common, and against the contract."""

    def __init__(self, server, contract=None):
        self.server = server
        self._connection = None
        self.contract = contract or Contract(json.loads(self._exchange("GET", "/openapi.json", None, {}).body))

    def close(self):
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def ask(self, method, path, body=None, headers=None, **query):
        """`path` is encoded already (see `item`); `body`: bytes as they are, anything else as JSON."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        target = path + ("?" + urlencode(query) if query else "")
        answer = self._exchange(method, target, body, headers)
        faults = self.faults(method, path, answer)
        if faults:
            raise AssertionError(f"{method} {target[:300]}: {answer}: {faults}")
        return answer

    def get(self, path, **query):
        return self.ask("GET", path, **query)

    def _exchange(self, method, target, body, headers):
        fresh = self._connection is None
        if fresh:
            self._connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=ANSWER_TIMEOUT_S)
        try:
            self._connection.request(method, target, body, headers)
            got = self._connection.getresponse()
            answer = Answer(got.status, got.headers, got.read())
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self.close()
            if fresh:
                raise
            return self._exchange(method, target, body, headers)  # the server had closed an idle connection
        except BaseException:
            self.close()
            raise
        if got.will_close:
            self.close()
        return answer

    def faults(self, method, path, answer):
        faults = [f"{name} is missing" for name in ("X-Content-Type-Options", "Referrer-Policy")
                  if name not in answer.headers]
        if answer.status >= 500 and answer.status != 503:
            faults.append("the server failed")
        if answer.status >= 400:
            faults += problem_faults(answer)
        operation = self.contract.operation(method, path)
        if operation is not None and method != "HEAD":
            faults += self.contract.faults(operation, answer.status, answer.media_type, answer.value)
        return faults


def problem_faults(answer):
    if answer.media_type != "application/problem+json":
        return [f"a refusal as {answer.media_type!r}"]
    value = answer.value
    faults = [f"{name} is empty" for name in ("title", "code", "detail") if not value.get(name)]
    if value.get("status") != answer.status:
        faults.append(f"it says status {value.get('status')}")
    if answer.status in (429, 503) and not answer.headers.get("Retry-After", "").isdigit():
        faults.append("Retry-After is missing")
    return faults


def item(collection, item_id, rest=""):
    """The path of an item whose id is text or bytes."""
    return f"/v1/collections/{quote(collection, safe='')}/items/{quote(item_id, safe='')}{rest and '/' + rest}"


def form(**parts):
    """multipart/form-data: body and its content type. A part is bytes of a file, or text."""
    boundary = "-" * 20 + "sokkuri-test"
    pieces = []
    for name, content in parts.items():
        is_file = isinstance(content, bytes)
        pieces.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'.encode()
                      + (b'; filename="file.png"\r\nContent-Type: image/png' if is_file else b"") + b"\r\n\r\n"
                      + (content if is_file else content.encode()) + b"\r\n")
    return b"".join(pieces) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def events(client, job):
    """Yields (name, data) of a job's event stream until the server ends it."""
    connection = http.client.HTTPConnection(client.server.host, client.server.port, timeout=ANSWER_TIMEOUT_S)
    try:
        connection.request("GET", f"/v1/jobs/{job}/events")
        got = connection.getresponse()
        assert got.status == 200 and got.headers["Content-Type"].startswith("text/event-stream"), got.headers
        name, data = None, []
        for line in got:
            line = line.decode().rstrip("\r\n")
            if line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("data:"):
                data.append(line[5:].strip())
            elif not line and data:
                yield name, json.loads("\n".join(data))
                name, data = None, []
    finally:
        connection.close()


class HttpTest(unittest.TestCase):
    """Each test has a folder and servers of its own."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="sokkuri-http-")
        self.addCleanup(temporary.cleanup)
        self.base = Path(temporary.name)
        self.pictures = self.base / "pictures"
        self.pictures.mkdir()

    def serve(self, *words, folders=None):
        server = Server(self.base, *words, folders=folders or [self.pictures])
        self.addCleanup(lambda: server.process.poll() is None and server.kill())
        client = Client(server)
        self.addCleanup(client.close)
        return server, client

    def fill(self, count, first=0):
        for seed in range(first, first + count):
            (self.pictures / f"{seed:04}.png").write_bytes(picture(seed))

    def wait_for_jobs(self, client):
        """The jobs, when all have ended."""
        for job in client.get("/v1/jobs").value["jobs"]:
            for _ in events(client, job["id"]):
                pass
        jobs = client.get("/v1/jobs").value["jobs"]
        self.assertTrue(all(job["state"] in ("done", "failed", "cancelled") for job in jobs), jobs)
        return jobs

    def index(self, client, collection="pictures"):
        """Runs a job to its end; its report."""
        answer = client.ask("POST", f"/v1/collections/{collection}/index", {})
        self.assertEqual(answer.status, 202, answer)
        last = list(events(client, answer.value["job"]["id"]))[-1]
        self.assertEqual((last[0], last[1]["state"]), ("done", "done"), last)
        return last[1]["report"]

    def ids_by_path(self, client, collection="pictures"):
        found, cursor = {}, {}
        while True:
            page = client.get(f"/v1/collections/{collection}/items", limit=1000, **cursor).value
            found.update({one["document"].get("path", one["id"]): one["id"] for one in page["items"]})
            if page["next"] is None:
                return found
            cursor = {"cursor": page["next"]}

    def refused(self, answer, status, *words):
        """`status`: one or several."""
        self.assertIn(answer.status, status if isinstance(status, tuple) else (status,), answer)
        for word in words:
            self.assertIn(str(word), answer.value["detail"])


class ServedTest(HttpTest):
    """The tests of a class share one server over one indexed folder. What they add, they remove."""

    COUNT = 24
    WORDS = ()

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="sokkuri-http-")
        cls.addClassCleanup(temporary.cleanup)
        maker = cls("setUp")
        maker.base = cls.class_base = Path(temporary.name)
        maker.pictures = cls.pictures = maker.base / "pictures"
        cls.pictures.mkdir()
        maker.fill(cls.COUNT)
        cls.extend(cls.pictures)
        cls.server = Server(maker.base, *cls.WORDS, folders=[cls.pictures])
        cls.addClassCleanup(lambda: cls.server.process.poll() is None and cls.server.kill())
        cls.client = Client(cls.server)
        cls.addClassCleanup(cls.client.close)
        maker.wait_for_jobs(cls.client)
        cls.ids = maker.ids_by_path(cls.client)

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="sokkuri-http-")
        self.addCleanup(temporary.cleanup)
        self.base = Path(temporary.name)

    @classmethod
    def extend(cls, folder):
        """Adds what a suite wants beside the usual pictures."""
