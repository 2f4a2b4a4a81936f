"""Bytes on the wire: who may ask (Host, Origin), requests that are none, slow, huge and many clients, and the end."""

import json
import re
import socket
import subprocess
import time
import unittest

from serving import PROGRAM, Client, HttpTest, ServedTest, environment, item, picture

GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
C = "/v1/collections/pictures"


def read_answer(line):
    """Status, headers and body of the next answer; None when the connection ended without one."""
    stream = line.makefile("rb", buffering=0)
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = stream.read(1)
        if not byte:
            return None
        head += byte
    status = int(head.split()[1])
    headers = {name.lower(): value.strip() for name, value in re.findall(r"^([^:\r\n]+):([^\r\n]*)", head.decode("latin-1"), re.M)}
    body = b""
    while len(body) < int(headers.get("content-length", 0)):
        body += stream.read(int(headers["content-length"]) - len(body))
    return status, headers, body


class WireTest(ServedTest):
    COUNT = 3
    WORDS = ("--header-time-max-ms", 2_000, "--body-time-max-ms", 5_000)

    def send(self, data):
        """What the server answers first; None: it hung up."""
        with self.server.connect() as line:
            try:
                line.sendall(data)
            except (BrokenPipeError, ConnectionResetError):
                pass
            try:
                return read_answer(line)
            except ConnectionResetError:
                return None

    def status(self, data):
        answer = self.send(data)
        return answer and answer[0]

    def assert_alive(self):
        self.assertEqual(self.status(GET), 200)


class WhoMayAsk(WireTest):
    def request(self, method, path, *headers):
        return "\r\n".join([f"{method} {path} HTTP/1.1", *headers, "Content-Length: 0", "", ""]).encode()

    def test_foreign_names_are_turned_away(self):
        port = self.server.port
        for host in ("localhost", f"localhost:{port}", "127.0.0.1", f"127.0.0.1:{port}", "[::1]", "LocalHost"):
            self.assertEqual(self.status(self.request("GET", C, f"Host: {host}")), 200, host)
        for host in ("evil.example", f"evil.example:{port}", "localhost.evil.example", "127.0.0.1.evil.example", "localhost@evil.example",
                     "0.0.0.0", "169.254.169.254", "", "localhost, evil.example", "[::1", "localhost:port", "evil.example localhost"):
            answer = self.send(self.request("GET", C, f"Host: {host}"))
            self.assertIn(answer[0], (400, 421), host)
            if "," not in host and host in ("evil.example", "0.0.0.0"):
                self.assertEqual((answer[0], json.loads(answer[2])["code"]), (421, "foreign_host"))
        for path in ("/", "/c/x", "/healthz", "/metrics", "/openapi.json", "/assets/x.js"):
            self.assertEqual(self.status(self.request("GET", path, "Host: evil.example")), 421, path)
        self.assertEqual(self.status(self.request("GET", C)), 400)
        self.assertEqual(self.status(self.request("GET", C, "Host: localhost", "Host: evil.example")), 400)
        self.assertIn(self.status(self.request("GET", "http://evil.example" + C, "Host: localhost")), (400, 421))

    def test_foreign_pages_change_nothing(self):
        own = f"http://localhost:{self.server.port}"
        host = f"Host: localhost:{self.server.port}"
        target = item("pictures", self.ids["0001.png"])
        for origin in ("http://evil.example", "null", "http://localhost.evil.example", own + ".evil.example", f"http://localhost:{self.server.port + 1}",
                       "http://localhost", "file://", own + ", http://evil.example"):
            for method, path in (("DELETE", target), ("PUT", target), ("POST", C + "/index"), ("POST", C + "/search"), ("POST", "/v1/embed"),
                                 ("DELETE", "/v1/jobs/x")):
                answer = self.send(self.request(method, path, host, f"Origin: {origin}"))
                self.assertEqual((answer[0], json.loads(answer[2])["code"]), (403, "foreign_origin"), (method, path, origin))
            self.assertNotIn("access-control-allow-origin", self.send(self.request("GET", C, host, f"Origin: {origin}"))[1])
        self.assertEqual(self.send(self.request("DELETE", target, host, "Sec-Fetch-Site: cross-site"))[0], 403)
        self.assertEqual(self.send(self.request("POST", C + "/index", host, f"Origin: {own}"))[0], 202)
        self.assertEqual(self.client.get(target).status, 200)
        self.wait_for_jobs(self.client)

    def test_answers_cannot_be_framed_or_taken_for_something_else(self):
        for path in ("/", C, item("pictures", self.ids["0001.png"], "original"), "/nothing"):
            answer = self.client.get(path)
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff", path)
        self.assertIn("frame-ancestors 'none'", self.client.get("/").headers["Content-Security-Policy"])


