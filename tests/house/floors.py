"""Includes and links go down; a third-party library stays in one folder (ARCHITECTURE.md, the map)."""

from source_tree import floor_of

STANDS_ON = {
    "base": [],
    "image": ["base"],
    "features": ["image"],
    "simd": ["base"],
    "index": ["simd"],
    "library": ["index"],
    "store": ["base"],
    "collection": ["index", "store"],
    "service": ["features", "collection"],
    "http": ["service"],
    "cli": ["http"],
}
# Headers of the C library, the kernel and the compiler; whatever else has a dot or slash is third-party.
SYSTEM_FOLDERS = ("sys/", "linux/", "netinet/", "arpa/", "net/", "asm/", "sanitizer/")
SYSTEM_HEADERS = set(
    "dirent.h dlfcn.h endian.h errno.h fcntl.h fnmatch.h glob.h grp.h langinfo.h link.h locale.h netdb.h poll.h"
    " pthread.h pwd.h sched.h signal.h spawn.h stdio.h stdlib.h string.h termios.h"
    " time.h unistd.h wchar.h"
    " arm_neon.h cpuid.h cxxabi.h immintrin.h".split()
)
EVERYWHERE = {"fmt", "tl"}
IN_TESTS = {"gtest", "gmock", "benchmark"}
LIBRARY_OF = {
    "jpeglib.h": "libjpeg-turbo",
    "jerror.h": "libjpeg-turbo",
    "turbojpeg.h": "libjpeg-turbo",
    "zimg.h": "zimg",
    "zimg++.hpp": "zimg",
    "glib.h": "glib",
    "glib-object.h": "glib",
}


def floors_below(floor):
    below = set()
    for under in STANDS_ON[floor]:
        below |= {under} | floors_below(under)
    return below


def library_of(header):
    """The third-party library of an include in angle brackets; None for standard and system ones."""
    if header in SYSTEM_HEADERS or header.startswith(SYSTEM_FOLDERS):
        return None
    if "." not in header and "/" not in header:
        return None
    return LIBRARY_OF.get(header, header.split("/")[0])


def includes_go_down(tree):
    for path in tree.cpp("src"):
        floor = floor_of(path)
        if floor not in STANDS_ON:
            yield f"{path}: src/{floor} is no floor"
            continue
        for line, kind, name in tree.includes(path):
            target = name.split("/")[0]
            if kind == '"' and target not in {floor} | floors_below(floor):
                yield f'{path}:{line}: {floor} may not include "{name}"'


def links_go_down(tree):
    for path in tree.under("src", ending=["CMakeLists.txt"]):
        floor = floor_of(path)
        for target in tree.cmake_lists(path).get("FLOORS", []):
            if target not in {floor} | floors_below(floor):
                yield f"{path}: {floor} may not link {target}"


def a_library_stays_in_one_folder(tree):
    folders = {}
    for path in tree.cpp("src"):
        for _, kind, name in tree.includes(path):
            library = library_of(name) if kind == "<" else None
            if library and library not in EVERYWHERE | IN_TESTS:
                folders.setdefault(library, {}).setdefault(path.rsplit("/", 1)[0], path)
            if library in IN_TESTS and not path.endswith("_test.cpp"):
                yield f"{path}: <{name}> belongs in tests"
    for library, places in folders.items():
        if len(places) > 1:
            yield f"{library} is included in more than one folder: {', '.join(places.values())}"


def libraries_do_not_leak(tree):
    """No header that another floor includes reaches a third-party header."""
    reached = {}

    def libraries_through(path):
        if path not in reached:
            reached[path] = set()
            for _, kind, name in tree.includes(path) if path in tree.paths else []:
                if kind == '"':
                    reached[path] |= libraries_through(f"src/{name}")
                elif library_of(name):
                    reached[path].add(library_of(name))
        return reached[path] - EVERYWHERE

    for path in tree.cpp("src"):
        for line, kind, name in tree.includes(path):
            if kind == '"' and name.split("/")[0] != floor_of(path) and libraries_through(f"src/{name}"):
                yield f'{path}:{line}: "{name}" brings {", ".join(libraries_through(f"src/{name}"))}'


def the_public_header_stands_alone(tree):
    """Who includes it needs nothing but the standard library."""
    for path in tree.under("include"):
        for line, kind, name in tree.includes(path):
            if kind == '"' or "/" in name or "." in name:
                yield f"{path}:{line}: a public header may not include {name}"


RULES = [the_public_header_stands_alone, includes_go_down, links_go_down, a_library_stays_in_one_folder, libraries_do_not_leak]
