# sokkuri_floor(NAME SOURCES … [FLOORS …] [LIBRARIES …] [TESTS …] [TEST_LIBRARIES …])
#
# A floor is the folder src/NAME, the namespace sokkuri::NAME and the static target sokkuri_NAME.
# FLOORS are the floors below that its headers may include; LIBRARIES are third-party targets that
# stay inside (PRIVATE). TESTS become one program, NAME_test, run by ctest case by case.
function(sokkuri_floor name)
    cmake_parse_arguments(FLOOR "" "" "SOURCES;FLOORS;LIBRARIES;TESTS;TEST_LIBRARIES" ${ARGN})
    list(TRANSFORM FLOOR_FLOORS PREPEND sokkuri_)
    add_library(sokkuri_${name} STATIC ${FLOOR_SOURCES})
    target_link_libraries(
        sokkuri_${name} PUBLIC sokkuri_flags ${FLOOR_FLOORS} fmt::fmt Threads::Threads
        PRIVATE ${FLOOR_LIBRARIES})
    use_common_headers(sokkuri_${name})
    if(BUILD_TESTING AND FLOOR_TESTS)
        add_executable(${name}_test ${FLOOR_TESTS})
        target_link_libraries(${name}_test PRIVATE sokkuri_${name} ${FLOOR_TEST_LIBRARIES}
                                                   GTest::gtest_main)
        use_common_headers(${name}_test tests)
        set_target_properties(${name}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                                                      ${CMAKE_BINARY_DIR}/tests)
        target_compile_definitions(${name}_test
                                   PRIVATE SOKKURI_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
        # OpenVINO's TBB opens a library with RTLD_DEEPBIND, which AddressSanitizer refuses, unless told.
        # script/test runs the trees of several presets at once: "address.Hash.…" tells which failed.
        string(REGEX REPLACE "^([a-z]+).*" "\\1." prefix "${SOKKURI_SANITIZE}")
        gtest_discover_tests(${name}_test TEST_PREFIX "${prefix}" DISCOVERY_MODE PRE_TEST
                             DISCOVERY_TIMEOUT 60
                             PROPERTIES LABELS ${name} TIMEOUT 600
                                        ENVIRONMENT TBB_ENABLE_SANITIZERS=1)
    endif()
endfunction()

# sokkuri_module(NAME SOURCES … [FLOORS …] [LIBRARIES …])
#
# A shared object that the program opens when it first needs it (base/module.h), so that heavy
# libraries cost nothing until then. Lives in lib/ beside the program.
function(sokkuri_module name)
    cmake_parse_arguments(MODULE "" "" "SOURCES;FLOORS;LIBRARIES" ${ARGN})
    list(TRANSFORM MODULE_FLOORS PREPEND sokkuri_)
    add_library(sokkuri_${name} MODULE ${MODULE_SOURCES})
    target_link_libraries(sokkuri_${name} PRIVATE sokkuri_flags ${MODULE_FLOORS} fmt::fmt
                                                  ${MODULE_LIBRARIES})
    set_target_properties(sokkuri_${name} PROPERTIES BUILD_RPATH_USE_ORIGIN ON INSTALL_RPATH "$ORIGIN")
    install(TARGETS sokkuri_${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/sokkuri)
endfunction()
