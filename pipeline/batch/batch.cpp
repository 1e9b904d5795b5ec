// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/batch.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <new>

#include "pipeline/alarms/alarms.h"
#include "pipeline/batch/output_lock.h"
#include "pipeline/core/atomic_file.h"
#include "pipeline/core/error.h"
#include "pipeline/dicomseg/segmentation_file.h"
#include "pipeline/imaging/image_file.h"
#include "pipeline/metrics/densitometry.h"
#include "pipeline/metrics/volumetry.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

constexpr const char* kState = "batch.json";
constexpr const char* kTable = "batch.csv";

ProgressSink part(const ProgressSink& whole, double from, double to) {
  return [&whole, from, to](double fraction, const std::string& step) { whole(from + (to - from) * fraction, step); };
}

void addAlarms(const std::vector<Alarm>& alarms, BatchRow& row) {
  for (const Alarm& alarm : alarms) {
    ++(alarm.severity == Severity::Serious   ? row.serious
       : alarm.severity == Severity::Warning ? row.warnings
                                             : row.notes);
    if (std::find(row.alarmKinds.begin(), row.alarmKinds.end(), keyOf(alarm.kind)) == row.alarmKinds.end())
      row.alarmKinds.emplace_back(keyOf(alarm.kind));
  }
}

void addDensity(const std::vector<MeasuredRegion>& regions, BatchRow& row) {
  for (const MeasuredRegion& region : regions) {
    if (region.zone != LungZone::Whole) continue;
    const Densitometry& d = region.density;
    (region.part == LungPart::Right  ? row.right
     : region.part == LungPart::Left ? row.left
                                     : row.both) = {d.meanHu, d.percentile15Hu, d.lowPercent[0], d.highPercent[0]};
  }
}

/// One run over the items.
class Run {
 public:
  Run(const Segmenter& segmenter, const BatchSettings& settings, const StopToken& stop)
      : segmenter_(segmenter), settings_(settings), stop_(stop) {
    if (!isSegmentationFileName("mask" + settings.ending)) requireWritableFormat("mask" + settings.ending);
    openFolder();
  }

  [[nodiscard]] const BatchTable& table() const { return table_; }

  /// The item's row of an earlier run, if it need not be done again.
  [[nodiscard]] const BatchRow* earlier(const BatchItem& item) const {
    const BatchRow* row = table_.find(item.name);
    if (!row || row->uid != asWritten(item.uid) || row->source != asWritten(item.source.string())) return nullptr;
    if (!row->error.empty()) return settings_.retryFailed ? nullptr : row;
    std::error_code ec;
    const auto made = fs::last_write_time(settings_.output / row->mask, ec);
    if (ec) return nullptr;  // there is no mask
    // A file that was replaced since is another scan. A folder's time says less: it changes with every file in it.
    const bool changed = fs::is_regular_file(item.source, ec) && fs::last_write_time(item.source, ec) > made;
    return changed ? nullptr : row;
  }

  /// @return null if stopped
  const BatchRow* process(const BatchItem& item, const ProgressSink& progress) {
    BatchRow row;
    row.name = item.name;
    row.source = asWritten(item.source.string());
    row.uid = asWritten(item.uid);
    const auto start = std::chrono::steady_clock::now();
    writing_ = false;
    try {
      if (!segment(item, row, progress)) return nullptr;
    } catch (const Error& e) {
      if (writing_ && e.kind() == ErrorKind::Io) throw;  // a full disk is not the scan's fault
      row.error = e.what();
    } catch (const std::bad_alloc&) {
      row.error = "There is not enough memory for this scan.";
    }
    if (!row.error.empty()) row.mask.clear();
    row.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    table_.put(std::move(row));
    writeState();
    return table_.find(item.name);
  }

