"""Readers, writers, deleters and an index job at the same time: nobody is refused, and everybody sees their own writes."""

import random
import threading
import time
import unittest

from serving import Client, HttpTest, form, item, picture

C = "/v1/collections/pictures"
SECONDS = 4
DIMENSION = 1280


class Worker(threading.Thread):
    """Does `step` again and again for SECONDS; keeps what went wrong."""

    def __init__(self, test, client, name):
        super().__init__()
        self.test, self.client, self.name_ = test, client, name
        self.chance = random.Random(name)
        self.steps, self.error = 0, None
        self.own = {}

    def run(self):
        end = time.monotonic() + SECONDS
        try:
            while time.monotonic() < end:
                self.step()
                self.steps += 1
        except Exception as error:  # pylint: disable=broad-except
            self.error = error
        finally:
            self.client.close()

    def expect(self, status, *words, **more):
        answer = self.client.ask(*words, **more)
        if answer.status != status:
            raise AssertionError(f"{words[:2]}: {answer}, not {status}")
        return answer


class VectorWriter(Worker):
    def step(self):
        item_id = f"{self.name_}/{self.chance.randrange(20)}"
        path = item("pictures", item_id)
        if item_id in self.own and self.chance.random() < 0.3:
            self.expect(204, "DELETE", path)
            del self.own[item_id]
            self.expect(404, "GET", path)
            return
        vector = [self.chance.uniform(-1, 1) for _ in range(DIMENSION)]
        document = {"step": self.steps}
        self.expect(200 if item_id in self.own else 201, "PUT", path, {"vector": vector, "document": document})
        self.own[item_id] = document
        if self.expect(200, "GET", path).value["document"] != document:
            raise AssertionError(f"{item_id} is not what was written")
        first = self.expect(200, "POST", C + "/search", {"vector": vector, "k": 2}).value["hits"][0]
        if first["id"] != item_id or first["document"] != document:
            raise AssertionError(f"{item_id} is not its own nearest: {first}")


class PictureWriter(Worker):
    def step(self):
        item_id = f"{self.name_}/{self.steps % 5}"
        data = picture(random.Random(f"{self.name_} {self.steps}").randrange(1 << 30))
        body, kind = form(picture=data, document='{"step": %d}' % self.steps)
        put = self.client.ask("PUT", item("pictures", item_id), body, {"Content-Type": kind})
        if put.status not in (200, 201):
            raise AssertionError(put)
        self.own[item_id] = {"step": self.steps}
        if self.expect(200, "GET", item("pictures", item_id, "original")).body != data:
            raise AssertionError(f"{item_id} has another picture")


class Reader(Worker):
    def step(self):
        wanted = self.chance.choice(list(self.test.ids.values()))
        kind = self.chance.randrange(5)
        if kind == 0:
            hits = self.expect(200, "GET", item("pictures", wanted, "similar"), include_self="true", k=20).value["hits"]
            scores = [hit["score"] for hit in hits]
            if wanted not in [hit["id"] for hit in hits] or scores != sorted(scores, reverse=True):
                raise AssertionError(f"similar to {wanted}: {hits}")
        elif kind == 1:
            self.expect(200, "GET", item("pictures", wanted, "thumbnail"), size=160)
        elif kind == 2:
            items = self.expect(200, "GET", C + "/items", limit=100).value["items"]
            if len({one["id"] for one in items}) != len(items):
                raise AssertionError("an item is listed twice")
        elif kind == 3:
            self.expect(200, "POST", C + "/search", picture(self.chance.randrange(50)), {"Content-Type": "image/png"}, k=5)
        else:
            self.expect(200, "GET", C)


class Indexer(Worker):
    def step(self):
        name = f"late {self.steps}.png"
        (self.test.pictures / name).write_bytes(picture(70_000 + self.steps))
        self.test.index(self.client)
        if name not in self.test.ids_by_path(self.client):
            raise AssertionError(f"{name} was not indexed")


class Mixed(HttpTest):
    def test_everything_at_once(self):
        self.fill(16)
        server, client = self.serve()
        self.wait_for_jobs(client)
        self.ids = self.ids_by_path(client)
        kinds = [VectorWriter, VectorWriter, PictureWriter, Reader, Reader, Reader, Indexer]
        workers = [kind(self, Client(server, client.contract), f"{kind.__name__}{number}") for number, kind in enumerate(kinds)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        for worker in workers:
            if worker.error:
                raise worker.error
            self.assertGreater(worker.steps, 0, worker.name_)
        print({worker.name_: worker.steps for worker in workers})
        wanted = {item_id: document for worker in workers for item_id, document in worker.own.items()}
        for item_id, document in wanted.items():
            found = client.get(item("pictures", item_id)).value["document"]
            self.assertEqual({"step": found["step"]}, document)
        listed = {one["id"] for one in client.get(C + "/items", limit=1000).value["items"]}
        late = len(list(self.pictures.glob("late *.png")))
        self.assertEqual(len(listed), 16 + late + len(wanted))
        self.assertLessEqual(set(wanted), listed)
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
