"""Sizes, names and words (docs/style.md)."""

import re

HEADER_LINES_MAX = 200
SOURCE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
DECISION_LINES_MAX = 60
CODE_FOLDERS = ["src", "include", "examples", "bench", "tests", "samples", "tools", "script", "cmake"]
REFUSED_NAMES = {"util", "utils", "common", "helper", "helpers", "types", "misc", "manager"}
# Written so that this file does not hold what it refuses.
PROMISE = re.compile(r"\b(TO[D]O|FIX[M]E|X[X]X)\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}{])/(wor[k]|roo[t]|tm[p]|hom[e])/")
REGISTRY_HOST = re.compile(r"\b(pypi\.org|pythonhosted\.org|deb\.debian\.org|registry\.npmjs\.org)\b")
# libvips spells its functions the British way.
BRITISH = re.compile(r"\b(?!vips_)\w*(colou[r]|neighbou[r]|behaviou[r]|normali[s]e|quanti[s]e|optimi[s]e)\w*", re.I)


def files_are_small(tree):
    for path in tree.cpp("src", "include", "examples", "bench", "tests"):
        lines, limit = tree.text(path).count("\n"), SOURCE_LINES_MAX
        if path.endswith(".h"):
            limit = HEADER_LINES_MAX
        if lines > limit:
            yield f"{path}: {lines} lines, the limit is {limit}: look for the missing noun"
    for path in tree.under("docs/decisions"):
        if tree.text(path).count("\n") > DECISION_LINES_MAX:
            yield f"{path}: a decision fits in {DECISION_LINES_MAX} lines"


def functions_are_small(tree):
    for path in tree.cpp("src", "include", "examples", "bench", "tests"):
        for first, last in functions(tree.code(path)):
            if last - first + 1 > FUNCTION_LINES_MAX:
                yield f"{path}:{first}: a function of {last - first + 1} lines, the limit is {FUNCTION_LINES_MAX}"


def functions(code):
    """(first line, last line) of each function outside of others, by counting braces."""
    kinds, since, first = [], 0, 0
    for at in (m.start() for m in re.finditer(r"[{};]", code)):
        sign, head = code[at], code[since:at]
        if sign == "{":
            kinds.append("inside" if "body" in kinds else kind_of(head))
            if kinds[-1] == "body":
                first = code.count("\n", 0, at - len(head.lstrip())) + 1
        elif sign == "}" and kinds and kinds.pop() == "body":
            yield first, code.count("\n", 0, at) + 1
        since = at + 1


def kind_of(head):
    """What a brace after `head` opens, outside of functions: "scope" (a namespace, a class), "body" or "value"."""
    head = re.sub(r"alignas\([^)]*\)", "", head)
    if re.search(r"\b(namespace|extern|class|struct|union|enum)\b[^()]*$", head):
        return "scope"
    return "body" if "(" in head and not re.search(r"=\s*[^()]*$", head) else "value"


def names_say_what(tree):
    for path in tree.under(*CODE_FOLDERS):
        stem = path.rsplit("/", 1)[-1].split(".")[0]
        if REFUSED_NAMES & set(stem.lower().split("_")):
            yield f"{path}: a name that says nothing of what is inside"


def nothing_is_promised(tree):
    yield from lines_with(tree, tree.under(*CODE_FOLDERS), PROMISE)


def no_place_of_one_machine(tree):
    texts = [p for p in tree.paths if not p.endswith((".png", ".jpg", ".onnx", ".npy", ".bin"))]
    yield from lines_with(tree, texts, MACHINE_PATH)
    yield from lines_with(tree, texts, REGISTRY_HOST)


def spelling_is_american(tree):
    yield from lines_with(tree, tree.under("src", "include", "bench", "docs", ending=[".h", ".cpp", ".md"]), BRITISH)


def lines_with(tree, paths, pattern):
    for path in paths:
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            match = pattern.search(line)
            if match:
                yield f"{path}:{number}: {match.group()}"


RULES = [
    files_are_small,
    functions_are_small,
    names_say_what,
    nothing_is_promised,
    no_place_of_one_machine,
    spelling_is_american,
]
