// What image's tests must not blame on us under LeakSanitizer: libheif's x265 keeps two tables
// until the process ends.
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions() {
    return "leak:libx265\n";
}