 private:
  void openFolder() {
    std::error_code ec;
    if (!fs::exists(settings_.output, ec)) fs::create_directory(settings_.output, ec);
    if (!fs::is_directory(settings_.output, ec))
      throw Error(ErrorKind::Io, "The folder " + settings_.output.string() + " cannot be made.", ec.message());
    lock_.emplace(settings_.output);
    const fs::path state = settings_.output / kState;
    const BatchTable fresh{segmenter_.name(), settings_.weights, settings_.ending, {}};
    table_ = fresh;
    if (!settings_.startOver && fs::exists(state)) {
      std::ifstream in(state, std::ios::binary);
      table_ = parseBatchTable({std::istreambuf_iterator<char>(in), {}}, state.string());
      if (table_.method != fresh.method || table_.weights != fresh.weights || table_.ending != fresh.ending)
        throw Error(ErrorKind::InvalidInput, settings_.output.string() + " was begun with " + table_.method +
                                                 " and masks as " + table_.ending +
                                                 (table_.weights.empty() ? "" : ", weights " + table_.weights) +
                                                 ": go on with these, take another folder, or start over (--force).");
    } else if (!settings_.startOver) {
      for (const auto& entry : fs::directory_iterator(settings_.output))
        if (entry.path().filename() != OutputLock::kFile)
          throw Error(ErrorKind::Io,
                      settings_.output.string() + " holds files and is no batch's folder: take a new or an empty one.");
    }
    writeState();  // what the person may not write into is said before the work
  }

  /// @return false if stopped
  bool segment(const BatchItem& item, BatchRow& row, const ProgressSink& progress) {
    if (!item.series) throw Error(ErrorKind::InvalidInput, item.problem);
    const auto scan = loadScan(*item.series, stop_, part(progress, 0, 0.2));
    if (!scan) return false;
    row.remarks = scan->notes;
    if (isSegmentationFileName("mask" + settings_.ending)) requireSegmentationSource(scan->source);
    const auto found = segmenter_.segment(*scan->ct, stop_, part(progress, 0.2, 0.9));
    if (!found) return false;
    row.remarks.insert(row.remarks.end(), found->notes.begin(), found->notes.end());
    const auto alarms = findAlarms(found->labels, scan->ct.get(), stop_, part(progress, 0.9, 1));
    if (!alarms) return false;
    const auto density = measureDensity(*scan->ct, found->labels, {}, stop_);
    if (!density) return false;
    addAlarms(*alarms, row);
    addDensity(*density, row);
    const LungVolumes volumes = measureVolumes(found->labels);
    row.rightMl = volumes.rightMl;
    row.leftMl = volumes.leftMl;
    row.bothMl = volumes.bothMl;
    row.mask = item.name + settings_.ending;
    writing_ = true;
    const std::string note = exportMask(settings_.output / row.mask, found->labels, scan->source,
                                        {MaskOrigin::Automatic, segmenter_.name(), false}, Overwrite::Replace);
    if (!note.empty()) row.remarks.push_back(note);
    return true;
  }

  void writeState() const {
    writeAtomically(settings_.output / kTable, Overwrite::Replace, toCsv(table_));
    writeAtomically(settings_.output / kState, Overwrite::Replace, toJson(table_));
  }

  const Segmenter& segmenter_;
  const BatchSettings& settings_;
  const StopToken& stop_;
  std::optional<OutputLock> lock_;
  BatchTable table_;
  bool writing_ = false;  ///< the mask of the scan at hand
};

}  // namespace

BatchResult runBatch(const std::vector<BatchItem>& items, const Segmenter& segmenter, const BatchSettings& settings,
                     const StopToken& stop, const ProgressSink& progress, const BatchRowSink& onRow) {
  Run run(segmenter, settings, stop);
  BatchResult result;
  const auto count = static_cast<double>(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string which = std::to_string(i + 1) + " of " + std::to_string(items.size()) + ", " + items[i].name;
    const ProgressSink within = [&](double fraction, const std::string& step) {
      if (progress) progress((static_cast<double>(i) + fraction) / count, std::string(which).append(": ").append(step));
    };
    const BatchRow* row = run.earlier(items[i]);
    const bool earlier = row != nullptr;
    if (!row && !stop.stop_requested()) row = run.process(items[i], within);
    if (!row) {
      result.outcome = Outcome::Stopped;
      ++result.left;
      continue;  // counts what an earlier run has done
    }
    if (!row->error.empty()) ++result.failed;
    if (onRow) onRow(*row, earlier);
  }
  result.table = run.table();
  return result;
}

}  // namespace pulmo
