# SPDX-License-Identifier: Apache-2.0
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_LINK_DEPENDS_NO_SHARED ON)

find_program(PULMO_CCACHE ccache)
if(PULMO_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${PULMO_CCACHE})
endif()
find_program(PULMO_MOLD mold)
if(PULMO_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 12.1)
  add_link_options(-fuse-ld=mold)
endif()

# -ffp-contract=off: the simulator must give the same bits on every machine, and a
# fused multiply-add rounds once where two instructions round twice.
add_library(pulmo_warnings INTERFACE)
target_compile_options(pulmo_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror -ffp-contract=off)
target_compile_definitions(pulmo_warnings INTERFACE QT_NO_KEYWORDS)
# With -O3 GCC 12 warns without cause about std::string + (its bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(pulmo_warnings INTERFACE $<$<CONFIG:Release>:-Wno-restrict>)
endif()

if(PULMO_SANITIZE)
  add_compile_options(-fsanitize=${PULMO_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=${PULMO_SANITIZE})
endif()