class Odd(WireTest):
    def test_what_is_no_request_is_refused(self):
        long = b"x" * 100_000
        host = b"Host: localhost\r\n"
        wrong = [b"\r\n" * 1000 + b"x", b"\0" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n" + host + b"\r\n", b"get / HTTP/1.1\r\n" + host + b"\r\n",
                 b"GET " + long + b" HTTP/1.1\r\n" + host + b"\r\n", b"GET / HTTP/1.1\r\n" + host + b"X: " + long + b"\r\n\r\n",
                 b"GET / HTTP/1.1\r\n" + host + b"x: y\r\n" * 20_000 + b"\r\n", b"GET / HTTP/1.1\r\n" + host + b"Bad Name: x\r\n\r\n",
                 b"GET / HTTP/1.1\r\n" + host + b": x\r\n\r\n", b"GET / HTTP/1.1\r\n" + host + b"X: a\0b\r\n\r\n",
                 b"GET / HTTP/1.1\r\n" + host + b" folded: x\r\n\r\n", b"GET  / HTTP/1.1\r\n" + host + b"\r\n", b"GET /\x01 HTTP/1.1\r\n" + host + b"\r\n",
                 b"BREW / HTTP/1.1\r\n" + host + b"\r\n", b"CONNECT evil.example:80 HTTP/1.1\r\n" + host + b"\r\n",
                 b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
                 b"POST /v1/embed HTTP/1.1\r\n" + host + b"Content-Length: -1\r\n\r\n", b"POST /v1/embed HTTP/1.1\r\n" + host + b"Content-Length: 99999999999999999999\r\n\r\n",
                 b"POST /v1/embed HTTP/1.1\r\n" + host + b"Content-Length: 3x\r\n\r\nabc", b"POST /v1/embed HTTP/1.1\r\n" + host + b"Transfer-Encoding: gzip\r\n\r\n",
                 b"POST /v1/embed HTTP/1.1\r\n" + host + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"]
        for data in wrong:
            with self.subTest(data=data[:60]):
                status = self.status(data)
                self.assertTrue(status is None or status in (400, 404, 405, 408, 411, 413, 414, 415, 421, 431, 501, 505), status)
        self.assert_alive()

    def test_lengths_that_contradict_each_other_smuggle_nothing(self):
        hidden = b"DELETE " + item("pictures", self.ids["0001.png"]).encode() + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
        head = b"POST " + C.encode() + b"/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        for lengths in (b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", b"Transfer-Encoding: xchunked\r\n",
                        b"Transfer-Encoding: chunked, identity\r\n"):
            with self.server.connect() as line:
                line.sendall(head + lengths + b"\r\n0\r\n\r\n" + hidden)
                answer = read_answer(line)
                self.assertTrue(answer is None or answer[0] in (400, 411, 415, 501), (lengths, answer))
                self.assertIsNone(read_answer(line), "the connection ends")
        self.assertEqual(self.client.get(item("pictures", self.ids["0001.png"])).status, 200)

    def test_chunked_bodies_are_read_and_broken_ones_refused(self):
        head = b"POST " + C.encode() + b"/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        body = b'{"id":"0001.png"}'
        pieces = b"".join(b"1\r\n" + body[n:n + 1] + b"\r\n" for n in range(len(body)))
        self.assertEqual(self.status(head + pieces + b"0\r\n\r\n"), 200)
        for broken in (b"x\r\n", b"-1\r\n", b"fffffffffffffffff\r\n", b"5\r\nabc", b"3\r\nabcdef\r\n0\r\n\r\n", b"7fffffffffffffff\r\n"):
            with self.server.connect() as line:
                line.sendall(head + broken)
                line.shutdown(socket.SHUT_WR)
                answer = read_answer(line)
                self.assertTrue(answer is None or answer[0] in (400, 408, 413), (broken, answer))
        self.assert_alive()

    def test_many_requests_in_one_go_are_answered_in_their_order(self):
        wanted = [item("pictures", one) for one in self.ids.values()] * 20
        with self.server.connect() as line:
            line.sendall(b"".join(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() for path in wanted))
            for path in wanted:
                status, _, body = read_answer(line)
                self.assertEqual(status, 200)
                self.assertEqual(item("pictures", json.loads(body)["id"]), path)

    def test_a_client_that_asks_first_hears_at_once(self):
        head = b"POST " + C.encode() + b"/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
        with self.server.connect() as line:
            body = b'{"id":"0001.png"}'
            line.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body))
            self.assertEqual(read_answer(line)[0], 100)
            line.sendall(body)
            self.assertEqual(read_answer(line)[0], 200)
        self.assertEqual(self.status(head + b"Content-Length: 99999999999\r\n\r\n"), 413)
        self.assertEqual(self.status(head.replace(b"localhost", b"evil.example") + b"Content-Length: 5\r\n\r\n"), 421)

    def test_clients_that_hang_up_cost_nothing(self):
        open_before = self.server.open_sockets()
        head = f"POST {C}/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 100000\r\n\r\n".encode()
        for number in range(60):
            with self.server.connect() as line:
                line.sendall((GET, head, head + bytes(5000), b"GET /hea", GET * 50)[number % 5])
                if number % 2:  # with a reset instead of an end
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.assert_alive()
        for _ in range(200):  # asking goes on until the server has seen them all go
            if self.server.open_sockets() <= open_before + 2:
                break
            self.assert_alive()
        self.assertLessEqual(self.server.open_sockets(), open_before + 2)


