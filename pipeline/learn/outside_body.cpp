// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/outside_body.h"

#include <algorithm>
#include <array>
#include <vector>

#include "pipeline/classical/body_mask.h"
#include "pipeline/core/error.h"
#include "pipeline/learn/label_parts.h"

namespace pulmo {

namespace {

constexpr double kWorthLooking = 0.01;  ///< of the class's largest piece; smaller ones are crumbs to cleanMask
constexpr double kOutsideShare = 0.5;

bool hasSecondPieces(const std::vector<LabelPart>& parts) {
  std::array<std::uint64_t, 3> largest{};
  for (const LabelPart& part : parts) largest[part.value] = std::max(largest[part.value], part.voxels);
  std::array<int, 3> large{};
  for (const LabelPart& part : parts)
    if (static_cast<double>(part.voxels) >= kWorthLooking * static_cast<double>(largest[part.value]))
      ++large[part.value];
  return large[1] > 1 || large[2] > 1;
}

/// Voxels of each part that lie outside the body.
std::vector<std::uint64_t> outsideCounts(const LabelParts& parts, const CoarseScan& coarse, const BodyMask& body) {
  std::vector<std::uint64_t> outside(parts.parts().size(), 0);
  parts.visitRuns([&](std::size_t part, int begin, int end, int y, int z) {
    if (parts.parts()[part].value == 0) return;
    for (int x = begin; x < end; ++x) {
      const std::size_t block = coarse.offset(x / coarse.factor[0], y / coarse.factor[1], z / coarse.factor[2]);
      outside[part] += body.inside[block] == 0 ? 1 : 0;
    }
  });
  return outside;
}

}  // namespace

std::optional<std::uint64_t> eraseOutsideBody(LabelVolume& labels, const CtVolume& ct, const StopToken& stop) {
  const LabelParts parts(labels, true, stop);
  if (stop.stop_requested()) return std::nullopt;
  if (!hasSecondPieces(parts.parts())) return 0;
  constexpr std::uint8_t kPadding = 1;
  std::vector<std::uint8_t> mark(ct.voxels().size(), 0);
  markPadding(ct, kPadding, mark, stop);
  const CoarseScan coarse = makeCoarseScan(ct, mark, kPadding, stop);
  if (stop.stop_requested()) return std::nullopt;
  BodyMask body;
  try {
    body = findBody(coarse, stop);
  } catch (const Error&) {  // no tissue: a picture that the network makes of it what it can
    return 0;
  }
  if (stop.stop_requested()) return std::nullopt;
  const std::vector<std::uint64_t> outside = outsideCounts(parts, coarse, body);
  std::vector<std::uint8_t> values;
  std::uint64_t taken = 0;
  for (std::size_t i = 0; i < outside.size(); ++i) {
    const LabelPart& part = parts.parts()[i];
    const bool away =
        part.value != 0 && static_cast<double>(outside[i]) > kOutsideShare * static_cast<double>(part.voxels);
    values.push_back(away ? std::uint8_t{0} : part.value);
    taken += away ? part.voxels : 0;
  }
  if (taken > 0) parts.write(labels, values);
  return taken;
}

}  // namespace pulmo
