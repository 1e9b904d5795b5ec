// SPDX-License-Identifier: Apache-2.0
#include "models/session/scan_session.h"

#include <utility>

#include "pipeline/simulate/phantom.h"

namespace pulmo {

namespace {

ProgressSink part(const ProgressSink& whole, double from, double to) {
  return [whole, from, to](double fraction, const std::string& step) { whole(from + (to - from) * fraction, step); };
}

}  // namespace

ScanSession::ScanSession(Study& study, QObject* parent) : QObject(parent), study_(study), job_(tr("Opening")) {}

void ScanSession::open(const std::vector<std::filesystem::path>& paths, const QString& uid) {
  if (!mayLeave([this, paths, uid] { open(paths, uid); })) return;
  struct Result {
    std::shared_ptr<const ScanSearch> found;
    std::size_t index = 0;
    Scan scan;
  };
  auto result = std::make_shared<Result>();
  job_.run(
      [this, request = ++requests_, paths, id = uid.toStdString(), result](const StopToken& stop,
                                                                           const ProgressSink& progress) {
        auto found = findScans(paths, stop, part(progress, 0, 0.3));
        if (!found) return Outcome::Stopped;
        result->found = std::make_shared<const ScanSearch>(std::move(*found));
        QMetaObject::invokeMethod(
            this,
            [this, request, paths, found = result->found] {
              if (request == requests_ && !found->series.empty()) publish(*found, paths);
            },
            Qt::QueuedConnection);
        result->index = chooseSeries(*result->found, id);
        auto scan = loadScan(result->found->series[result->index], stop, part(progress, 0.3, 1));
        if (!scan) return Outcome::Stopped;
        result->scan = std::move(*scan);
        return Outcome::Completed;
      },
      [this, paths, result] { take(*result->found, paths, result->index, std::move(result->scan)); });
}

void ScanSession::openSeries(std::size_t index) {
  const auto later = [this, paths = searchedPaths_, index] {
    if (paths == searchedPaths_ && index < search_.series.size()) openSeries(index);
  };
  if (!mayLeave(later)) return;
  ++requests_;
  auto found = std::make_shared<const ScanSearch>(search_);
  auto result = std::make_shared<Scan>();
  job_.run(
      [series = found->series.at(index), result](const StopToken& stop, const ProgressSink& progress) {
        auto scan = loadScan(series, stop, progress);
        if (!scan) return Outcome::Stopped;
        *result = std::move(*scan);
        return Outcome::Completed;
      },
      [this, found, paths = searchedPaths_, index, result] { take(*found, paths, index, std::move(*result)); });
}

void ScanSession::openPhantom(std::uint64_t seed) {
  if (!mayLeave([this, seed] { openPhantom(seed); })) return;
  ++requests_;
  auto result = std::make_shared<PhantomCase>();
  job_.run(
      [seed, result](const StopToken& stop, const ProgressSink& progress) {
        PhantomSpec spec;
        spec.seed = seed;
        auto made = makePhantom(spec, stop, progress);
        if (!made) return Outcome::Stopped;
        *result = std::move(*made);
        return Outcome::Completed;
      },
      [this, seed, result] {
        const Grid grid = result->ct.grid();
        Scan scan;
        scan.facts.uid = "phantom-" + std::to_string(seed);
        scan.facts.format = "Phantom";
        scan.facts.modality = "CT";
        scan.facts.description = "Built-in phantom, seed " + std::to_string(seed);
        scan.facts.orientation = "axial";
        scan.facts.columns = grid.size[0];
        scan.facts.rows = grid.size[1];
        scan.facts.slices = grid.size[2];
        scan.facts.pixelSpacingMm = {grid.spacingMm[0], grid.spacingMm[1]};
        scan.facts.sliceSpacingMm = grid.spacingMm[2];
        scan.source.grid = grid;
        scan.source.path = "phantom";
        scan.ct = std::make_shared<const CtVolume>(std::move(result->ct));
        ScanSearch found;
        found.series.push_back({scan.facts, nullptr, 1, false, {}});
        take(found, {}, 0, std::move(scan));
        study_.setReference(
            {std::make_shared<const LabelVolume>(std::move(result->lungs)), tr("exact, from the phantom")});
      });
}

void ScanSession::publish(const ScanSearch& found, const Paths& paths) {
  search_ = found;
  searchedPaths_ = paths;
  current_.reset();
  Q_EMIT searchChanged();
}

void ScanSession::take(const ScanSearch& found, const Paths& paths, std::size_t index, Scan scan) {
  search_ = found;
  searchedPaths_ = paths_ = paths;
  current_ = index;
  study_.setScan(std::make_shared<const Scan>(std::move(scan)));
  Q_EMIT searchChanged();
}

}  // namespace pulmo
