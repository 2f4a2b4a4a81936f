// What features' tests must not blame on us under LeakSanitizer: TBB keeps an observer of its
// threads until the process ends.
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions() {
    return "leak:libtbb\n";
}
