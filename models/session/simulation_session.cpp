// SPDX-License-Identifier: Apache-2.0
#include "models/session/simulation_session.h"

#include <algorithm>
#include <utility>

#include "pipeline/imaging/mask_io.h"
#include "pipeline/report/pathology_json.h"

namespace pulmo {

namespace {

Grid sliceGrid(const Grid& grid, int z) {
  Grid flat = grid;
  flat.originMm = toPatient(grid, Index3{0, 0, z});
  flat.size[2] = 1;
  return flat;
}

/// The share of the lung voxels that are lesion, in %; absent where there is no lung.
std::optional<double> shareOf(const std::uint8_t* lesions, const std::uint8_t* lungs, std::size_t count) {
  std::size_t lung = 0, ill = 0;
  for (std::size_t i = 0; i < count; ++i) {
    lung += lungs[i] != 0;
    ill += lungs[i] != 0 && lesions[i] != 0;
  }
  if (lung == 0) return std::nullopt;
  return 100.0 * static_cast<double>(ill) / static_cast<double>(lung);
}

}  // namespace

SimulationSession::SimulationSession(Study& study, ViewState& view, QObject* parent)
    : QObject(parent),
      study_(study),
      view_(view),
      shapeJob_(tr("Looking at the lungs")),
      job_(tr("Simulating")),
      fileJob_(tr("Saving the simulated scan"), LatestJob::Requests::All) {
  rest_.setSingleShot(true);
  rest_.setInterval(kRestMs);
  connect(&rest_, &QTimer::timeout, this, &SimulationSession::simulateAll);
  connect(&study_, &Study::scanChanged, this, &SimulationSession::takeMask);
  connect(&study_, &Study::referenceChanged, this, &SimulationSession::takeMask);
  connect(&study_, &Study::predictionChanged, this, &SimulationSession::takeMask);
  connect(&study_, &Study::editedChanged, this, &SimulationSession::takeMask);
  connect(&view_, &ViewState::cursorChanged, this, &SimulationSession::followCursor);
}

const NamedMask& SimulationSession::mask() const {
  return study_.reference().labels ? study_.reference() : study_.result();
}

void SimulationSession::setActive(bool active) {
  if (active == active_) return;
  active_ = active;
  if (active_) measureShape();
}

void SimulationSession::setSpec(const PathologySpec& spec) {
  if (spec == spec_) return;
  spec_ = spec;
  Q_EMIT specChanged();
  redraw();
}

void SimulationSession::setSeed(std::uint64_t seed) {
  if (seed == seed_) return;
  seed_ = seed;
  Q_EMIT specChanged();
  redraw();
}

void SimulationSession::takeMask() {
  if (mask().labels == shapeOf_) return;
  shapeJob_.cancel();
  job_.cancel();
  rest_.stop();
  shapeOf_.reset();
  shape_.reset();
  disease_.reset();
  slice_.reset();
  result_.reset();
  upToDate_ = false;
  Q_EMIT maskChanged();
  Q_EMIT pictureChanged();
  measureShape();
}

void SimulationSession::measureShape() {
  const LabelPtr labels = mask().labels;
  if (!active_ || !labels) return;
  if (shapeOf_ == labels) {
    if (shape_ && !upToDate_) redraw();
    return;
  }
  shapeOf_ = labels;
  auto shape = std::make_shared<LungShape>();
  shapeJob_.run(
      [labels, shape](const StopToken&, const ProgressSink&) {
        *shape = makeLungShape(*labels);
        return Outcome::Completed;
      },
      [this, labels, shape] {
        if (mask().labels != labels) return;
        shape_ = shape;
        redraw();
      });
}

void SimulationSession::redraw() {
  upToDate_ = false;
  rest_.stop();
  if (!active_ || !shape_) return;
  try {
    disease_.emplace(shape_, spec_, seed_);
    problem_.clear();
  } catch (const Error& e) {
    disease_.reset();
    slice_.reset();
    problem_ = QString::fromUtf8(e.what());
    Q_EMIT pictureChanged();
    return;
  }
  paintSlice();
  rest_.start();
}

void SimulationSession::paintSlice() {
  const CtVolume& from = *study_.scan()->ct;
  const int z = std::clamp(view_.cursor()[2], 0, from.grid().size[2] - 1);
  const Grid flat = sliceGrid(from.grid(), z);
  auto ct =
      std::make_shared<CtVolume>(flat, std::vector<std::int16_t>(from.slice(z), from.slice(z) + flat.voxelCount()));
  auto lesions = std::make_shared<LabelVolume>(flat);
  disease_->paint(z, ct->slice(0), mask().labels->slice(z), lesions->slice(0));
  slice_ = SimulatedSlice{z, std::move(ct), std::move(lesions)};
  Q_EMIT pictureChanged();
}

void SimulationSession::followCursor() {
  if (upToDate_) {
    if (result_) Q_EMIT loadChanged();
    return;
  }
  if (disease_ && slice_ && slice_->z != view_.cursor()[2]) paintSlice();
}

void SimulationSession::simulateAll() {
  const ScanPtr scan = study_.scan();
  const LabelPtr labels = mask().labels;
  if (!scan || !labels) return;
  auto made = std::make_shared<std::optional<SimulatedCase>>();
  job_.run(
      [scan, labels, made, spec = spec_, seed = seed_](const StopToken& stop, const ProgressSink& progress) {
        *made = simulate(*scan->ct, *labels, spec, seed, stop, progress);
        return *made ? Outcome::Completed : Outcome::Stopped;
      },
      [this, scan, labels, made] {
        SimulatedCase& done = **made;
        if (study_.scan() != scan || mask().labels != labels || done.spec != spec_ || done.seed != seed_) return;
        result_ = Result{std::make_shared<const CtVolume>(std::move(done.ct)),
                         std::make_shared<const LabelVolume>(std::move(done.lesions)), done.spec, done.seed,
                         done.extentPercent};
        slice_.reset();
        upToDate_ = true;
        Q_EMIT pictureChanged();
      });
}

CtPtr SimulationSession::ct() const {
  if (result_) return result_->ct;
  return slice_ && study_.scan() ? study_.scan()->ct : nullptr;
}

std::optional<double> SimulationSession::extentPercent() const {
  if (!upToDate_ || !result_) return std::nullopt;
  return result_->extentPercent;
}

std::optional<double> SimulationSession::sliceExtentPercent() const {
  const LabelPtr& lungs = mask().labels;
  if (!lungs) return std::nullopt;
  const Index3& size = lungs->grid().size;
  const auto count = static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(size[1]);
  const int z = std::clamp(view_.cursor()[2], 0, size[2] - 1);
  if (slice_ && slice_->z == z) return shareOf(slice_->lesions->slice(0), lungs->slice(z), count);
  if (upToDate_ && result_) return shareOf(result_->lesions->slice(z), lungs->slice(z), count);
  return std::nullopt;
}

std::filesystem::path SimulationSession::descriptionBeside(const std::filesystem::path& ct) {
  std::filesystem::path name = ct.filename();
  while (name.has_extension() &&
         (name.extension() == ".gz" || name.extension() == ".nii" || name.extension() == ".nrrd" ||
          name.extension() == ".mha" || name.extension() == ".mhd"))
    name = name.stem();
  return ct.parent_path() / (name.string() + ".json");
}

std::string SimulationSession::describe(const Result& result) {
  return "{\n  \"note\": \"Simulated disease in a healthy scan. Research use only.\",\n  \"seed\": " +
         std::to_string(result.seed) + ",\n  \"extent_percent\": " + std::to_string(result.extentPercent) +
         ",\n  \"spec\": " + toJson(result.spec) + "\n}\n";
}

void SimulationSession::save(const std::filesystem::path& ct, const std::filesystem::path& lesions,
                             Overwrite overwrite) {
  const ScanPtr scan = study_.scan();
  if (!scan || !result_ || !upToDate_) return;
  fileJob_.run(
      [scan, ct, lesions, overwrite, result = *result_](const StopToken& stop, const ProgressSink& progress) {
        const std::filesystem::path description = descriptionBeside(ct);
        for (const auto& file : {ct, lesions, description}) requireWritable(file, overwrite);
        progress(0, "Writing " + ct.filename().string());
        saveCt(ct, *result.ct, scan->source, overwrite);
        if (stop.stop_requested()) return Outcome::Stopped;
        progress(0.7, "Writing " + lesions.filename().string());
        saveMask(lesions, *result.lesions, scan->source, overwrite);
        writeAtomically(description, overwrite, describe(result));
        return Outcome::Completed;
      },
      [this, ct] { Q_EMIT saved(QString::fromStdString(ct.string())); });
}

}  // namespace pulmo
