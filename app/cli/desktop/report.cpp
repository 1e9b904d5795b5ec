// SPDX-License-Identifier: Apache-2.0
#include <QGuiApplication>
#include <filesystem>
#include <optional>

#include "app/cli/desktop/desktop_commands.h"
#include "app/cli/desktop/scan_argument.h"
#include "app/cli/output_files.h"
#include "app/cli/segmenter_choice.h"
#include "app/cli/usage.h"
#include "pipeline/core/error.h"
#include "widgets/report/report_maker.h"
#include "widgets/report/report_pdf.h"

namespace pulmo::cli {

namespace {

struct Options {
  ScanArgument scan;
  std::string mask, reference, output, decision, comment, reader;
  bool withIdentity = false;
  MaskMeaning meaning, referenceMeaning;
  SegmenterChoice how;
};

std::optional<ReportDecision> decisionOf(const Options& options) {
  if (!options.decision.empty()) return ReportDecision{options.decision, options.comment, options.reader, timeNow()};
  if (!options.comment.empty() || !options.reader.empty())
    refuseUsage("--comment and --reader belong to a decision: say --decision, too.");
  return std::nullopt;
}

/// The mask of the file, else of the method chosen. @return false if stopped
bool addMask(const Options& options, const Scan& scan, ReportRequest& request, Context& context) {
  if (!options.mask.empty()) {
    request.mask = std::make_shared<const LabelVolume>(
        openMaskArgument(options.mask, &scan, options.meaning, context, &request.notes));
    request.about.file = std::filesystem::path(options.mask).filename().string();
    return true;
  }
  const ChosenSegmenter chosen = makeSegmenter(options.how, context);
  auto found = chosen.segmenter().segment(*scan.ct, context.stop, context.progress);
  if (!found) return false;
  request.mask = std::make_shared<const LabelVolume>(std::move(found->labels));
  request.notes = found->notes;
  if (!chosen.warning.empty()) request.notes.push_back(chosen.warning);
  request.about.method = chosen.segmenter().name();
  if (!chosen.weights.empty()) request.about.weights = chosen.weights.filename().string();
  return true;
}

/// The fonts of a PDF are Qt's. No other command waits for it, and it opens no display.
void writeWithFonts(const ReportContent& content, const Options& options, const Context& context) {
  if (reportFormatOf(options.output) != ReportFormat::Pdf)
    return writeReport(content, options.output, context.overwrite());
  qputenv("QT_QPA_PLATFORM", "offscreen");
  // What goes wrong is thrown; Qt's remarks on the session it is not part of help nobody.
  qInstallMessageHandler([](QtMsgType, const QMessageLogContext&, const QString&) {});
  static char name[] = "pulmo";
  char* arguments[] = {name, nullptr};
  int count = 1;
  const QGuiApplication application(count, arguments);
  writeReport(content, options.output, context.overwrite());
}

void run(const Options& options, Context& context) {
  // Said before the work, not after it.
  const ReportFormat format = asTyped([&] { return reportFormatOf(options.output); });
  requireApart({{"-o", options.output}},
               {{"SCAN", options.scan.path}, {"--mask", options.mask}, {"--reference", options.reference}},
               options.scan.series);
  requireWritable(options.output, context.overwrite());
  ReportRequest request;
  request.decision = decisionOf(options);
  if (options.mask.empty()) (void)chosenWeights(options.how);
  auto scan = openScanArgument(options.scan, context);
  if (!scan) return;
  request.scan = std::make_shared<const Scan>(std::move(*scan));
  if (!addMask(options, *request.scan, request, context)) {
    context.exitCode = kStopped;
    return;
  }
  if (!options.reference.empty()) {
    request.reference = std::make_shared<const LabelVolume>(
        openMaskArgument(options.reference, request.scan.get(), options.referenceMeaning, context, &request.notes));
    request.referenceName = std::filesystem::path(options.reference).filename().string();
  }
  request.withIdentity = options.withIdentity;
  request.pictures = format == ReportFormat::Pdf || format == ReportFormat::Html;
  request.madeAt = timeNow();
  request.version = PULMO_VERSION;
  std::vector<std::string> files{options.mask, options.reference};
  if (request.scan->facts.format != "DICOM") files.push_back(options.scan.path);
  for (const std::string& path : files) request.hidden.push_back(std::filesystem::path(path).filename().string());
  const auto content = makeReport(request, context.stop, context.progress);
  if (!content) {
    context.exitCode = kStopped;
    return;
  }
  writeWithFonts(*content, options, context);
  context.say("Report written to " + options.output + ".");
  if (context.json) {
    nlohmann::json object = nlohmann::json::parse(toJson(*content));
    object["report"] = options.output;
    context.print(object);
  }
}

}  // namespace

void addReport(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "report", "A scan and its lungs on one page: pictures, figures, alarms; no patient named unless asked for");
  addScan(*command, options->scan);
  command->add_option("-o,--output", options->output, "File to write: .pdf .html .json .csv")->required();
  auto* mask =
      command->add_option("--mask", options->mask, "Its lung mask (a volume or DICOM SEG); without, one is made");
  addMaskMeaning(*command, options->meaning, "");
  command->add_option("--reference", options->reference, "The mask to believe: agreement, and errors in colours");
  addMaskMeaning(*command, options->referenceMeaning, "reference-");
  command->add_option("--decision", options->decision, "What a person decided: accepted, corrected or rejected")
      ->check(CLI::IsMember({"accepted", "corrected", "rejected"}));
  command->add_option("--comment", options->comment, "The person's words to it");
  command->add_option("--reader", options->reader, "The person's name");
  command->add_flag("--with-identity", options->withIdentity,
                    "Name the patient, dates and files, which are left out otherwise");
  addSegmenterChoice(*command, options->how);
  for (const char* name : {"--method", "--weights"}) command->get_option(name)->excludes(mask);
  addJson(*command, context);
  addForce(*command, context);
  command->callback([options, &context] { run(*options, context); });
}

}  // namespace pulmo::cli
