// SPDX-License-Identifier: Apache-2.0
#include "widgets/report/report_pdf.h"

#include "pipeline/report/report_rows.h"
#include "widgets/report/report_maker.h"
#include "widgets/report/report_page.h"

namespace pulmo {

void writePdf(const ReportContent& content, const std::filesystem::path& path, Overwrite overwrite) {
  writeAtomically(path, overwrite, [&](const std::filesystem::path& temporary) {
    ReportSheet sheet(QString::fromStdString(temporary.string()), QStringLiteral("Lung report"),
                      QString::fromStdString(cleanText("Pulmoscope " + content.version)));
    ReportPage(content, sheet).write();
    sheet.finish();
  });
}

void writeReport(const ReportContent& content, const std::filesystem::path& path, Overwrite overwrite) {
  switch (reportFormatOf(path)) {
    case ReportFormat::Pdf:
      return writePdf(content, path, overwrite);
    case ReportFormat::Html:
      return writeAtomically(path, overwrite, toHtml(content));
    case ReportFormat::Json:
      return writeAtomically(path, overwrite, toJson(content) + "\n");
    case ReportFormat::Csv:
      return writeAtomically(path, overwrite, toCsv(content));
  }
}

}  // namespace pulmo
