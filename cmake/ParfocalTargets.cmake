# parfocal_library(NAME SOURCES... [LINK targets...] [CUDA files.cu...])
#
# One static library per wing. Every library includes from the top of the source tree, so that an
# `#include` reads as the path of the file.
function(parfocal_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;CUDA" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_include_directories(${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include/parfocal>)
  target_link_libraries(${name} PUBLIC ${arg_LINK} PRIVATE $<BUILD_INTERFACE:parfocal_warnings>)
  if(arg_CUDA AND PARFOCAL_WITH_CUDA)
    target_sources(${name} PRIVATE ${arg_CUDA})
    target_compile_definitions(${name} PRIVATE PARFOCAL_WITH_CUDA=1)
    target_link_libraries(${name} PRIVATE parfocal_torch_cuda CUDA::cudart)
  endif()
  set_property(GLOBAL APPEND PROPERTY PARFOCAL_LIBRARIES ${name})
endfunction()

# parfocal_test(NAME SOURCES... [LINK targets...] [LABELS label...])
#
# One executable and one ctest entry per folder of tests: linking and starting LibTorch is what costs.
# Labels: fast (default), ci, long. Executables run side by side, each on one thread; a test of
# threads sets their number itself.
function(parfocal_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT arg_LABELS)
    set(arg_LABELS fast)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINK} parfocal_warnings GTest::gmock_main GTest::gtest)
  target_compile_definitions(${name} PRIVATE PARFOCAL_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 900
    ENVIRONMENT "PARFOCAL_PROGRAM=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/parfocal;OMP_NUM_THREADS=1")
endfunction()
