// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QTemporaryDir>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/core/label_set.h"
#include "pipeline/learn/slice_store.h"

namespace pulmo::test {

/// A scan of two boxes of lung (right wider than left) in tissue, each voxel with a value of its own kind: HU depend on
/// (x, y, z) by a formula, so that a test can say what it must find.
struct BoxChest {
  CtVolume ct;
  LabelVolume lungs;
};

inline BoxChest makeBoxChest(int size, int slices, int shade = 0) {
  Grid grid;
  grid.size = {size, size, slices};
  grid.spacingMm = {320.0 / size, 320.0 / size, 4};
  BoxChest chest{CtVolume(grid, 40), LabelVolume(grid)};
  for (int z = 0; z < slices; ++z)
    for (int y = 0; y < size; ++y)
      for (int x = 0; x < size; ++x) {
        const bool rows = 8 * y >= 2 * size && 8 * y < 6 * size && z > 0 && z + 1 < slices;
        const bool right = rows && 16 * x >= 2 * size && 16 * x < 7 * size;
        const bool left = rows && 16 * x >= 10 * size && 16 * x < 14 * size;
        if (!right && !left) continue;
        chest.lungs[{x, y, z}] = right ? kRightLung : kLeftLung;
        chest.ct[{x, y, z}] = static_cast<std::int16_t>(-900 + shade + x + 2 * y + 3 * z);
      }
  return chest;
}

struct BoxCase {
  std::string name, patient;
  Split split = Split::Train;
  bool diseased = false;
  bool sided = true;
};

/// A store of such chests in a folder of its own.
class BoxStore {
 public:
  BoxStore(int size, int slices, const std::vector<BoxCase>& cases) {
    SliceStoreWriter writer(path(), size, Overwrite::Refuse);
    std::vector<Split> splits;
    int shade = 0;
    for (const BoxCase& c : cases) {
      BoxChest chest = makeBoxChest(size, slices, shade++);
      if (!c.sided)
        for (std::uint8_t& label : chest.lungs.voxels()) label = label == 0 ? std::uint8_t{0} : kLungUnsided;
      StoredCase description;
      description.name = c.name;
      description.patient = c.patient;
      description.diseased = c.diseased;
      writer.add(chest.ct, chest.lungs, description);
      splits.push_back(c.split);
    }
    writer.finish(splits, 7);
    store_ = std::make_unique<SliceStore>(path());
  }
  [[nodiscard]] const SliceStore& store() const { return *store_; }
  [[nodiscard]] std::filesystem::path path() const { return folder_.filePath("store").toStdString(); }

 private:
  QTemporaryDir folder_;
  std::unique_ptr<SliceStore> store_;
};

}  // namespace pulmo::test
