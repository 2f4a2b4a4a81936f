"""The libraries that sokkuri is compared with, each behind the same four calls.

A peer has `settings`: [(label, value), …] from careless to careful. `build(rows, threads)` takes an iterator of blocks of
float32 rows, already made unit length where the metric is cosine; `save`/`load` keep an index between runs; `search(queries,
k, setting, threads)` returns ids [queries, k], by whatever call of the library is fastest for many queries. Parameters are
those that served each best on features of pictures.
"""

import multiprocessing
import time

import numpy as np

WIDTHS = [10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768]


class Peer:
    is_exact = False
    # Of exact ones: whether many queries a call take less each.
    gains_by_batches = True
    # One library alone keeps no threads of its own: it is run in as many processes.
    forks = False

    def __init__(self, dimension, metric, count):
        self.dimension, self.metric, self.count = dimension, metric, count

    @property
    def by_product(self):
        """Cosine is the inner product of unit vectors."""
        return self.metric in ("cosine", "ip")


class Faiss(Peer):
    def build(self, blocks, threads):
        import faiss

        faiss.omp_set_num_threads(threads)
        self.index = self.make(faiss, faiss.METRIC_INNER_PRODUCT if self.by_product else faiss.METRIC_L2)
        for number, block in enumerate(blocks(self.blocks_of)):
            if number == 0 and not self.index.is_trained:
                self.index.train(next(iter(blocks(self.training_rows, spread=True))))
            self.index.add(block)

    # HNSW adds in parallel inside one call; a call a block is enough to keep threads busy.
    blocks_of = 100_000
    training_rows = 100_000

    def save(self, path):
        import faiss

        faiss.write_index(self.index, str(path))

    def load(self, path):
        import faiss

        self.index = faiss.read_index(str(path))

    def search(self, queries, k, setting, threads):
        import faiss

        faiss.omp_set_num_threads(threads)
        self.apply(faiss, setting)
        return self.index.search(queries, k)[1]


class FaissFlat(Faiss):
    is_exact = True
    settings = [("exact", 0)]

    def make(self, faiss, metric):
        return faiss.IndexFlat(self.dimension, metric)

    def apply(self, faiss, setting):
        pass


class FaissHnsw(Faiss):
    settings = [(f"efSearch {width}", width) for width in WIDTHS]
    code = "Flat"
    links = 48

    def make(self, faiss, metric):
        index = faiss.index_factory(self.dimension, f"HNSW{self.links}_{self.code}", metric)
        index.hnsw.efConstruction = 128
        return index

    def apply(self, faiss, setting):
        self.index.hnsw.efSearch = setting

    def load(self, path):
        import faiss

        self.index = faiss.read_index(str(path))


class FaissHnswSq8(FaissHnsw):
    code = "SQ8"
    links = 32


