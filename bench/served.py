"""A running `sokkuri serve` and a client of it, for the benches that ask over HTTP as programs do."""

import http.client
import json
import os
import re
import signal
import subprocess
import threading
import time


class Served:
    """`words`: what `serve` is given. Ready when it is made; `ready_s` says how long that took."""

    def __init__(self, program, *words):
        started = time.perf_counter()
        self.process = subprocess.Popen([program, "serve", *words, "--host", "127.0.0.1", "--port", "0"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.port, said = None, []
        for line in self.process.stderr:
            said.append(line)
            found = re.search(r"http://127\.0\.0\.1:([0-9]+)", line)
            self.port = int(found[1]) if found else self.port
            if "ready in" in line:
                break
        else:
            raise SystemExit(f"the server did not start: {''.join(said)}")
        self.ready_s = time.perf_counter() - started
        # A pipe that nobody empties would stop it one day.
        self._rest = threading.Thread(target=self.process.stderr.read, daemon=True)
        self._rest.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end(signal.SIGTERM)

    def end(self, number):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait()

    def memory_bytes(self):
        """Resident now."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) * 1024


class Client:
    """One connection that is kept."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def ask(self, method, path, body=None, kind="application/json"):
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        self.connection.request(method, path, body, {} if body is None else {"Content-Type": kind})
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {content[:500]!r}")
        return json.loads(content) if content else None

    def timed(self, *words):
        """Milliseconds, and the answer."""
        started = time.perf_counter()
        answer = self.ask(*words)
        return (time.perf_counter() - started) * 1000, answer

    def close(self):
        self.connection.close()


def matrix_form(matrix, ids):
    """Body and content type of POST …/items: a float32 matrix (its bytes, and how many components a row has) and ids."""
    boundary = "sokkuri-bench"
    rows, columns = matrix.shape
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}".ljust(117).encode() + b"\n"
    npy = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + matrix.tobytes()
    parts = [("vectors", "rows.npy", npy), ("ids", "ids.txt", "\n".join(ids).encode())]
    body = b"".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n\r\n'.encode()
                    + content + b"\r\n" for name, file, content in parts)
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def part_of(values, share):
    """The value that so large a part of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def machine():
    with open("/proc/cpuinfo", encoding="ascii") as file:
        name = re.search(r"model name\s*:\s*(.*)", file.read())[1]
    return f"{name}, {os.cpu_count()} cores; load average {os.getloadavg()[0]:.1f} at the start"


def bytes_below(folder):
    return sum(os.path.getsize(os.path.join(place, name)) for place, _, names in os.walk(folder) for name in names)
