#!/usr/bin/env python3
"""What `sokkuri serve` does under load, against the same searches without a server. Both sides share this machine.

    serve.py WORK_FOLDER --pictures FOLDER [--matrix MATRIX.npy] [--rows 100000] [--seconds 5] [--clients 1,2,4,8,16,32]
            [--parts similar,pictures,index,start,memory] [--build build/release]

FOLDER: photographs (../shared/data/images/caltech101, sample pictures); MATRIX: float32 rows of the default model's
dimension, as ../shared/tools/make_features.py makes them (write it outside the repository). WORK_FOLDER keeps the collections
for the next time. Needs the targets sokkuri, bench_http_load, bench_service_search and bench_load_rows.

  similar   GET …/similar?k=10 of random items, of FOLDER and of the rows, by 1 to 32 clients; in-process beside it
  pictures  POST …/search of pictures that no cache knows, likewise
  index     p99 of `similar` on the rows while the server indexes copies of FOLDER, against idle
  start     from the start of the process to the first answer of /readyz with 200; bytes of the first page
  memory    resident memory through --uploads uploads and --searches searches
"""
import argparse
import gzip
import json
import os
import platform
import random
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
K = 10
REQUESTS = 2_000


class Server:
    def __init__(self, program, folder, *words):
        self.started = time.perf_counter()
        self.process = subprocess.Popen([program, "serve", folder, "--host", "127.0.0.1", "--port", "0", *words],
                                        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        self.address = None
        for line in self.process.stderr:
            found = re.search(r"http://([0-9.]+):([0-9]+)", line)
            if found:
                self.host, self.port = found[1], found[2]
                self.address = found[0]
                break
        else:
            raise SystemExit("the server did not start")

    def get(self, path, data=None, method=None):
        request = urllib.request.Request(self.address + path, data=data, method=method)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def wait_until_ready(self):
        """Seconds since the start of the process."""
        while True:
            try:
                self.get("/readyz")
                return time.perf_counter() - self.started
            except urllib.error.HTTPError:
                time.sleep(0.002)

    def resident_mib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) / 1024

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.stderr.read()
        self.process.wait()


