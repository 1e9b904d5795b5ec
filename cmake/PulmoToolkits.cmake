# SPDX-License-Identifier: Apache-2.0
# Third parties, each found once and offered as one target for PRIVATE linking.

find_package(Threads REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json 3.2 REQUIRED)

# LibTorch: the official wheel's, a distribution's or any other, 1.13 or newer (CMAKE_PREFIX_PATH).
find_package(Torch REQUIRED)
if(Torch_VERSION AND Torch_VERSION VERSION_LESS 1.13)
  message(FATAL_ERROR "LibTorch ${Torch_VERSION} is too old: 1.13 or newer is needed")
endif()
add_library(pulmo_torch INTERFACE)
target_include_directories(pulmo_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
target_link_libraries(pulmo_torch INTERFACE ${TORCH_LIBRARIES})

if(NOT PULMO_DESKTOP)
  return()
endif()

find_package(Qt6 6.4 REQUIRED COMPONENTS Core Gui Widgets OpenGL OpenGLWidgets Sql Svg Test)

# The components are named: asking for all of ITK drags in the VTK bridge and with it Qt 5.
find_package(ITK 5.2 REQUIRED COMPONENTS ITKCommon ITKIOImageBase ITKIOGDCM ITKGDCM ITKIONIFTI ITKIONRRD ITKIOMeta
  ITKIOTIFF ITKDistanceMap)
# Not ITK_USE_FILE: it registers factories (every reader is made by name here) and lets each folder see ITK's headers.
add_library(pulmo_itk INTERFACE)
target_include_directories(pulmo_itk SYSTEM INTERFACE ${ITK_INCLUDE_DIRS})
target_link_libraries(pulmo_itk INTERFACE ${ITK_LIBRARIES})

# DCMTK writes DICOM SEG. Its own targets, not DCMTK_LIBRARIES: one folder needs a few of its twenty libraries.
find_package(DCMTK 3.6.7 CONFIG REQUIRED)
add_library(pulmo_dcmtk INTERFACE)
target_include_directories(pulmo_dcmtk SYSTEM INTERFACE ${DCMTK_INCLUDE_DIRS})
target_link_libraries(pulmo_dcmtk INTERFACE DCMTK::dcmseg DCMTK::dcmfg DCMTK::dcmiod DCMTK::dcmdata DCMTK::oflog
  DCMTK::ofstd)

find_package(VTK 9.1 REQUIRED COMPONENTS CommonCore CommonDataModel CommonExecutionModel CommonTransforms
  FiltersCore FiltersGeneral FiltersGeometry FiltersModeling FiltersSources ImagingCore ImagingGeneral ImagingHybrid
  IOGeometry IOImage IOPLY RenderingCore RenderingOpenGL2 RenderingFreeType RenderingAnnotation RenderingContext2D RenderingContextOpenGL2
  InteractionStyle InteractionWidgets ChartsCore ViewsContext2D
  OPTIONAL_COMPONENTS IOOggTheora)  # movies; a distribution may leave it out
add_library(pulmo_vtk INTERFACE)
target_link_libraries(pulmo_vtk INTERFACE ${VTK_LIBRARIES})
