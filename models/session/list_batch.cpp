// SPDX-License-Identifier: Apache-2.0
#include "models/session/list_batch.h"

#include <utility>

#include "models/review/review_scan.h"
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
    item.series = search->series[chooseSeries(*search, item.uid)];
    item.problem = item.series->facts.refusal;
    if (!item.problem.empty()) item.series.reset();
  } catch (const Error& e) {
    item.problem = e.what();
  }
  return true;
}

}  // namespace

ListBatch::ListBatch(ListSession& list, const MaskSession& masks, QObject* parent)
    : QObject(parent), list_(list), masks_(masks), job_(tr("Segmenting the list")) {
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
    items.push_back(itemOf(entry, ListSession::fileName(entry)));
    ids.push_back(entry.id);
  }
  if (items.empty()) return Q_EMIT list_.said(tr("Nothing on the list is undecided: there is nothing to segment."));
  struct Counts {
    std::size_t done = 0, failed = 0;
  };
  auto counts = std::make_shared<Counts>();
  job_.run(
      [this, list = of_, file = list_.file(), segmenter = segmenters().at(method), items = std::move(items),
       ids = std::move(ids), counts](const StopToken& stop, const ProgressSink& progress) {
        const MaskMaker maker = makerOf(*segmenter);
        std::vector<BatchItem> found = items;
        for (std::size_t i = 0; i < found.size(); ++i) {
          progress(kPlanShare * static_cast<double>(i) / static_cast<double>(found.size()),
                   "Looking at " + found[i].name);
          if (!findSeries(found[i], stop)) return Outcome::Stopped;
        }
        BatchSettings settings;
        settings.output = fs::path(file.string() + ".predictions") / maker.key().toStdString();
        settings.weights = maker.text().toStdString();
        settings.retryFailed = true;
        std::error_code code;
        fs::create_directories(settings.output, code);  // what is wrong with it, the batch tells
        const BatchResult result = runBatch(
            found, *segmenter, settings, stop,
            [&](double fraction, const std::string& step) { progress(kPlanShare + (1 - kPlanShare) * fraction, step); },
            [&](const BatchRow& row, bool) {
              std::size_t i = 0;
              while (items[i].name != row.name) ++i;
              // Written by the thread that has the list.
              QMetaObject::invokeMethod(
                  this,
                  [this, list, id = ids[i], note = resultOf(row, settings.output, file, maker.text())] {
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
