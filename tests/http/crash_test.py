"""A server that is killed in the middle of writes comes back with everything it had acknowledged."""

import json
import os
import random
import threading
import unittest

from serving import Client, HttpTest, form, item, picture

C = "/v1/collections/pictures"
ROUNDS = int(os.environ.get("SOKKURI_HTTP_KILLS", "5"))
SEED = int(os.environ.get("SOKKURI_TEST_SEED", "20261121"))
DIMENSION = 1280


class Writer(threading.Thread):
    """Writes and deletes records of its own until the server dies; remembers what was acknowledged and what may be either."""

    def __init__(self, client, name, chance):
        super().__init__()
        self.client, self.name_, self.chance = client, name, chance
        self.state = {}    # id → (document, picture bytes or None); None: deleted
        self.doubt = None  # (id, what it would have become) of the request that was not answered
        self.acknowledged = threading.Semaphore(0)
        self.writes = 0

    def run(self):
        try:
            for number in range(100_000):
                self.step(number)
                self.writes += 1
                self.acknowledged.release()
        except (OSError, AssertionError) as error:
            self.error = error
            self.client.close()
            # Whoever waits for acknowledgments would wait for ever.
            self.acknowledged.release(1_000)

    def step(self, number):
        item_id = f"{self.name_}/{self.chance.randrange(12)}"
        if self.state.get(item_id) is not None and self.chance.random() < 0.3:
            self.write("DELETE", item_id, None)
            return
        document = {"writer": self.name_, "number": number}
        data = picture(self.chance.randrange(10_000)) if self.chance.random() < 0.25 else None
        self.write("PUT", item_id, (document, data))

    def write(self, method, item_id, wanted):
        self.doubt = (item_id, wanted)
        body, headers = None, {}
        if wanted is not None and wanted[1] is not None:
            body, headers["Content-Type"] = form(picture=wanted[1], document=json.dumps(wanted[0]))
        elif wanted is not None:
            body = {"document": wanted[0], "vector": vector_of(item_id, wanted[0]["number"])}
        answer = self.client.ask(method, item("pictures", item_id), body, headers)
        assert answer.status in (200, 201, 204), answer
        self.state[item_id] = wanted
        self.doubt = None


def vector_of(item_id, number):
    chance = random.Random(f"{item_id} {number}")
    return [round(chance.uniform(-1, 1), 3) for _ in range(DIMENSION)]


class Kills(HttpTest):
    def test_what_was_acknowledged_survives(self):
        print(f"seed {SEED}")
        chance = random.Random(SEED)
        self.fill(6)
        server, client = self.serve()
        self.wait_for_jobs(client)
        states, writes = {}, 0
        for _ in range(ROUNDS):
            writers = [Writer(Client(server, client.contract), f"w{number}", random.Random(chance.random())) for number in range(3)]
            for writer in writers:
                writer.state = states.get(writer.name_, {})
                writer.start()
            for _ in range(chance.randrange(5, 40)):
                writers[0].acknowledged.acquire()
            self.assertTrue(all(writer.is_alive() for writer in writers), [getattr(writer, "error", None) for writer in writers])
            server.kill()
            for writer in writers:
                writer.join()
            client.close()
            server.start()
            for writer in writers:
                self.settle(client, writer)
                states[writer.name_] = writer.state
                writes += writer.writes
            self.check(client, states)
            self.wait_for_jobs(client)
            self.check(client, states)
        print(f"{ROUNDS} kills, {writes} writes acknowledged, none lost", flush=True)

    def settle(self, client, writer):
        """The one request without an answer was done whole, or not at all."""
        if writer.doubt is None:
            return
        item_id, wanted = writer.doubt
        found = self.found(client, item_id)
        before = writer.state.get(item_id)
        self.assertIn(found, (before, wanted), f"{item_id} is neither what it was nor what it was to be")
        writer.state[item_id] = found

    def found(self, client, item_id):
        answer = client.get(item("pictures", item_id))
        if answer.status == 404:
            return None
        document = answer.value["document"]
        original = client.get(item("pictures", item_id, "original"))
        data = original.body if original.status == 200 else None
        return ({"writer": document["writer"], "number": document["number"]}, data)

    def check(self, client, states):
        wanted = {item_id: state for state_of in states.values() for item_id, state in state_of.items()}
        for item_id, state in wanted.items():
            self.assertEqual(self.found(client, item_id), state, item_id)
            if state is None or state[1] is not None:
                continue
            body = {"vector": vector_of(item_id, state[0]["number"]), "k": 1}
            self.assertEqual(client.ask("POST", C + "/search", body).value["hits"][0]["id"], item_id)
        listed = {one["id"] for one in client.get(C + "/items", limit=1000).value["items"]}
        self.assertEqual({one for one in listed if one.startswith("w")}, {one for one, state in wanted.items() if state is not None})
        self.assertEqual(len([one for one in listed if not one.startswith("w")]), 6)


if __name__ == "__main__":
    unittest.main()
