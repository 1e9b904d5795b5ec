// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>

#include "pipeline/core/atomic_file.h"
#include "pipeline/report/report_content.h"

namespace pulmo {

/// Writes the report as a PDF on A4, letters as text with their fonts, pictures at the resolution of print. One page; a
/// second one only for what has no room on it. What the file says about itself names no patient.
///
/// @pre a QGuiApplication exists
/// @throws Error{Unsupported} if the system has no font; as writeAtomically
/// @thread any
void writePdf(const ReportContent& content, const std::filesystem::path& path, Overwrite overwrite);

/// Writes the report in the format of the name's ending.
/// @pre for a PDF, a QGuiApplication exists
/// @throws as reportFormatOf and writePdf
void writeReport(const ReportContent& content, const std::filesystem::path& path, Overwrite overwrite);

}  // namespace pulmo
