# SPDX-License-Identifier: Apache-2.0
cmake_policy(VERSION 3.25)
# cmake -DROOT=<source dir> -P check_layering.cmake
#
# Fails on an include that its layer may not have, a banned call, a missing licence line, or a file over its budget.
# CMake's link lines cannot do this: a header of a neighbour's neighbour is found all the same.
#
# folder | project headers it may include | third-party prefixes it may include; first match wins, deeper folders first.
# A module's own public headers are C++ only where the middle column says so by its third party being "-".
set(RULES
  "pipeline/core|pipeline/core/|-"
  "pipeline/metrics|pipeline/core/,pipeline/metrics/|-"
  "pipeline/texture|pipeline/core/,pipeline/metrics/,pipeline/texture/|-"
  "pipeline/simulate|pipeline/core/,pipeline/simulate/|-"
  "pipeline/edit|pipeline/core/,pipeline/edit/|-"
  "pipeline/learn|pipeline/core/,pipeline/metrics/,pipeline/simulate/,pipeline/classical/body_mask.h,pipeline/learn/|torch/,ATen/,c10/,nlohmann/"
  "pipeline/imaging|pipeline/core/,pipeline/imaging/|itk,gdcm"
  "pipeline/dicomseg|pipeline/core/,pipeline/imaging/,pipeline/dicomseg/|dcmtk/"
  "pipeline/batch|pipeline/core/,pipeline/metrics/,pipeline/imaging/,pipeline/dicomseg/,pipeline/alarms/alarms.h,pipeline/report/number_text.h,pipeline/batch/|nlohmann/"
  "pipeline/alarms|pipeline/core/,pipeline/metrics/,pipeline/classical/,pipeline/alarms/|-"
  "pipeline/classical|pipeline/core/,pipeline/classical/|-"
  "pipeline/surface|pipeline/core/,pipeline/surface/|vtk"
  "pipeline/prepare|pipeline/core/,pipeline/simulate/,pipeline/imaging/,pipeline/classical/,pipeline/learn/slice_store.h,pipeline/prepare/|nlohmann/"
  "pipeline/report|pipeline/core/,pipeline/metrics/,pipeline/texture/,pipeline/simulate/,pipeline/report/|nlohmann/"
  "models/support|pipeline/core/,models/support/|Q"
  "models/study|pipeline/core/,models/|Q"
  "models|pipeline/,models/|Q"
  "widgets/scene|pipeline/core/,pipeline/surface/,widgets/scene/|vtk"
  "widgets/view|pipeline/core/,models/,widgets/|Q,vtk"
  "widgets/report|pipeline/core/,pipeline/metrics/,pipeline/alarms/alarms.h,pipeline/surface/,pipeline/report/,models/session/finding.h,widgets/scene/,widgets/report/|Q"
  # panels see data, never the things that do the work
  "widgets|pipeline/core/,pipeline/metrics/metrics.h,pipeline/metrics/hu_histogram.h,pipeline/metrics/aeration_limits.h,pipeline/imaging/mask_io.h,pipeline/imaging/scan_search.h,pipeline/simulate/pathology.h,pipeline/learn/training_config.h,models/,widgets/|Q"
  "app/cli|pipeline/,models/review/,widgets/scene/,widgets/report/,app/cli/,app/exit_code.h|CLI/,nlohmann/,QCoreApplication,QGuiApplication"
  "app/desktop|pipeline/,models/,widgets/,app/desktop/,app/exit_code.h|Q"
  "app|pipeline/core/,app/exit_code.h|-")
set(THIRD_PARTY "^(Q[A-Z]|Qt|vtk|itk|gdcm|dcmtk/|torch/|c10/|ATen/|caffe2/|nlohmann/|CLI/)")
# models are tested without a display: Qt Core and Qt Sql alone
set(NOT_IN_MODELS "^(QWidget|QApplication|QtWidgets|QPainter|QImage|QPixmap|QIcon|QAction|QDialog|QOpenGL|QWindow|QGui)")
set(BANNED "processEvents|[.>]detach\\(\\)|qWait\\(|->terminate\\(|sleep_for|torch::load|torch::jit")
# Nothing talks to a network. A folder is shown by the desktop; an address never is.
string(APPEND BANNED "|QNetwork|QTcpS|QUdpS|QSslS|QWebS|curl/|sys/socket|netinet/|arpa/inet|netdb[.]h|openUrl\\(QUrl\\(")
set(BUDGET_h 200)
set(BUDGET_cpp 500)

file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/pipeline/*.h ${ROOT}/pipeline/*.cpp ${ROOT}/models/*.h
     ${ROOT}/models/*.cpp ${ROOT}/widgets/*.h ${ROOT}/widgets/*.cpp ${ROOT}/app/*.h ${ROOT}/app/*.cpp)
if(NOT files)
  message(FATAL_ERROR "no source below ${ROOT}")
endif()
foreach(file IN LISTS files)
  set(rule "")
  foreach(candidate IN LISTS RULES)
    string(REGEX REPLACE "\\|.*" "" folder "${candidate}")
    if(file MATCHES "^${folder}/")
      set(rule "${candidate}")
      break()
    endif()
  endforeach()
  if(rule STREQUAL "")
    message(SEND_ERROR "${file}: no layer has this folder")
    continue()
  endif()
  string(REPLACE "|" ";" parts "${rule}")
  list(GET parts 1 own)
  list(GET parts 2 third)
  string(REPLACE "," ";" own "${own}")
  string(REPLACE "," ";" third "${third}")
  file(STRINGS ${ROOT}/${file} includes REGEX "^[ \t]*#[ \t]*include")
  foreach(line IN LISTS includes)
    string(REGEX REPLACE ".*[<\"]([^>\"]+)[>\"].*" "\\1" inc "${line}")
    if(inc MATCHES "^(pipeline|models|widgets|app)/")
      set(allowed ${own})
    elseif(inc MATCHES "${THIRD_PARTY}")
      set(allowed ${third})
      # A public header of the pipeline names no third party, whatever its source may use.
      if(file MATCHES "^pipeline/.*[.]h$" AND NOT file MATCHES "_(itk|vtk|torch|gdcm)[.]h$")
        set(allowed "-")
      endif()
      if(file MATCHES "^models/" AND inc MATCHES "${NOT_IN_MODELS}")
        set(allowed "-")
      endif()
    else()
      continue()
    endif()
    set(ok OFF)
    foreach(prefix IN LISTS allowed)
      if(inc MATCHES "^${prefix}")
        set(ok ON)
      endif()
    endforeach()
    if(NOT ok)
      message(SEND_ERROR "${file} may not include ${inc}")
    endif()
  endforeach()
  file(READ ${ROOT}/${file} text)
  set(banned "${BANNED}")
  if(file MATCHES "^pipeline/learn/")  # a tensor's detach() is no thread's
    string(REPLACE "|[.>]detach\\(\\)" "" banned "${banned}")
  endif()
  if(text MATCHES "${banned}")
    message(SEND_ERROR "${file}: banned: ${CMAKE_MATCH_0}")
  endif()
  if(NOT text MATCHES "^// SPDX-License-Identifier: Apache-2.0\n")
    message(SEND_ERROR "${file}: the first line is not its licence")
  endif()
  string(REGEX MATCHALL "\n" newlines "${text}")
  list(LENGTH newlines n)
  string(REGEX REPLACE ".*\\." "" ext "${file}")
  if(n GREATER BUDGET_${ext})
    message(SEND_ERROR "${file}: ${n} lines, budget ${BUDGET_${ext}}")
  endif()
endforeach()
