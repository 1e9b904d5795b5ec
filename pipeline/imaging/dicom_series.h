// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/scan.h"
#include "pipeline/imaging/dicom_frame.h"
#include "pipeline/imaging/series_stack.h"

namespace pulmo {

/// The frames of one series that fit together: one orientation, matrix and pixel spacing.
struct DicomSeries {
  SeriesFacts facts;
  std::vector<DicomFrame> frames;  ///< in the stack's order; as found where facts.refusal is set
  SliceStack stack;
  double chestScore = 0;
};

/// Sorts frames into series; a SeriesInstanceUID whose frames do not fit together becomes several ("UID#2").
[[nodiscard]] std::vector<DicomSeries> groupSeries(std::vector<DicomFrame> frames);

/// Decodes a series, slices in parallel. A slice that cannot be decoded becomes a gap, filled from its neighbours and
/// said in the notes; more than a tenth of them refuse the series.
/// @return nullopt if stopped
[[nodiscard]] std::optional<Scan> loadDicomSeries(const DicomSeries& series, const StopToken& stop,
                                                  const ProgressSink& progress);

}  // namespace pulmo
