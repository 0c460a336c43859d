# LibTorch as imported targets: parfocal_torch (CPU) and, in a CUDA build, parfocal_torch_cuda.
#
# The find module of the official wheel fails with C++20 and pulls in obsolete CUDA modules, so the
# libraries are imported by hand. Searched in this order: PARFOCAL_LIBTORCH, Torch_DIR,
# CMAKE_PREFIX_PATH, then .deps/torch, where ./bootstrap puts the pinned wheel.

set(PARFOCAL_LIBTORCH "" CACHE PATH "Folder of LibTorch that holds include/ and lib/")

set(_torch_hints ${PARFOCAL_LIBTORCH})
if(Torch_DIR)
  cmake_path(SET _torch_root NORMALIZE "${Torch_DIR}/../../..")
  list(APPEND _torch_hints ${_torch_root})
endif()
list(APPEND _torch_hints ${CMAKE_PREFIX_PATH})
list(APPEND _torch_hints ${PARFOCAL_DEPS}/torch)

find_library(PARFOCAL_TORCH_CPU_LIBRARY torch_cpu HINTS ${_torch_hints} PATH_SUFFIXES lib NO_DEFAULT_PATH)
if(NOT PARFOCAL_TORCH_CPU_LIBRARY)
  message(FATAL_ERROR "LibTorch not found: run ./bootstrap build, or set -DPARFOCAL_LIBTORCH=/path/to/libtorch")
endif()
cmake_path(GET PARFOCAL_TORCH_CPU_LIBRARY PARENT_PATH _torch_lib)
cmake_path(GET _torch_lib PARENT_PATH _torch_root)

add_library(parfocal_torch INTERFACE IMPORTED GLOBAL)
# Searched after the system's folders: the wheel carries another version of fmt, which our libraries
# and spdlog must not meet.
foreach(_dir include include/torch/csrc/api/include)
  target_compile_options(parfocal_torch INTERFACE
    "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-idirafter ${_torch_root}/${_dir}>"
    "$<$<COMPILE_LANGUAGE:CUDA>:SHELL:-Xcompiler=-idirafter,${_torch_root}/${_dir}>")
endforeach()
target_compile_definitions(parfocal_torch INTERFACE _GLIBCXX_USE_CXX11_ABI=1)
# The libraries register themselves, so the linker must keep them although no symbol asks for them;
# what they need in turn is found by their own run path.
target_link_options(parfocal_torch INTERFACE
  LINKER:--no-as-needed LINKER:-rpath,${_torch_lib} LINKER:--allow-shlib-undefined)
target_link_libraries(parfocal_torch INTERFACE ${_torch_lib}/libtorch_cpu.so ${_torch_lib}/libc10.so)

# at::parallel_for is a template: it uses several threads only in files compiled with OpenMP. The
# runtime is the one that LibTorch brings, never a second one.
find_library(PARFOCAL_OPENMP_RUNTIME NAMES libgomp.so.1 HINTS ${_torch_lib} NO_DEFAULT_PATH)
if(NOT PARFOCAL_OPENMP_RUNTIME)
  find_library(PARFOCAL_OPENMP_RUNTIME NAMES libgomp.so.1 REQUIRED)
endif()
target_compile_options(parfocal_torch INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fopenmp>)
target_link_libraries(parfocal_torch INTERFACE ${PARFOCAL_OPENMP_RUNTIME})

# The wheel keeps the CUDA run-time libraries in a sibling folder; with a toolkit they are there.
file(GLOB _nvidia_lib LIST_DIRECTORIES true ${_torch_root}/../nvidia/*/lib)
foreach(_dir IN LISTS _nvidia_lib)
  target_link_options(parfocal_torch INTERFACE LINKER:-rpath,${_dir})
endforeach()

if(PARFOCAL_WITH_CUDA)
  add_library(parfocal_torch_cuda INTERFACE IMPORTED GLOBAL)
  target_link_libraries(parfocal_torch_cuda INTERFACE parfocal_torch ${_torch_lib}/libc10_cuda.so)
endif()
