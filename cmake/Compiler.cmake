# One place for what every target is compiled with. Instruction-set flags are not here: they live on
# simd's kernels_*.cpp alone.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()
find_program(SOKKURI_CCACHE ccache)
if(SOKKURI_CCACHE)
    # What ccache asks for where headers are precompiled, with -fpch-preprocess.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
                                    CCACHE_SLOPPINESS=pch_defines,time_macros ${SOKKURI_CCACHE})
    add_compile_options(-fpch-preprocess)
endif()

# Debug builds are for tests and sanitizers: -O1 keeps them readable in gdb and quick enough for real data.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

add_library(sokkuri_flags INTERFACE)
# Options are structs with defaults, set by designated initializers: leaving members out is the point.
target_compile_options(
    sokkuri_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast
                            -Wconversion -Wno-sign-conversion
                            -Wno-missing-field-initializers -Werror
                            # Some packages ask for it, and precompiled headers want the same everywhere.
                            -pthread
                            # g++ 12 sees overlaps in std::string's own operator+ (its bug 105651).
                            -Wno-restrict)
target_include_directories(sokkuri_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)

set(SOKKURI_SANITIZE "" CACHE STRING "Sanitizers of the whole build, as for -fsanitize=")
if(SOKKURI_SANITIZE)
    add_compile_options(-fsanitize=${SOKKURI_SANITIZE} -fno-omit-frame-pointer
                        -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${SOKKURI_SANITIZE})
    add_compile_definitions(SOKKURI_SANITIZED)
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(GTest REQUIRED)
include(GoogleTest)