class FaissIvfPq(Faiss):
    """Inverted lists, 4-bit product codes scanned in registers, the best re-ranked by float32."""

    settings = [(f"nprobe {lists}, refine {refine}", (lists, refine))
                for lists, refine in [(4, 4), (8, 4), (8, 8), (16, 8), (16, 16), (32, 16), (32, 32), (64, 32), (64, 64),
                                      (128, 64), (128, 128), (256, 128), (256, 256)]]

    def make(self, faiss, metric):
        lists = 1024 if self.count < 500_000 else 4096
        codes = max(1, self.dimension // 4)
        while self.dimension % codes:
            codes -= 1
        return faiss.index_factory(self.dimension, f"IVF{lists},PQ{codes}x4fs,RFlat", metric)

    training_rows = 200_000

    def apply(self, faiss, setting):
        lists, refine = setting
        faiss.downcast_index(self.index.base_index).nprobe = lists
        self.index.k_factor = refine


class Hnswlib(Peer):
    settings = [(f"ef {width}", width) for width in WIDTHS]

    def build(self, blocks, threads):
        import hnswlib

        self.index = hnswlib.Index(space="ip" if self.by_product else "l2", dim=self.dimension)
        self.index.init_index(max_elements=self.count, M=32, ef_construction=128)
        for block in blocks(100_000):
            self.index.add_items(block, num_threads=threads)

    def save(self, path):
        self.index.save_index(str(path))

    def load(self, path):
        import hnswlib

        self.index = hnswlib.Index(space="ip" if self.by_product else "l2", dim=self.dimension)
        self.index.load_index(str(path), max_elements=self.count)

    def search(self, queries, k, setting, threads):
        self.index.set_ef(max(setting, k))
        return self.index.knn_query(queries, k=k, num_threads=threads)[0].astype(np.int64)


class Usearch(Peer):
    settings = [(f"expansion {width}", width) for width in WIDTHS]
    kind = "f32"

    def build(self, blocks, threads):
        self.index = self.make()
        first = 0
        for block in blocks(100_000):
            self.index.add(np.arange(first, first + len(block)), block, threads=threads)
            first += len(block)

    def make(self):
        from usearch.index import Index

        return Index(ndim=self.dimension, metric="cos" if self.metric == "cosine" else self.metric, dtype=self.kind,
                     connectivity=32, expansion_add=128)

    def save(self, path):
        self.index.save(str(path))

    def load(self, path):
        self.index = self.make()
        self.index.load(str(path))

    def search(self, queries, k, setting, threads):
        self.index.expansion_search = setting
        return np.atleast_2d(np.asarray(self.index.search(queries, k, threads=threads).keys)).astype(np.int64)


class UsearchI8(Usearch):
    kind = "i8"


class Scann(Peer):
    settings = [(f"leaves {leaves}, reorder {refine}", (leaves, refine))
                for leaves, refine in [(10, 40), (20, 40), (20, 80), (40, 80), (40, 150), (80, 150), (80, 300), (150, 300),
                                       (150, 600), (300, 600), (300, 1200), (600, 1200)]]

    def build(self, blocks, threads):
        import scann

        rows = filled(self.count, self.dimension, blocks)
        leaves = 1000 if self.count < 500_000 else 2000
        builder = scann.scann_ops_pybind.builder(rows, 10, "dot_product" if self.by_product else "squared_l2")
        builder.set_n_training_threads(threads)
        self.index = builder.tree(leaves, 100, training_sample_size=min(250_000, self.count)).score_ah(
            2, anisotropic_quantization_threshold=0.2).reorder(100).build()

    def save(self, path):
        path.mkdir(parents=True, exist_ok=True)
        self.index.serialize(str(path))

    def load(self, path):
        import scann

        self.index = scann.scann_ops_pybind.load_searcher(str(path))

    def search(self, queries, k, setting, threads):
        leaves, refine = setting
        many = self.index.search_batched_parallel if threads > 1 else self.index.search_batched
        if threads > 1:
            self.index.set_num_threads(threads)
        return many(queries, final_num_neighbors=k, leaves_to_search=leaves,
                    pre_reorder_num_neighbors=refine)[0].astype(np.int64)


class Voyager(Peer):
    settings = [(f"ef {width}", width) for width in WIDTHS]

    def build(self, blocks, threads):
        import voyager

        space = voyager.Space.InnerProduct if self.by_product else voyager.Space.Euclidean
        self.index = voyager.Index(space, num_dimensions=self.dimension, M=32, ef_construction=128,
                                   max_elements=self.count)
        for block in blocks(100_000):
            self.index.add_items(block, num_threads=threads)

    def save(self, path):
        self.index.save(str(path))

    def load(self, path):
        import voyager

        self.index = voyager.Index.load(str(path))

    def search(self, queries, k, setting, threads):
        return self.index.query(queries, k=k, num_threads=threads, query_ef=max(setting, k))[0].astype(np.int64)


class Ngt(Peer):
    forks = True
    settings = [(f"epsilon {epsilon}", epsilon) for epsilon in (0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2, 0.3)]

    def build(self, blocks, threads):
        import ngtpy

        self.path = self.scratch / "ngt"
        ngtpy.create(bytes(self.path), self.dimension, edge_size_for_creation=40, edge_size_for_search=80,
                     distance_type="L2" if self.metric == "l2" else "Normalized Cosine")
        self.index = ngtpy.Index(bytes(self.path))
        for block in blocks(100_000):
            self.index.batch_insert(block, num_threads=threads)

    def save(self, path):
        self.index.save()
        self.path.rename(path)

    def load(self, path):
        import ngtpy

        self.index = ngtpy.Index(bytes(path), read_only=True)

    def search(self, queries, k, setting, threads):
        return one_by_one(lambda query: self.index.search(query, size=k, epsilon=setting, with_distance=False), queries, k)


class Annoy(Peer):
    forks = True
    settings = [(f"search_k {width}", width) for width in (1_000, 3_000, 10_000, 30_000, 100_000, 300_000)]

    def build(self, blocks, threads):
        import annoy

        self.index = annoy.AnnoyIndex(self.dimension, "angular" if self.by_product else "euclidean")
        number = 0
        for block in blocks(100_000):
            for row in block:
                self.index.add_item(number, row)
                number += 1
        self.index.build(100, n_jobs=threads)

    def save(self, path):
        self.index.save(str(path))

    def load(self, path):
        import annoy

        self.index = annoy.AnnoyIndex(self.dimension, "angular" if self.by_product else "euclidean")
        self.index.load(str(path))

    def search(self, queries, k, setting, threads):
        return one_by_one(lambda query: self.index.get_nns_by_vector(query, k, search_k=setting), queries, k)


class FloatScan(Peer):
    """What a matrix product and a partial sort give: reads every float of every row."""

    is_exact = True
    gains_by_batches = False
    settings = [("exact", 0)]

    def build(self, blocks, threads):
        self.rows = filled(self.count, self.dimension, blocks)
        self.norms = None if self.by_product else (self.rows**2).sum(1)

    def search(self, queries, k, setting, threads):
        ids = np.empty((len(queries), k), np.int64)
        for number, query in enumerate(queries):
            far = -(self.rows @ query) if self.by_product else self.norms - 2 * (self.rows @ query)
            some = np.argpartition(far, k - 1)[:k]
            ids[number] = some[np.argsort(far[some], kind="stable")]
        return ids


def filled(count, dimension, blocks):
    rows, first = np.empty((count, dimension), np.float32), 0
    for block in blocks(100_000):
        rows[first:first + len(block)] = block
        first += len(block)
    return rows


def one_by_one(search, queries, k):
    ids = np.full((len(queries), k), -1, np.int64)
    for number, query in enumerate(queries):
        found = search(query)
        ids[number, :len(found)] = found
    return ids


def forked_search(peer, queries, k, setting, processes):
    """Ids, and seconds from the start of the first process to the end of the last."""
    parts = np.array_split(np.arange(len(queries)), processes)
    context = multiprocessing.get_context("fork")
    gate, answers = context.Barrier(processes), context.Queue()

    def work(part):
        gate.wait()
        start = time.monotonic()
        ids = peer.search(queries[part], k, setting, 1)
        answers.put((part, ids, start, time.monotonic()))

    workers = [context.Process(target=work, args=(part,)) for part in parts]
    for worker in workers:
        worker.start()
    got = [answers.get() for _ in workers]
    for worker in workers:
        worker.join()
    ids = np.empty((len(queries), k), np.int64)
    for part, found, _, _ in got:
        ids[part] = found
    return ids, max(end for *_, end in got) - min(start for _, _, start, _ in got)


PEERS = {
    "faiss-flat": FaissFlat,
    "faiss-flat-packaged": FaissFlat,
    "faiss-hnsw": FaissHnsw,
    "faiss-hnsw-packaged": FaissHnsw,
    "faiss-hnsw-sq8": FaissHnswSq8,
    "faiss-ivfpq": FaissIvfPq,
    "hnswlib": Hnswlib,
    "usearch": Usearch,
    "usearch-i8": UsearchI8,
    "scann": Scann,
    "voyager": Voyager,
    "ngt": Ngt,
    "annoy": Annoy,
    "float-scan": FloatScan,
}
