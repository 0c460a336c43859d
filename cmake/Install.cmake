# `cmake --install`: the program, the libraries with their headers, and a CMake package, so that
# another project writes find_package(parfocal) and links parfocal::parfocal.
#
# Installed headers are the public ones. What `apps` holds is the program's own.
include(CMakePackageConfigHelpers)

get_property(_libraries GLOBAL PROPERTY PARFOCAL_LIBRARIES)
list(REMOVE_ITEM _libraries parfocal_apps)
foreach(_library IN LISTS _libraries)
  get_target_property(_folder ${_library} SOURCE_DIR)
  if(_folder MATCHES "^${PROJECT_SOURCE_DIR}/(tests|bench)")
    list(REMOVE_ITEM _libraries ${_library})
  endif()
endforeach()
set(PARFOCAL_PACKAGE_TARGETS "")
foreach(_library IN LISTS _libraries)
  string(REPLACE parfocal_ "" _short ${_library})
  set_target_properties(${_library} PROPERTIES EXPORT_NAME ${_short})
  list(APPEND PARFOCAL_PACKAGE_TARGETS parfocal::${_short})
endforeach()
install(TARGETS ${_libraries} EXPORT parfocal_targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})

foreach(_wing core datasets optics forward_models solvers learned)
  if(EXISTS ${PROJECT_SOURCE_DIR}/${_wing})
    install(DIRECTORY ${_wing} DESTINATION include/parfocal FILES_MATCHING PATTERN "*.h")
  endif()
endforeach()
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

# LibTorch stays where it is; the package remembers the folder, and PARFOCAL_LIBTORCH overrides it.
set(PARFOCAL_TORCH_ROOT ${_torch_root})
set(_package ${CMAKE_INSTALL_LIBDIR}/cmake/parfocal)
install(EXPORT parfocal_targets NAMESPACE parfocal:: FILE parfocalTargets.cmake
  DESTINATION ${_package})
configure_package_config_file(cmake/parfocalConfig.cmake.in
  ${PROJECT_BINARY_DIR}/parfocalConfig.cmake INSTALL_DESTINATION ${_package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/parfocalConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/parfocalConfig.cmake
  ${PROJECT_BINARY_DIR}/parfocalConfigVersion.cmake
  cmake/Hdf5.cmake
  cmake/LibTorch.cmake
  DESTINATION ${_package})
