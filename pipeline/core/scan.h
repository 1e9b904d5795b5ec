// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/volume.h"

namespace pulmo {

/// What is known of a scan from its headers alone.
struct SeriesFacts {
  std::string uid;          ///< SeriesInstanceUID; for other formats the file's name
  std::string studyUid;     ///< StudyInstanceUID; "" in other formats
  std::string format;       ///< "DICOM", "NIfTI", "NRRD", "MetaImage", "TIFF", "Phantom"
  std::string modality;     ///< "CT", ... ; "" if the format does not say
  std::string description;  ///< SeriesDescription
  std::string studyDescription;
  std::string date;         ///< ISO 8601, "" if absent
  std::string patientName;  ///< shown in the window, written into a file only where a person asked for it; in no log
  std::string patientId, patientBirthDate, patientSex;  ///< likewise; the date in ISO 8601
  std::string kernel;
  std::string manufacturer;    ///< with the model
  std::string transferSyntax;  ///< in words
  std::string orientation;     ///< "axial", "coronal", "sagittal", "oblique", "mixed", "" if unknown
  int columns = 0, rows = 0, slices = 0;
  std::array<double, 2> pixelSpacingMm{0, 0};  ///< along a row (x), along a column (y); 0 = not given
  std::optional<double> sliceSpacingMm;        ///< between positions (median)
  std::optional<double> thicknessMm;
  std::optional<double> gantryTiltDeg;  ///< measured from the geometry
  std::vector<std::string> warnings;    ///< sentences for the person
  std::string refusal;                  ///< why it cannot be opened as a volume; "" if it can
};

/// The images that a DICOM scan was read from: what a file derived from it refers to.
struct DicomSource {
  struct Slice {
    std::string sopClassUid, sopInstanceUid;
    int frame = 0;               ///< counted from 1 within a multi-frame file; 0 = the file is one image
    Point3 positionMm{0, 0, 0};  ///< centre of the first pixel, as in the header
  };
  std::string studyUid, seriesUid;
  std::string frameOfReferenceUid;    ///< "" if the header has none
  std::optional<double> thicknessMm;  ///< of a slice
  std::string firstFile;              ///< one of the files, for attributes that all of them share
  std::vector<Slice> slices;          ///< in the order of the source grid's third axis
};

/// How canonical voxels lie in the source, so that a mask goes out on exactly the input's grid.
///
/// Axis k of the source runs along canonical axis `axis[k]`, backwards if `flipped[k]`. Where the scan had to be
/// resampled (uneven spacing, tilt), `resampled` is set and `slicePositions` gives each source slice.
struct SourceGeometry {
  Grid grid;  ///< the source's own, exactly as in the file
  std::array<int, 3> axis{0, 1, 2};
  std::array<bool, 3> flipped{false, false, false};
  bool resampled = false;
  std::vector<Point3> sliceOriginsMm;  ///< resampled only: centre of the first voxel of each source slice, in order
  std::string path;                    ///< file, or folder of a DICOM series
  std::shared_ptr<const DicomSource> dicom;  ///< null: not DICOM, or slices that do not say where they lie
};

/// An opened scan: what crosses from the reader to everything else.
struct Scan {
  CtPtr ct;  ///< HU on the canonical grid
  SeriesFacts facts;
  SourceGeometry source;
  std::vector<std::string> notes;  ///< what was done or noticed while reading, in sentences with mm
};

using ScanPtr = std::shared_ptr<const Scan>;

}  // namespace pulmo
