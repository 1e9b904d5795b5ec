# SPDX-License-Identifier: Apache-2.0
# What is installed, and the package made of it (./dev package).
include(GNUInstallDirs)
set(CMAKE_INSTALL_DOCDIR ${CMAKE_INSTALL_DATADIR}/doc/pulmoscope)  # as the package is named, not the project
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)  # the package holds two programs, not the benchmarks

# LibTorch is the one library that no distribution has as we use it: it lies beside the program, for the program alone.
set(PULMO_PRIVATE_LIBDIR ${CMAKE_INSTALL_LIBDIR}/pulmoscope)
foreach(program pulmo pulmoscope)
  set_target_properties(${program} PROPERTIES INSTALL_RPATH "$ORIGIN/../${PULMO_PRIVATE_LIBDIR}"
    INSTALL_RPATH_USE_LINK_PATH OFF)
  # RPATH, not RUNPATH: in the archive it also has to serve what the bundled libraries need.
  target_link_options(${program} PRIVATE "LINKER:--disable-new-dtags")
  # The linker makes the build's number of the build folder's path, too; without it two folders give the same package.
  target_link_options(${program} PRIVATE "$<$<CONFIG:Release>:LINKER:--build-id=none>")
endforeach()
install(TARGETS pulmo pulmoscope RUNTIME_DEPENDENCY_SET pulmo_libraries DESTINATION ${CMAKE_INSTALL_BINDIR})
install(RUNTIME_DEPENDENCY_SET pulmo_libraries DESTINATION ${PULMO_PRIVATE_LIBDIR}
  DIRECTORIES ${TORCH_INSTALL_PREFIX}/lib
  PRE_INCLUDE_REGEXES "^lib(torch|torch_cpu|c10|gomp[-.a-z0-9]*)\\.so"
  PRE_EXCLUDE_REGEXES ".*"
  # The distribution's own, with --torch=system, stays where it is.
  POST_EXCLUDE_REGEXES "^/usr/lib/" "^/lib/")

# CPack strips what was built here alone; these are a fifth smaller without their symbols.
install(CODE "
  file(GLOB libraries \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${PULMO_PRIVATE_LIBDIR}/lib*.so*\")
  if(libraries)
    execute_process(COMMAND \"${CMAKE_STRIP}\" --strip-unneeded \${libraries} COMMAND_ERROR_IS_FATAL ANY)
  endif()")

set(data ${CMAKE_INSTALL_DATADIR})
set(resources ${PROJECT_SOURCE_DIR}/resources)
set(made ${CMAKE_BINARY_DIR}/made)  # by ./dev package
install(FILES ${resources}/weights/lungs.pth ${resources}/weights/README.md DESTINATION ${data}/pulmoscope/weights)
install(DIRECTORY ${resources}/presets DESTINATION ${data}/pulmoscope FILES_MATCHING PATTERN "*.json")
install(FILES ${resources}/desktop/org.pulmoscope.Pulmoscope.desktop DESTINATION ${data}/applications)
install(FILES ${resources}/desktop/org.pulmoscope.Pulmoscope.metainfo.xml DESTINATION ${data}/metainfo)
install(FILES ${resources}/desktop/pulmoscope-mime.xml DESTINATION ${data}/mime/packages RENAME pulmoscope.xml)
install(FILES ${resources}/icons/pulmoscope.svg DESTINATION ${data}/icons/hicolor/scalable/apps)
install(DIRECTORY ${made}/icons/ DESTINATION ${data}/icons/hicolor OPTIONAL)
install(FILES ${resources}/desktop/pulmo.bash-completion DESTINATION ${data}/bash-completion/completions RENAME pulmo)
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
# Not with the documents: what a program reads must be there where those are stripped.
install(DIRECTORY docs/guide docs/pictures DESTINATION ${data}/pulmoscope/docs FILES_MATCHING PATTERN "*.md" PATTERN "*.png")
file(GLOB licences ${TORCH_INSTALL_PREFIX}/../torch-*.dist-info/licenses)
foreach(folder ${licences})  # none for the distribution's
  install(DIRECTORY ${folder}/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/libtorch)
endforeach()
install(DIRECTORY ${made}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 OPTIONAL)
install(FILES ${made}/pulmoscope.spdx.json DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME pulmoscope)
set(CPACK_PACKAGE_VENDOR "Pulmoscope")
set(CPACK_PACKAGE_CONTACT "The Pulmoscope project <pulmoscope@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "lungs on chest CT: see, segment, review, train")
set(CPACK_PACKAGE_DESCRIPTION
"Opens chest CT series, finds the right and the left lung also where disease is
as dense as the chest wall, shows where a mask is wrong on the 3-D lungs, and
corrects, measures and hands it on. Trains networks against simulated disease
in the window. For research only; not a medical device.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${TORCH_INSTALL_PREFIX}/lib)
# Plugins that Qt opens by name, which no link shows. Where the icons' plugin is in a package of its own, that one.
set(plugins "libqt6sql6-sqlite, fonts-dejavu-core, libgl1, libqt6svg6")
execute_process(COMMAND dpkg-query -W qt6-svg-plugins OUTPUT_QUIET ERROR_QUIET RESULT_VARIABLE no_plugins)
if(no_plugins EQUAL 0)
  string(APPEND plugins ", qt6-svg-plugins")
endif()
set(CPACK_DEBIAN_PACKAGE_DEPENDS "${plugins}")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libgl1-mesa-dri")
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_THREADS 0)
include(CPack)
