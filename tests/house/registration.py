"""What is on disk is built and run; what the documents name exists."""

import os
import re

DOCUMENTS = (".md",)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
SCRIPT = re.compile(r"(?<![\w/])script/([a-z]+)")


def every_source_is_listed(tree):
    for path in tree.under("src", "bench", ending=[".cpp"]):
        lists = nearest_lists(tree, path)
        name = path.rsplit("/", 1)[-1]
        listed = {word.rsplit("/", 1)[-1] for words in lists.values() for word in words}
        if name not in listed:
            yield f"{path}: in no CMakeLists.txt"


def every_test_runs(tree):
    for path in tree.under("src", ending=["_test.cpp"]):
        tests = {word.rsplit("/", 1)[-1] for word in nearest_lists(tree, path).get("TESTS", [])}
        if path.rsplit("/", 1)[-1] not in tests:
            yield f"{path}: not among the TESTS of its floor"


def nearest_lists(tree, path):
    folder = path
    while "/" in folder:
        folder = folder.rsplit("/", 1)[0]
        if f"{folder}/CMakeLists.txt" in tree.paths:
            return tree.cmake_lists(f"{folder}/CMakeLists.txt")
    return {}


def documents_name_what_exists(tree):
    for path in [p for p in tree.paths if p.endswith(DOCUMENTS)]:
        folder = os.path.dirname(path)
        for target in LINK.findall(tree.text(path)):
            if not (tree.root / folder / target).exists():
                yield f"{path}: links to {target}, which is not there"
        for name in SCRIPT.findall(tree.text(path)):
            if not os.access(tree.root / "script" / name, os.X_OK):
                yield f"{path}: speaks of script/{name}, which is not there to run"


RULES = [every_source_is_listed, every_test_runs, documents_name_what_exists]
