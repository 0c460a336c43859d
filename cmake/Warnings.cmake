# Warnings for our own code only; third-party headers are included as SYSTEM.
#
# g++ 12 reports -Wrestrict inside its own std::string at "text" + string (GCC bug 105651).
add_library(parfocal_warnings INTERFACE)
target_compile_options(parfocal_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wconversion;-Werror>
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict>)
