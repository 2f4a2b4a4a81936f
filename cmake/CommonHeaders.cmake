# use_common_headers(TARGET [tests]): headers that nearly every file includes are parsed once for all
# floors, and once for all tests: parsing is most of what g++ does. Files include what they use all
# the same: presets dev and tidy compile without this.
set(common_headers
    <algorithm>
    <array>
    <atomic>
    <chrono>
    <cmath>
    <condition_variable>
    <cstddef>
    <cstdint>
    <cstring>
    <filesystem>
    <functional>
    <limits>
    <map>
    <memory>
    <mutex>
    <numeric>
    <optional>
    <random>
    <set>
    <span>
    <stop_token>
    <string>
    <string_view>
    <thread>
    <tuple>
    <utility>
    <variant>
    <vector>
    <fmt/format.h>
    <fmt/ranges.h>
    <tl/expected.hpp>)

file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/common_headers.cpp CONTENT "")
add_library(sokkuri_common_headers OBJECT ${CMAKE_BINARY_DIR}/common_headers.cpp)
target_link_libraries(sokkuri_common_headers PRIVATE sokkuri_flags fmt::fmt Threads::Threads)
target_precompile_headers(sokkuri_common_headers PRIVATE ${common_headers})

if(BUILD_TESTING)
    # Compiled as programs are; a PCH does not serve both.
    add_library(sokkuri_common_test_headers OBJECT ${CMAKE_BINARY_DIR}/common_headers.cpp)
    set_target_properties(sokkuri_common_test_headers PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(sokkuri_common_test_headers PRIVATE -fPIE)
    target_link_libraries(sokkuri_common_test_headers
                          PRIVATE sokkuri_flags fmt::fmt Threads::Threads GTest::gtest)
    target_precompile_headers(sokkuri_common_test_headers PRIVATE ${common_headers}
                              <gtest/gtest.h>)
endif()

function(use_common_headers target)
    if(CMAKE_DISABLE_PRECOMPILE_HEADERS)
        return()
    endif()
    if("tests" IN_LIST ARGN)
        target_precompile_headers(${target} REUSE_FROM sokkuri_common_test_headers)
    else()
        target_precompile_headers(${target} REUSE_FROM sokkuri_common_headers)
    endif()
    # Of precompiled headers g++ 12 forgets that they are the system's, and warns of what it takes for
    # overlaps in std::string's own functions (its bug 105329).
    target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-stringop-overflow)
endfunction()
