#include "base/module.h"

#include <array>
#include <climits>
#include <dlfcn.h>
#include <unistd.h>

namespace sokkuri {

Result<std::string> program_directory() {
    std::array<char, PATH_MAX> buffer;
    const ssize_t length = readlink("/proc/self/exe", buffer.data(), buffer.size());
    if (length <= 0)
        return fail(ErrorCode::kIo, "/proc/self/exe: cannot tell where the program is");
    const std::string_view path(buffer.data(), static_cast<std::size_t>(length));
    return std::string(path.substr(0, path.rfind('/')));
}

Result<void*> module_symbol(std::string_view name, const char* symbol) {
    const std::string directory = TRY(program_directory());
    std::string reasons;
    for (const char* place : {"lib", "../lib", "../lib/sokkuri"}) {
        const std::string path = fmt::format("{}/{}/libsokkuri_{}.so", directory, place, name);
        // dlopen counts references: opening twice yields the same object, and we never close it.
        void* module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (module == nullptr) {
            if (access(path.c_str(), F_OK) == 0) reasons += fmt::format("; {}", dlerror());
            continue;
        }
        if (void* address = dlsym(module, symbol)) return address;
        return fail(ErrorCode::kUnavailable, "module {}: {} has no symbol {}", name, path, symbol);
    }
    return fail(ErrorCode::kUnavailable, "module {}: no libsokkuri_{}.so beside {}{}", name, name,
                directory, reasons);
}

}  // namespace sokkuri
