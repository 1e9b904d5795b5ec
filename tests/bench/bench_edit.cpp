// SPDX-License-Identifier: Apache-2.0
// Editing at 512 x 512 x 300 against its limits: a sphere stamp of 20 mm in 4 ms, journalled; undo memory for at least
// 50 steps below its bound; and how long the operations take. A mask (.mha) and its scan (.mha) may be named.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/core/mha_io.h"
#include "pipeline/core/random.h"
#include "pipeline/edit/brush.h"
#include "pipeline/edit/edit_journal.h"
#include "pipeline/edit/fill_between.h"
#include "pipeline/edit/mask_editor.h"
#include "pipeline/edit/mask_parts.h"
#include "pipeline/edit/mask_shape.h"
#include "pipeline/edit/mask_sides.h"
#include "pipeline/edit/region_grow.h"
#include "pipeline/simulate/phantom.h"

using namespace pulmo;

namespace {

double msOf(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

void print(const char* what, std::vector<double> ms, double limitMs) {
  std::sort(ms.begin(), ms.end());
  std::printf("%-46s median %8.3f ms   95 %% within %8.3f ms", what, ms[ms.size() / 2], ms[ms.size() * 95 / 100]);
  if (limitMs > 0) std::printf("   limit %.0f ms, x%.1f", limitMs, limitMs / ms[ms.size() * 95 / 100]);
  std::printf("\n");
}

void printMemory(const char* what, const MaskEditor& editor) {
  const std::size_t steps = editor.undoSteps().size();
  std::printf("%-46s %4zu steps   %8.2f MB   %8.1f kB a step   bound %zu MB\n", what, steps,
              static_cast<double>(editor.undoBytes()) / 1e6,
              static_cast<double>(editor.undoBytes()) / 1e3 / static_cast<double>(std::max<std::size_t>(1, steps)),
              UndoLimits().bytes >> 20);
}

/// Strokes of 40 stamps about the lungs, adding and erasing in turn: what a person does, without the person.
void paint(MaskEditor& editor, const CtVolume& ct, const char* what, bool oneStampEach) {
  const Index3 n = editor.mask().grid().size;
  Random random(1);
  std::vector<double> stamps, ends;
  for (int stroke = 0; stroke < 60; ++stroke) {
    Brush brush{.shape = BrushShape::Sphere, .diameterMm = 20};
    brush.rule.label = static_cast<std::uint8_t>(stroke % 3);
    if (stroke % 2 == 1) brush.rule.hu = HuRange{-1024, -500};
    Point3 at{random.uniform(0.2, 0.8) * n[0], random.uniform(0.2, 0.8) * n[1], random.uniform(0.2, 0.8) * n[2]};
    editor.beginStroke("Brush");
    for (int i = 0; i < 40; ++i) {
      const Point3 to{at[0] + random.uniform(-6, 6), at[1] + random.uniform(-6, 6), at[2]};
      stamps.push_back(msOf([&] { editor.paint(paintLine(editor.mask(), &ct, brush, oneStampEach ? to : at, to)); }));
      at = to;
    }
    ends.push_back(msOf([&] { editor.endStroke(); }));
  }
  print(what, stamps, 4);
  print("  end of a stroke of 40", ends, 0);
}

}  // namespace

int main(int argc, char** argv) {
  CtVolume ct;
  LabelVolume mask;
  if (argc > 2) {
    mask = loadMhaLabels(argv[1]);
    ct = loadMhaCt(argv[2]);
  } else {
    PhantomSpec spec;
    spec.size = {512, 512, 300};
    spec.spacingMm = {0.7, 0.7, 1};
    PhantomCase made = *makePhantom(spec);
    mask = std::move(made.lungs);
    ct = std::move(made.ct);
  }
  const Grid grid = mask.grid();
  std::printf("mask of %d x %d x %d, voxels of %.2f x %.2f x %.2f mm\n", grid.size[0], grid.size[1], grid.size[2],
              grid.spacingMm[0], grid.spacingMm[1], grid.spacingMm[2]);
  const LabelVolume base = mask;
  {
    MaskEditor editor(base);
    paint(editor, ct, "sphere stamp of 20 mm", true);
    paint(editor, ct, "  drawn to the next position", false);
    printMemory("undo of strokes of 40 stamps", editor);
  }
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("pulmo-bench-edit-" + std::to_string(::getpid()));
  {
    MaskEditor editor(base);
    std::optional<EditJournal> journal;
    print("journal begun", {msOf([&] {
            journal.emplace(path, JournalIdentity{"/scan", "1.2.3", grid, maskChecksum(base)}, editor);
          })},
          0);
    editor.setLog(&*journal);
    paint(editor, ct, "sphere stamp of 20 mm, journalled", true);
    std::printf("%-46s %8.2f MB\n", "journal of 2400 stamps", static_cast<double>(journal->fileBytes()) / 1e6);
    print("journal synced", {msOf([&] { journal->sync(); })}, 0);
    journal.reset();
    print("journal replayed", {msOf([&] { (void)recoverEdits(path, "1.2.3", grid, std::nullopt); })}, 0);
    std::filesystem::remove(path);
  }

  MaskEditor editor(base);
  const auto operation = [&](const char* what, const std::function<std::optional<MaskDifference>()>& work) {
    std::optional<MaskDifference> difference;
    const double ms = msOf([&] { difference = work(); });
    const double bytes = static_cast<double>(difference->bytes().size());
    const double apply = msOf([&] { editor.apply(*std::move(difference), what); });
    const double undo = msOf([&] { editor.undo(); });
    std::printf("%-46s %8.0f ms   applied %6.1f ms   undone %6.1f ms   %8.1f kB\n", what, ms, apply, undo, bytes / 1e3);
  };
  print("snapshot for another thread", {msOf([&] { (void)editor.snapshot(); })}, 0);
  const Index3 n = grid.size;
  operation("grow by 3 mm", [&] { return growMask(base, std::nullopt, 3); });
  operation("shrink by 3 mm", [&] { return growMask(base, std::nullopt, -3); });
  operation("smooth by 2 mm", [&] { return smoothMask(base, std::nullopt, 2); });
  operation("remove islands", [&] { return removeIslands(base, std::nullopt, std::nullopt); });
  operation("fill holes", [&] { return fillHoles(base, std::nullopt); });
  operation("fill holes in sagittal slices", [&] { return fillHoles(base, Orientation::Sagittal); });
  operation("swap sides", [&] { return swapSides(base); });
  operation("split sides", [&] {
    const double x = 0.5 * n[0], y = 1.0 * n[1];
    return splitSides(base, {Orientation::Axial, {{x, 0, 0}, {x + 5, y / 2, 0}, {x, y, 0}}});
  });
  operation("cut through all slices", [&] {
    const double x = 0.3 * n[0], y = 1.0 * n[1];
    return cutAlong(base, {Orientation::Axial, {{x, 0, 0}, {x, y, 0}}}, 1, std::nullopt, std::nullopt);
  });
  operation("fill between each fifth slice", [&] {
    std::vector<int> slices = labelledSlices(base, 1, Orientation::Axial);
    std::erase_if(slices, [](int s) { return s % 5 != 0; });
    return fillBetween(base, 1, Orientation::Axial, slices);
  });
  operation("add a region", [&]() -> std::optional<MaskDifference> {
    const Index3 click{n[0] / 2, n[1] / 2, n[2] / 2};
    return addRegion(ct, base, base[click] == 0 ? click : Index3{0, 0, 0},
                     {.hu = huAround(ct, click), .radiusMm = 30, .neckMm = 4}, 1)
        ->difference;
  });

  // The bound under the largest steps there are: every lung voxel, and the whole border, each time.
  MaskEditor large(base);
  for (int i = 0; i < 60; ++i) {
    if (i % 2 == 0)
      large.apply(swapSides(large.mask()), "Swap");
    else
      large.apply(*growMask(large.mask(), std::nullopt, i % 4 == 1 ? 1 : -1), "Grow");
  }
  printMemory("undo of 60 steps on the whole lungs", large);
  return 0;
}
