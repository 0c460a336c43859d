# CUDA is found by itself: with nvcc every .cu is compiled and linked; without, the CPU code is whole.
set(PARFOCAL_CUDA AUTO CACHE STRING "Compile the CUDA kernels: AUTO (when nvcc is found), ON, OFF")
set_property(CACHE PARFOCAL_CUDA PROPERTY STRINGS AUTO ON OFF)

set(PARFOCAL_WITH_CUDA OFF)
if(NOT PARFOCAL_CUDA STREQUAL "OFF")
  find_program(PARFOCAL_NVCC nvcc HINTS /usr/local/cuda/bin $ENV{CUDA_HOME}/bin)
  if(PARFOCAL_NVCC)
    set(PARFOCAL_WITH_CUDA ON)
    # No device is present where we build, so the architectures are named: Turing to Blackwell.
    if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
      set(CMAKE_CUDA_ARCHITECTURES 75-real 80-real 86-real 89-real 90-real 100-real 120-real 120-virtual)
    endif()
    set(CMAKE_CUDA_COMPILER ${PARFOCAL_NVCC})
    enable_language(CUDA)
    # CMake 3.25 does not know the dialect flag of nvcc 13, so it is given by hand.
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
    find_package(CUDAToolkit REQUIRED)
  elseif(PARFOCAL_CUDA STREQUAL "ON")
    message(FATAL_ERROR "PARFOCAL_CUDA=ON, but nvcc was not found; install the CUDA toolkit or set PARFOCAL_CUDA=OFF")
  endif()
endif()
message(STATUS "parfocal: CUDA kernels ${PARFOCAL_WITH_CUDA}")
