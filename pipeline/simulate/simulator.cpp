// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate/simulator.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "pipeline/core/parallel.h"
#include "pipeline/simulate/circles.h"
#include "pipeline/simulate/lesion_painter.h"
#include "pipeline/simulate/lesion_plan.h"

namespace pulmo {

namespace {

struct Infiltrates {
  NoiseField noise;
  GrainTile grain;
  std::vector<Lesion> lesions;

  Infiltrates(const LungShape& shape, const PathologySpec& spec, std::uint64_t seed)
      : noise(seed), grain(seed), lesions(planLesions(shape, spec, noise, seed)) {}
};

}  // namespace

struct Disease::Plan {
  std::shared_ptr<const LungShape> shape;
  PathologySpec spec;
  std::uint64_t seed;
  std::optional<Infiltrates> infiltrates;
};

Disease::Disease(std::shared_ptr<const LungShape> shape, const PathologySpec& spec, std::uint64_t seed) {
  validate(spec);
  if (!shape) throw Error(ErrorKind::Internal, "A disease was asked for without lungs.");
  auto plan = std::make_unique<Plan>(Plan{std::move(shape), spec, seed, std::nullopt});
  if (spec.mode == PathologyMode::Infiltrates) plan->infiltrates.emplace(*plan->shape, spec, seed);
  plan_ = std::move(plan);
}

Disease::~Disease() = default;
Disease::Disease(Disease&&) noexcept = default;
Disease& Disease::operator=(Disease&&) noexcept = default;

std::size_t Disease::paint(int z, std::int16_t* ct, const std::uint8_t* lungs, std::uint8_t* lesions) const {
  const LungShape& shape = *plan_->shape;
  if (z < 0 || z >= shape.grid.size[2])
    throw Error(ErrorKind::Internal, "There is no slice " + std::to_string(z) + " to draw disease on.");
  if (!plan_->infiltrates) return paintCircles(shape, plan_->spec, plan_->seed, z, ct, lungs, lesions);
  const Infiltrates& i = *plan_->infiltrates;
  return paintLesions({shape, i.noise, i.grain, plan_->seed}, i.lesions, plan_->spec.closeRim, z, ct, lungs, lesions);
}

std::optional<SimulatedCase> simulate(const CtVolume& ct, const LabelVolume& lungs, const PathologySpec& spec,
                                      std::uint64_t seed, const StopToken& stop, const ProgressSink& progress) {
  validate(spec);
  requireSameGrid(ct.grid(), "scan", lungs.grid(), "lung mask");
  const auto isLung = [](std::uint8_t v) { return v != 0; };
  const auto lungVoxels = std::count_if(lungs.voxels().begin(), lungs.voxels().end(), isLung);
  if (lungVoxels == 0)
    throw Error(ErrorKind::InvalidInput,
                "The lung mask is empty: there is nowhere to draw disease. Segment the lungs first.");
  const Disease disease(std::make_shared<const LungShape>(makeLungShape(lungs)), spec, seed);
  SimulatedCase result{ct, LabelVolume(ct.grid()), spec, seed, 0};
  std::atomic<int> done{0};
  std::atomic<std::size_t> inLungs{0};
  const auto slices = static_cast<std::size_t>(ct.grid().size[2]);
  const std::size_t plane = slices == 0 ? 0 : ct.voxels().size() / slices;
  const Outcome outcome = parallelFor(slices, 0, stop, [&](std::size_t slice) {
    const int z = static_cast<int>(slice);
    std::uint8_t* labels = result.lesions.slice(z);
    const std::uint8_t* mask = lungs.slice(z);
    std::size_t n = disease.paint(z, result.ct.slice(z), mask, labels);
    if (spec.spill) {  // what lies outside the lungs is no share of them
      n = 0;
      for (std::size_t i = 0; i < plane; ++i) n += labels[i] != 0 && mask[i] != 0;
    }
    inLungs += n;
    const int drawn = ++done;
    if (progress) progress(static_cast<double>(drawn) / static_cast<double>(slices), "Drawing disease");
  });
  if (outcome == Outcome::Stopped) return std::nullopt;
  result.extentPercent = 100.0 * static_cast<double>(inLungs) / static_cast<double>(lungVoxels);
  return result;
}

}  // namespace pulmo