class Bench:
    def __init__(self, arguments):
        self.arguments = arguments
        self.program = f"{arguments.build}/sokkuri"
        self.models = f"{arguments.build}/models"
        self.clients = [int(count) for count in arguments.clients.split(",")]
        os.makedirs(arguments.work_folder, exist_ok=True)

    def place(self, name):
        return os.path.join(os.path.abspath(self.arguments.work_folder), name)

    def sample_collection(self):
        folder = self.place("pictures")
        if not os.path.exists(folder):
            shutil.copytree(self.arguments.pictures, folder)
        run([self.program, "index", folder, "-q"], accepted=(0, 3))
        return folder

    def row_collection(self):
        if not self.arguments.matrix:
            return None
        folder = self.place(f"rows-{self.arguments.rows}")
        if not os.path.exists(f"{folder}/.sokkuri"):
            run([f"{self.arguments.build}/bench_load_rows", self.arguments.matrix, folder, self.models, str(self.arguments.rows)])
        return folder

    def collections(self):
        """(name, folder) of those that were asked for."""
        named = [("sample pictures", self.sample_collection()), (f"{self.arguments.rows} rows", self.row_collection())]
        return [(name, folder) for name, folder in named if folder]

    def similar_requests(self, folder):
        with Server(self.program, folder, "--no-index") as server:
            collection = json.loads(server.get("/v1/collections"))["collections"][0]["name"]
            ids = [one["id"] for one in json.loads(server.get(f"/v1/collections/{collection}/items?sample=1000"))["items"]]
        return self.write_list("similar.txt", [f"GET /v1/collections/{collection}/items/{one}/similar?k={K}" for one in ids])

    def picture_requests(self, folder):
        pictures = [os.path.join(path, name) for path, _, names in os.walk(os.path.abspath(self.arguments.pictures))
                    for name in names if name.lower().endswith((".jpg", ".jpeg"))]
        if not pictures:
            raise SystemExit(f"{self.arguments.pictures}: no JPEG files")
        with Server(self.program, folder, "--no-index") as server:
            collection = json.loads(server.get("/v1/collections"))["collections"][0]["name"]
        chosen = random.Random(1).sample(sorted(pictures), min(200, len(pictures)))
        return self.write_list("pictures.txt", [f"POST /v1/collections/{collection}/search?k={K} image/jpeg {path}" for path in chosen])

    def write_list(self, name, lines):
        path = self.place(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        return path

    def load(self, server, requests, clients, seconds=None):
        return json.loads(run([f"{self.arguments.build}/bench_http_load", server.host, server.port, requests, str(clients),
                               str(seconds or self.arguments.seconds)]).stdout)

    def compare(self, title, folder, requests):
        print(f"\n{title}, k = {K}, {self.arguments.seconds} s each")
        print("clients   HTTP: QPS     p50 ms     p99 ms   answers other than 200   in-process: QPS     p50 ms     p99 ms")
        over_http = {}
        with Server(self.program, folder, "--no-index") as server:
            server.wait_until_ready()
            self.load(server, requests, 2, 1)  # loads the model, fills the page cache
            for clients in self.clients:
                over_http[clients] = self.load(server, requests, clients)
            resident = server.resident_mib()
        for clients, found in over_http.items():
            inside = json.loads(run([f"{self.arguments.build}/bench_service_search", folder, self.models, requests, str(clients),
                                     str(self.arguments.seconds)]).stdout)
            others = {status: count for status, count in found["statuses"].items() if status != "200"}
            print(f"{clients:7} {found['qps']:11.0f} {found['p50_ms']:10.2f} {found['p99_ms']:10.2f}   {str(others or '-'):22} "
                  f"{inside['qps']:15.0f} {inside['p50_ms']:10.2f} {inside['p99_ms']:10.2f}", flush=True)
        print(f"server: {resident:.0f} MiB resident")

    def similar(self):
        for name, folder in self.collections():
            self.compare(f"similar, {name}", folder, self.similar_requests(folder))

    def pictures(self):
        for name, folder in self.collections():
            self.compare(f"picture search, {name}", folder, self.picture_requests(folder))

    def index(self):
        name, folder = self.collections()[-1]
        requests = self.similar_requests(folder)
        print(f"\nsimilar, {name}, while the server indexes, k = {K}")
        added = os.path.join(folder, "added for bench")
        shutil.rmtree(added, ignore_errors=True)
        with Server(self.program, folder, "--no-index") as server:
            server.wait_until_ready()
            collection = json.loads(server.get("/v1/collections"))["collections"][0]["name"]
            self.load(server, requests, 1, 1)
            for clients in (1, 4):
                idle = self.load(server, requests, clients)
                copy_with_ends(self.arguments.pictures, os.path.join(added, str(clients)), self.arguments.index_pictures)
                job = json.loads(server.get(f"/v1/collections/{collection}/index", b'{"keep_missing":true}', "POST"))["job"]["id"]
                busy = self.load(server, requests, clients)
                state = json.loads(server.get(f"/v1/jobs/{job}"))["job"]
                server.get(f"/v1/jobs/{job}", method="DELETE")
                while json.loads(server.get(f"/v1/jobs/{job}"))["job"]["finished"] is None:
                    time.sleep(0.05)
                print(f"{clients} clients: idle p50 {idle['p50_ms']:.2f}, p99 {idle['p99_ms']:.2f} ms; with a job p50 {busy['p50_ms']:.2f}, "
                      f"p99 {busy['p99_ms']:.2f} ms ({busy['p99_ms'] / idle['p99_ms']:.1f} times); the job was {state['state']} "
                      f"after {state['progress']['embedded']} pictures in {state['progress']['seconds']:.1f} s")
        shutil.rmtree(added, ignore_errors=True)
        run([self.program, "index", folder, "-q"], accepted=(0, 3))

    def start(self):
        for name, folder in self.collections():
            times, page = [], b""
            for _ in range(11):
                with Server(self.program, folder, "--no-index") as server:
                    times.append(server.wait_until_ready() * 1000)
                    page = server.get("/")
            print(f"\nstart to ready, {name}: median {sorted(times)[5]:.0f} ms (least {min(times):.0f}, most {max(times):.0f})")
        with Server(self.program, folder, "--no-index") as server:
            assets = sorted(set(re.findall(rb'(?:src|href)="(/[^"]+)"', page)))
            sizes = {"/": page, **{one.decode(): server.get(one.decode()) for one in assets}}
        print("first page: " + ", ".join(f"{path} {len(data)} bytes ({len(gzip.compress(data))} by gzip)" for path, data in sizes.items()))

    def memory(self):
        name, folder = self.collections()[-1]
        similar, pictures = self.similar_requests(folder), self.picture_requests(folder)
        print(f"\nresident memory, {name}")
        with Server(self.program, folder, "--no-index") as server:
            server.wait_until_ready()
            print(f"at start: {server.resident_mib():.0f} MiB")
            for what, requests, wanted in (("uploads", pictures, self.arguments.uploads), ("searches", similar, self.arguments.searches)):
                done = 0
                for tenth in range(1, 11):
                    while done < wanted * tenth // 10:
                        done += self.load(server, requests, 8, 2)["answers"]
                    print(f"after {done} {what}: {server.resident_mib():.0f} MiB", flush=True)


def copy_with_ends(source, target, count):
    """`count` pictures that no index knows: copies with some bytes behind their end."""
    os.makedirs(target)
    files = sorted(os.path.join(path, name) for path, _, names in os.walk(source) for name in names if name.lower().endswith((".jpg", ".jpeg")))
    for number in range(count):
        with open(files[number % len(files)], "rb") as original, open(f"{target}/{number:06}.jpg", "wb") as copy:
            copy.write(original.read() + os.urandom(8))


def run(command, accepted=(0,)):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in accepted:
        raise SystemExit(f"{' '.join(command)}: {done.stderr}")
    return done


def processor():
    with open("/proc/cpuinfo", encoding="ascii") as file:
        return re.search(r"model name\s*:\s*(.*)", file.read())[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work_folder"), parser.add_argument("--pictures", required=True), parser.add_argument("--matrix")
    parser.add_argument("--rows", type=int, default=100_000), parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--clients", default="1,2,4,8,16,32"), parser.add_argument("--build", default=f"{HERE}/../build/release")
    parser.add_argument("--parts", default="similar,pictures,index,start,memory")
    parser.add_argument("--index-pictures", type=int, default=3_000)
    parser.add_argument("--uploads", type=int, default=10_000), parser.add_argument("--searches", type=int, default=100_000)
    arguments = parser.parse_args()
    print(f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; build: {arguments.build}; server and client on one "
          f"machine; load average {os.getloadavg()[0]:.1f}")
    bench = Bench(arguments)
    for part in arguments.parts.split(","):
        getattr(bench, part)()


if __name__ == "__main__":
    main()
