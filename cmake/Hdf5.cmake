# The C library of HDF5 as the imported target parfocal_hdf5. CMake's own find module wants the C
# language in every project that uses it.
find_path(PARFOCAL_HDF5_INCLUDE hdf5.h PATH_SUFFIXES hdf5/serial)
find_library(PARFOCAL_HDF5_LIBRARY NAMES hdf5_serial hdf5)
if(NOT PARFOCAL_HDF5_INCLUDE OR NOT PARFOCAL_HDF5_LIBRARY)
  message(FATAL_ERROR "HDF5 not found: run ./bootstrap deps, install libhdf5-dev, or set PARFOCAL_HDF5_INCLUDE and PARFOCAL_HDF5_LIBRARY")
endif()
add_library(parfocal_hdf5 INTERFACE IMPORTED GLOBAL)
target_include_directories(parfocal_hdf5 SYSTEM INTERFACE ${PARFOCAL_HDF5_INCLUDE})
target_link_libraries(parfocal_hdf5 INTERFACE ${PARFOCAL_HDF5_LIBRARY})
