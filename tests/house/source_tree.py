"""The project's files as the rules read them: text, code without comments, includes, CMake lists."""

import re
from pathlib import Path

NOT_OURS = {".git", ".venv", "build", "node_modules", "__pycache__", ".sokkuri", ".cache"}
BLANKS = re.compile(
    r'R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'"
    r"|//[^\n]*"
    r"|/\*.*?\*/",
    re.DOTALL,
)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.)*", re.MULTILINE | re.DOTALL)


class SourceTree:
    """Reads each file once. Paths are relative to the root, with slashes."""

    def __init__(self, root):
        self.root = Path(root)
        self.paths = sorted(self._walk(self.root))
        self._texts = {}

    def _walk(self, folder):
        for entry in folder.iterdir():
            if entry.name in NOT_OURS or entry.is_symlink():
                continue
            if entry.is_dir():
                yield from self._walk(entry)
            else:
                yield entry.relative_to(self.root).as_posix()

    def under(self, *folders, ending=("",)):
        """Paths below any of `folders` that end in any of `ending`."""
        starts = tuple(f"{folder}/" for folder in folders)
        return [p for p in self.paths if p.startswith(starts) and p.endswith(tuple(ending))]

    def cpp(self, *folders):
        return self.under(*folders, ending=(".h", ".cpp"))

    def text(self, path):
        if path not in self._texts:
            self._texts[path] = (self.root / path).read_text(encoding="utf-8", errors="replace")
        return self._texts[path]

    def code(self, path):
        """The text with comments, literals and directives blanked, line for line."""
        bare = BLANKS.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), self.text(path))
        return DIRECTIVE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), bare)

    def includes(self, path):
        """(line, '"' or '<', name) of every include."""
        found = []
        for number, line in enumerate(self.text(path).splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
            if match:
                found.append((number, match.group(1), match.group(2)))
        return found

    def cmake_lists(self, path):
        """{KEYWORD: [words]} over all commands of a CMakeLists.txt; words before a keyword under ''."""
        lists = {"": []}
        keyword = ""
        text = re.sub(r"#[^\n]*", "", self.text(path)).replace("(", " ( ").replace(")", " ) ")
        for word in text.split():
            if word in "()":
                keyword = ""
            elif re.fullmatch(r"[A-Z][A-Z_]+", word):
                keyword = word
                lists.setdefault(keyword, [])
            else:
                lists[keyword].append(word)
        return lists


def floor_of(path):
    """"index" for src/index/graph.h."""
    return path.split("/")[1]
