"""Kernels export one table and bring no inline function that the linker could keep for everyone."""

import subprocess

ALLOWED = {"immintrin.h", "arm_neon.h", "cstddef", "cstdint"}
KERNELS = "src/simd/kernels"


def kernels_include_little(tree):
    for path in [p for p in tree.under("src/simd", ending=[".cpp", ".h"]) if is_kernel(p)]:
        for line, kind, name in tree.includes(path):
            if kind == '"' and not is_kernel(f"src/{name}"):
                yield f"{path}:{line}: a kernel may not include {name}"
            if kind == "<" and name not in ALLOWED:
                yield f"{path}:{line}: a kernel may not include <{name}>"


def is_kernel(path):
    return path.startswith(KERNELS) and not path.endswith("_test.cpp")


def weak_symbols(objects):
    """"object: symbol" for every weak definition in those object files."""
    for path in objects:
        listing = subprocess.run(["nm", "-C", path], capture_output=True, text=True, check=True).stdout
        for line in listing.splitlines():
            # Undefined weak symbols have no address; unique globals (u) are shared like weak ones.
            address, kind = line[:16].strip(), line[17:18]
            if address and kind in "WVu":
                yield f"{path}: {line[19:]}"


def without_prefetch(objects):
    """Those of the objects that hold no prefetch: g++ drops calls of functions that do nothing else."""
    for path in objects:
        code = subprocess.run(["objdump", "-d", path], capture_output=True, text=True, check=True).stdout
        if "prefetch" not in code and "prfm" not in code:
            yield f"{path}: prefetches nothing"


RULES = [kernels_include_little]