class Patience(HttpTest):
    """Limits of time, set short. The client only waits for the server to lose its patience."""

    def setUp(self):
        super().setUp()
        self.fill(2)

    def assert_turned_away(self, line, statuses):
        answer = read_answer(line)
        if answer is not None:
            self.assertIn(answer[0], statuses)
            self.assertIsNone(read_answer(line), "the connection ends")

    def test_slow_heads_and_idle_connections_are_ended(self):
        server, _ = self.serve("--header-time-max-ms", 300, "--idle-time-max-ms", 300)
        for start in (b"GET /hea", b"GET /healthz HTTP/1.1\r\nHost: local", b""):
            with server.connect() as line:
                line.sendall(start)
                self.assert_turned_away(line, (408,))
        with server.connect() as line:
            line.sendall(GET)
            self.assertEqual(read_answer(line)[0], 200)
            self.assertIsNone(read_answer(line), "idle for too long")

    def test_a_head_that_drips_is_ended_too(self):
        server, _ = self.serve("--header-time-max-ms", 500)
        started = time.monotonic()
        with server.connect() as line:
            line.settimeout(0.05)
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
            answer = b""
            while time.monotonic() - started < 20 and not answer:
                try:
                    line.sendall(b"x: y\r\n")
                    answer = line.recv(1000) or b"end"
                except TimeoutError:
                    pass
                except (BrokenPipeError, ConnectionResetError):
                    answer = b"end"
        self.assertTrue(answer == b"end" or b"408" in answer, answer)
        self.assertLess(time.monotonic() - started, 10)

    def test_slow_bodies_are_ended(self):
        server, client = self.serve("--body-time-max-ms", 400)
        self.wait_for_jobs(client)
        head = f"POST {C}/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 100000\r\n\r\n".encode()
        for part in (b"", bytes(5000)):
            with server.connect() as line:
                line.sendall(head + part)
                self.assert_turned_away(line, (408,))
        self.assertEqual(client.ask("POST", C + "/search", picture(1), {"Content-Type": "image/png"}).status, 200)

    def test_a_client_that_does_not_read_is_ended(self):
        server, client = self.serve("--write-time-max-ms", 400, "--idle-time-max-ms", 100_000)
        self.wait_for_jobs(client)
        open_before = server.open_sockets()
        with server.connect() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.settimeout(0.5)
            ask = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
            try:
                for _ in range(20_000):  # until nothing more is taken
                    line.sendall(ask)
            except (TimeoutError, BrokenPipeError, ConnectionResetError):
                pass
            end = time.monotonic() + 30
            while server.open_sockets() > open_before and time.monotonic() < end:
                client.get("/healthz")
            self.assertLessEqual(server.open_sockets(), open_before, "the server waits for ever")
        self.assertEqual(client.get("/healthz").status, 200)

    def test_one_connection_too_many_is_told_so(self):
        server, client = self.serve("--connections-max", 6)
        self.wait_for_jobs(client)
        client.close()
        lines = []
        try:
            for _ in range(30):
                lines.append(server.connect())
            for line in lines:
                line.sendall(GET)
            answers = [self.answer_or_end(line) for line in lines]
        finally:
            for line in lines:
                line.close()
        statuses = [answer and answer[0] for answer in answers]
        self.assertLessEqual(set(statuses), {200, 503, None})
        self.assertTrue(1 <= statuses.count(200) <= 6, statuses)
        self.assertIn(503, statuses)
        self.assertTrue(all("retry-after" in answer[1] for answer in answers if answer and answer[0] == 503))
        again = Client(server, client.contract)
        for _ in range(100):  # as soon as the server has seen the others go
            if again.get("/healthz").status == 200:
                break
        self.assertEqual(again.get("/healthz").status, 200)
        again.close()

    def answer_or_end(self, line):
        try:
            return read_answer(line)
        except ConnectionResetError:
            return None

    def test_slow_clients_do_not_slow_the_others(self):
        server, client = self.serve()
        self.wait_for_jobs(client)
        head = f"POST {C}/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 100000\r\n\r\n".encode()
        lines = [server.connect() for _ in range(200)]
        try:
            for line in lines:
                line.sendall(head + bytes(1000))
            for number in range(20):
                self.assertEqual(client.ask("POST", C + "/search", picture(number), {"Content-Type": "image/png"}).status, 200)
        finally:
            for line in lines:
                line.close()


