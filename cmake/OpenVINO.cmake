# OpenVINO comes as a Python wheel that holds its C++ SDK (docs/decisions/0003-openvino.md). Set
# OpenVINO_DIR to build against another copy of the same version.
if(NOT EXISTS "${OpenVINO_DIR}/OpenVINOConfig.cmake")
    execute_process(
        COMMAND ${CMAKE_SOURCE_DIR}/.venv/bin/python -c
                "import openvino.utils; print(openvino.utils.get_cmake_path())"
        OUTPUT_VARIABLE SOKKURI_OPENVINO_CMAKE
        OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    set(OpenVINO_DIR "${SOKKURI_OPENVINO_CMAKE}" CACHE PATH "Folder of OpenVINOConfig.cmake" FORCE)
endif()
find_package(OpenVINO QUIET COMPONENTS Runtime)
if(NOT OpenVINO_FOUND)
    message(FATAL_ERROR "OpenVINO not found: run script/bootstrap, which puts it into .venv, "
                        "or set OpenVINO_DIR")
endif()
get_filename_component(SOKKURI_OPENVINO_LIBS "${OpenVINO_DIR}/../libs" ABSOLUTE)

# sokkuri_carry_openvino(MODULE): copies the libraries that MODULE needs beside it, so that the
# program outlives the wheel, and lets MODULE find them there and nowhere else. The IR frontend is
# what reads compiled models back; other devices and frontends stay behind.
function(sokkuri_carry_openvino module)
    set(copies)
    foreach(pattern libopenvino.so.* libopenvino_onnx_frontend.so.* libopenvino_ir_frontend.so.*
                    libopenvino_intel_cpu_plugin.so libopenvino_arm_cpu_plugin.so libtbb.so.*
                    libtbbmalloc.so.*)
        file(GLOB found "${SOKKURI_OPENVINO_LIBS}/${pattern}")
        foreach(library ${found})
            get_filename_component(name ${library} NAME)
            set(copy ${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/${name})
            add_custom_command(OUTPUT ${copy} DEPENDS ${library}
                               COMMAND ${CMAKE_COMMAND} -E copy ${library} ${copy})
            list(APPEND copies ${copy})
        endforeach()
    endforeach()
    add_custom_target(${module}_libraries DEPENDS ${copies})
    add_dependencies(${module} ${module}_libraries)
    set_target_properties(${module} PROPERTIES BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "$ORIGIN")
    install(FILES ${copies} DESTINATION ${CMAKE_INSTALL_LIBDIR}/sokkuri)
endfunction()
