"""A running `sokkuri serve`, for the suites that need one."""

import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from program import ProgramTest

READY_S = 60


class Server:
    """Started for a test on a free port; `url` once it is ready. Ends with the test."""

    def __init__(self, test, *words, **variables):
        # A socket that is left behind by a kill goes away with the test's folder.
        variables.setdefault("TMPDIR", str(test.home))
        self.process = test.start_program("serve", "--port", "0", *words, **variables)
        self.lines = []
        self._grew = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        # What start_program registered closes the pipe, so the reader ends before the test does.
        test.addCleanup(self._reader.join)
        test.addCleanup(lambda: self.process.poll() is None and self.process.kill())
        self.wait_for_line("ready in")
        self.url = self.lines[0].strip()

    def _read(self):
        for line in self.process.stderr:
            with self._grew:
                self.lines.append(line.decode(errors="replace"))
                self._grew.notify_all()
        with self._grew:
            self.lines.append("")  # the end
            self._grew.notify_all()

    def wait_for_line(self, part):
        """The first line that holds `part`; fails when the program ends without one."""
        with self._grew:
            found = self._grew.wait_for(
                lambda: any(part in line for line in self.lines) or "" in self.lines, READY_S)
        lines = [line for line in self.lines if part in line]
        assert found and lines, f"no line with {part!r} in {self.lines}"
        return lines[0]

    @property
    def pid(self):
        return self.process.pid

    def stop(self, signal_number):
        """The exit code and all that was said."""
        self.process.send_signal(signal_number)
        code = self.process.wait(timeout=60)
        self._reader.join()
        return code, "".join(self.lines)

    def ask(self, path, method="GET", body=None, headers=None):
        """Status and body, also of refusals."""
        status, _, answer = self.exchange(path, method, body, headers)
        return status, answer

    def tag(self, path):
        return self.exchange(path)[1]["ETag"]

    def exchange(self, path, method="GET", body=None, headers=None):
        """Status, headers and body."""
        data = None if body is None else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url.rstrip("/") + path, data=data, method=method,
                                         headers={**kind, **(headers or {})})
        # No proxy of the environment comes between.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.headers, refusal.read()

    def get(self, path):
        status, body = self.ask(path)
        assert status == 200, (path, status, body)
        return json.loads(body)

    def collections(self):
        return {each["name"]: each for each in self.get("/v1/collections")["collections"]}

    def jobs(self):
        return self.get("/v1/jobs")["jobs"]

    def wait_for(self, condition):
        """Asks again and again until `condition()` is true."""
        deadline = time.monotonic() + READY_S
        while not condition():
            assert time.monotonic() < deadline, "it did not come in time"
            time.sleep(0.01)

    def wait_for_jobs(self):
        """Until no job waits or runs."""
        self.wait_for(lambda: all(job["state"] not in ("queued", "running") for job in self.jobs()))


class ServerTest(ProgramTest):
    def serve(self, *words, **variables):
        return Server(self, *words, **variables)