class TheEnd(HttpTest):
    def test_a_stopping_server_finishes_what_is_in_flight(self):
        self.fill(30)
        server, client = self.serve("--no-index")
        job = client.ask("POST", C + "/index", {}).value["job"]["id"]
        with server.connect() as line:
            line.sendall(f"GET /v1/jobs/{job}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            stream = line.makefile("rb")
            self.assertIn(b"200", stream.readline())
            self.assertEqual(server.stop(), 0)
            self.assertIn(b"event: done", stream.read().replace(b"event:done", b"event: done"))
        with self.assertRaises(ConnectionRefusedError):
            server.connect()
        self.assertFalse((self.base / "socket").exists())

    def test_a_port_in_use_is_a_clear_error(self):
        self.fill(1)
        server, _ = self.serve()
        other = self.base / "other"
        other.mkdir()
        run = subprocess.run([PROGRAM, "serve", str(other), "--host", "127.0.0.1", "--port", str(server.port)], capture_output=True,
                             env=environment(self.base), timeout=60)
        self.assertEqual(run.returncode, 1)
        self.assertIn(str(server.port).encode(), run.stderr)
        run = subprocess.run([PROGRAM, "serve", str(self.pictures), "--host", "127.0.0.1", "--port", "0"], capture_output=True,
                             env=environment(self.base), timeout=60)
        self.assertEqual(run.returncode, 1, "another process holds the folder")


if __name__ == "__main__":
    unittest.main()
