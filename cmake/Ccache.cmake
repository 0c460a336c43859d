# Compiler cache and the fastest linker at hand. The cache is addressed relative to the checkout, so
# that a second clone reuses its objects.
find_program(PARFOCAL_CCACHE ccache)
if(PARFOCAL_CCACHE)
  set(_launcher ${CMAKE_COMMAND} -E env
    CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros ${PARFOCAL_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${_launcher})
  set(CMAKE_CUDA_COMPILER_LAUNCHER ${_launcher})
endif()
find_program(PARFOCAL_MOLD mold)
if(PARFOCAL_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
