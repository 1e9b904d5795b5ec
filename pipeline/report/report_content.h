// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/scan.h"
#include "pipeline/metrics/densitometry.h"
#include "pipeline/metrics/lung_histogram.h"
#include "pipeline/metrics/metrics.h"
#include "pipeline/metrics/volumetry.h"
#include "pipeline/metrics/worst_places.h"

namespace pulmo {

struct ReportPatient {
  std::string name;  ///< as DICOM writes it: "Family^Given"
  std::string id, birthDate, sex;
};

/// What made the mask.
struct ReportMask {
  std::string method;   ///< "unet", "threshold", "edited"; "" = came as a file
  std::string file;     ///< its name; "" = not to be named
  std::string weights;  ///< name of the network's file; "" = none
  std::string card;     ///< what the network says about itself; "" = nothing
};

/// What a person has decided about the mask.
struct ReportDecision {
  std::string state;    ///< "accepted", "corrected", "rejected"
  std::string comment;  ///< these may be empty
  std::string reader;
  std::string when;  ///< ISO 8601
};

/// An alarm as text: pipeline/alarms is not known here.
struct ReportAlarm {
  std::string kind, severity, label;  ///< keys, as `pulmo measure --json` has them
  std::string title, sentence;        ///< "Piece apart", and a sentence with numbers
  std::string where;                  ///< "Right lung, lower third, slice 34 of 133"
  Point3 positionMm{0, 0, 0};         ///< LPS
  std::optional<double> ml, mm;
  Index3 voxel{0, 0, 0};  ///< of the canonical grid
};

/// A place where the mask differs from the reference.
struct ReportPlace {
  WorstPlace place;
  std::string where;
};

/// A picture without any writing in it: letters, ruler and caption are laid over it by what shows it.
struct ReportPicture {
  std::string key;      ///< "axial", "coronal", "sagittal", "front", "right", "left"
  std::string caption;  ///< "Axial, slice 67 of 133 (−123.5 mm)"
  std::string png;      ///< the file's bytes
  int width = 0, height = 0;
  std::string left, right, top, bottom;  ///< the patient's directions: "R", "L", "S", "I"
  double pixelsPerMm = 0;                ///< 0 = not known: no ruler
  bool dark = true;                      ///< whether what is laid over it is to be light
  bool surface = false;                  ///< of the 3-D lungs
};

/// One scan and its mask, for a page: plain values. All text is UTF-8 as it came; who shows it has to escape it.
struct ReportContent {
  std::optional<ReportPatient> patient;  ///< absent: anonymous
  SeriesFacts scan;                      ///< without what names the patient; see makeAnonymous
  bool spacingKnown = true;
  Point3 voxelMm{1, 1, 1};
  std::vector<std::string> notes;  ///< about the scan and the mask, in sentences
  ReportMask mask;
  LungVolumes volumes;
  std::vector<MeasuredRegion> density;
  LungHistogram histogram;
  std::optional<Metrics> agreement;                       ///< absent: no reference
  std::string reference;                                  ///< its name; "" = not to be named
  std::vector<ReportPlace> places;                        ///< worst first
  double errorLimitMm = 0;                                ///< of the colours of the 3-D lungs; 0 = coloured by side
  std::array<std::array<std::uint8_t, 3>, 3> errorRgb{};  ///< missed, agreed, added
  std::vector<ReportAlarm> alarms;                        ///< most serious first
  std::optional<ReportDecision> decision;
  std::vector<ReportPicture> pictures;
  std::string madeAt;   ///< ISO 8601
  std::string version;  ///< of the program
};

/// Takes out what names a patient: name, number, birth date, sex, dates, file names, and each text in which the name,
/// the number or one of `hidden` stands. UIDs of DICOM stay: without them nobody could tell which scan the figures are
/// of. What a person wrote into the decision stays, too: it is theirs to write.
/// @param hidden  names of files, which people like to call after patients
void makeAnonymous(ReportContent& content, const std::vector<std::string>& hidden);

/// All figures as one JSON object, pictures left out: `scan` as `pulmo info --json` (without its date where nobody is
/// named), `volumes`, `density` and `alarms` as `pulmo measure --json`, `metrics` and `worst_places` as `pulmo compare
/// --json`.
[[nodiscard]] std::string toJson(const ReportContent& content);

/// The same as one table: section, label, zone, figure, value.
[[nodiscard]] std::string toCsv(const ReportContent& content);

/// One page that needs no other file and loads none: pictures are in it, nothing in it runs, it prints on A4.
[[nodiscard]] std::string toHtml(const ReportContent& content);

/// As `pulmo info --json` prints it: neither a patient's name nor number.
[[nodiscard]] std::string toJson(const SeriesFacts& facts);

}  // namespace pulmo
