// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/atomic_file.h"
#include "pipeline/core/progress.h"
#include "pipeline/core/triangle_mesh.h"
#include "pipeline/report/report_content.h"

namespace pulmo {

/// What a report shall be about.
struct ReportRequest {
  ScanPtr scan;
  LabelPtr mask;
  ReportMask about;
  LabelPtr reference;         ///< null = none
  std::string referenceName;  ///< of a file
  std::optional<ReportDecision> decision;
  std::vector<std::string> notes;   ///< about the mask
  std::vector<std::string> hidden;  ///< names of files: as for makeAnonymous
  bool withIdentity = false;        ///< names the patient
  bool pictures = true;
  /// The mask's surfaces, SurfaceQuality::View, where they are there already; null = to be made.
  std::shared_ptr<const std::vector<TriangleMesh>> lungs;
  std::string madeAt, version;
};

enum class ReportFormat { Pdf, Html, Json, Csv };

/// By the name's ending.
/// @throws Error{Unsupported} for another one
[[nodiscard]] ReportFormat reportFormatOf(const std::filesystem::path& path);

/// Measures, compares, looks for alarms and draws.
/// @pre scan and mask, on one grid
/// @return nullopt if stopped
/// @throws Error as the functions that measure
/// @thread any, without a display; uses all processors
/// @cost some seconds for 512 x 512 x 300
[[nodiscard]] std::optional<ReportContent> makeReport(const ReportRequest& request, const StopToken& stop,
                                                      const ProgressSink& progress);

/// Now, in UTC: "2026-11-29T21:14:05Z".
[[nodiscard]] std::string timeNow();

}  // namespace pulmo
