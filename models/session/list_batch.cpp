// SPDX-License-Identifier: Apache-2.0
#include "models/session/list_batch.h"

#include <utility>

#include "models/session/weights_name.h"
#include "pipeline/batch/batch.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

constexpr double kPlanShare = 0.05;  // of the progress: headers are read much faster than scans are segmented

/// What a scan of the list is to a batch. @return false if stopped
bool findSeries(BatchItem& item, const StopToken& stop) {
  try {
    const auto search = findScans({item.source}, stop, {});
    if (!search) return false;
    const bool volume = item.uid == item.source.filename().string();
    item.series = search->series[chooseSeries(*search, volume ? std::string() : item.uid)];
    item.problem = item.series->facts.refusal;
    if (!item.problem.empty()) item.series.reset();
  } catch (const Error& e) {
    item.problem = e.what();
  }
  return true;
}

ReviewResult resultOf(const BatchRow& row, const QString& folder, const QString& maker) {
  ReviewResult result;
  result.problem = QString::fromStdString(row.error);
  if (!row.error.empty()) return result;
  result.prediction = folder + '/' + QString::fromStdString(row.mask);
  result.weights = maker;
  result.alarms = AlarmCounts{row.serious, row.warnings, row.notes};
  return result;
}

}  // namespace

ListBatch::ListBatch(ListSession& list, std::vector<MaskSession::SegmenterPtr> segmenters, QObject* parent)
    : QObject(parent), list_(list), segmenters_(std::move(segmenters)), job_(tr("Segmenting the list")) {
  connect(&list_, &ListSession::listChanged, this, [this] {
    if (list_.list() != of_) job_.cancel();
  });
}

void ListBatch::start(std::size_t method) {
  if (!list_.list()) return;
  of_ = list_.list();
  std::vector<BatchItem> items;
  std::vector<qint64> ids;
  for (const ReviewEntry& entry : list_.entries()) {
    if (!isUndecided(entry.state)) continue;
    BatchItem& item = items.emplace_back();
    item.name = ListSession::fileName(entry).toStdString();
    item.source = entry.source.toStdString();
    item.uid = entry.uid.toStdString();
    ids.push_back(entry.id);
  }
  if (items.empty()) return Q_EMIT list_.said(tr("Nothing on the list is undecided: there is nothing to segment."));
  struct Counts {
    std::size_t done = 0, failed = 0;
  };
  auto counts = std::make_shared<Counts>();
  job_.run(
      [this, list = of_, file = list_.file(), segmenter = segmenters_.at(method), items = std::move(items),
       ids = std::move(ids), counts](const StopToken& stop, const ProgressSink& progress) {
        const MaskMaker maker = makerOf(*segmenter);
        std::vector<BatchItem> found = items;
        for (std::size_t i = 0; i < found.size(); ++i) {
          progress(kPlanShare * static_cast<double>(i) / static_cast<double>(found.size()),
                   "Looking at " + found[i].name);
          if (!findSeries(found[i], stop)) return Outcome::Stopped;
        }
        const QString folder = QString::fromStdString(file.filename().string()) + ".predictions/" + maker.key();
        BatchSettings settings;
        settings.output = file.parent_path() / folder.toStdString();
        settings.weights = maker.text().toStdString();
        settings.retryFailed = true;
        std::error_code code;
        fs::create_directories(settings.output, code);  // what is wrong with it, the batch tells
        const BatchResult result = runBatch(
            found, *segmenter, settings, stop,
            [&](double fraction, const std::string& step) {
              progress(kPlanShare + (1 - kPlanShare) * fraction, step);
            },
            [&](const BatchRow& row, bool) {
              std::size_t i = 0;
              while (items[i].name != row.name) ++i;
              // Written by the thread that has the list.
              QMetaObject::invokeMethod(
                  this, [this, list, id = ids[i], note = resultOf(row, folder, maker.text())] {
                    list_.noteResult(list, id, note);
                  },
                  Qt::QueuedConnection);
            });
        counts->failed = result.failed;
        counts->done = found.size() - result.failed - result.left;
        return result.outcome;
      },
      [this, counts] {
        Q_EMIT list_.said(counts->failed == 0
                              ? tr("The list is segmented: %1 scans.").arg(counts->done)
                              : tr("The list is segmented: %1 scans; %2 failed, the column Alarms says why.")
                                    .arg(counts->done)
                                    .arg(counts->failed));
      });
}

}  // namespace pulmo
