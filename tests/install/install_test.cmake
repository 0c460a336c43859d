# Installs the build to a folder of its own and builds an outside program against the package.
#
#   cmake -DBUILD=<build folder> -DSOURCE=<outside program> -DSCRATCH=<folder>
#         -DGENERATOR=<of the build> -P install_test.cmake
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN}: exit ${status}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${SCRATCH})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${SCRATCH}/prefix)
run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE} -B ${SCRATCH}/build -DCMAKE_BUILD_TYPE=Release
  -DCMAKE_PREFIX_PATH=${SCRATCH}/prefix)
run(${CMAKE_COMMAND} --build ${SCRATCH}/build)
run(${SCRATCH}/build/outside)
if(NOT output MATCHES "angular_spectrum")
  message(FATAL_ERROR "the outside program does not list angular_spectrum:\n${output}")
endif()
run(${SCRATCH}/prefix/bin/parfocal --version)
if(NOT output MATCHES "0\\.1\\.0")
  message(FATAL_ERROR "the installed program does not say its version:\n${output}")
endif()
file(REMOVE_RECURSE ${SCRATCH})
