# SPDX-License-Identifier: Apache-2.0
# pulmo_module(NAME [PUBLIC libs...] [PRIVATE libs...])
#
# One static library for the folder it is called in: every .cpp of the folder, headers as a
# verified header set (each must compile alone, with what the module links PUBLIC), third
# parties linked PRIVATE. The target is pulmo_NAME.
function(pulmo_module name)
  cmake_parse_arguments(ARG "" "" "PUBLIC;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.h)
  # Named for a third party: for this module's own sources, and not to compile without it.
  list(FILTER headers EXCLUDE REGEX "_(itk|vtk|torch|gdcm)[.]h$")
  if(sources)
    add_library(pulmo_${name} STATIC ${sources})
    set_target_properties(pulmo_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_include_directories(pulmo_${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(pulmo_${name} PUBLIC ${ARG_PUBLIC} PRIVATE pulmo_warnings ${ARG_PRIVATE})
    set(scope PUBLIC)
  else()  # headers alone
    add_library(pulmo_${name} INTERFACE)
    target_include_directories(pulmo_${name} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(pulmo_${name} INTERFACE ${ARG_PUBLIC})
    set(scope INTERFACE)
  endif()
  target_sources(pulmo_${name} ${scope} FILE_SET headers TYPE HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${headers})
  set_target_properties(pulmo_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
endfunction()

# pulmo_test(SOURCE LABELS labels... LIBS libs...)
#
# One Qt Test executable a file. Label `gui` or `render` runs it on a virtual display of its own.
function(pulmo_test source)
  cmake_parse_arguments(ARG "" "TIMEOUT" "LABELS;LIBS" ${ARGN})
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} ${source})
  set_target_properties(${name} PROPERTIES AUTOMOC ON)
  target_link_libraries(${name} PRIVATE pulmo_warnings Qt6::Test pulmo_test_support ${ARG_LIBS})
  # QTRY macros of Qt 6.7 narrow a count of milliseconds to int. A source's options come after its target's warnings.
  if(Qt6_VERSION VERSION_GREATER_EQUAL 6.7)
    set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS -Wno-conversion)
  endif()
  if("gui" IN_LIST ARG_LABELS OR "render" IN_LIST ARG_LABELS)
    add_test(NAME ${name} COMMAND xvfb-run -a -s "-screen 0 1920x1200x24 -nolisten tcp" $<TARGET_FILE:${name}>)
    set(environment "QT_QPA_PLATFORM=xcb;LIBGL_ALWAYS_SOFTWARE=1")
  else()
    add_test(NAME ${name} COMMAND ${name})
    set(environment "QT_QPA_PLATFORM=offscreen")
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  # Settings of the person who runs the tests are neither read nor written. Qt wants a runtime folder, nobody else's.
  set(home ${CMAKE_BINARY_DIR}/test-home)
  file(MAKE_DIRECTORY ${home}/runtime)
  file(CHMOD ${home}/runtime DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
  list(APPEND environment XDG_CONFIG_HOME=${home}/config XDG_DATA_HOME=${home}/data XDG_CACHE_HOME=${home}/cache
    XDG_STATE_HOME=${home}/state XDG_RUNTIME_DIR=${home}/runtime)
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT} ENVIRONMENT "${environment}")
endfunction()
