// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "app/cli/desktop/desktop_commands.h"
#include "app/cli/desktop/scan_argument.h"
#include "app/cli/output_files.h"
#include "app/cli/usage.h"
#include "pipeline/surface/extract_surface.h"
#include "widgets/scene/pane_picture.h"
#include "widgets/scene/turning_lungs.h"

namespace pulmo::cli {

namespace {

struct Options {
  ScanArgument scan;
  std::string mask, output, orientation = "axial";
  MaskMeaning meaning;
  std::optional<int> slice;
  std::vector<double> window;
  std::vector<int> size;
  bool outline = false, noLungs = false;
  std::optional<int> turn;
};

constexpr std::array<const char*, 3> kOrientations{"axial", "coronal", "sagittal"};

Orientation orientationOf(const std::string& name) {
  for (std::size_t i = 0; i < kOrientations.size(); ++i)
    if (name == kOrientations[i]) return static_cast<Orientation>(i);
  throw Error(ErrorKind::InvalidInput, "There is no orientation " + name + ".");
}

/// The middle of the lungs where there is a mask, of the scan where not.
Index3 middleOf(const Grid& grid, const LabelPtr& mask) {
  Index3 low = grid.size, high{-1, -1, -1};
  if (mask)
    for (int z = 0; z < grid.size[2]; ++z)
      for (int y = 0; y < grid.size[1]; ++y)
        for (int x = 0; x < grid.size[0]; ++x) {
          if ((*mask)[{x, y, z}] == 0) continue;
          const Index3 at{x, y, z};
          for (std::size_t a = 0; a < 3; ++a) low[a] = std::min(low[a], at[a]), high[a] = std::max(high[a], at[a]);
        }
  if (high[0] < 0) low = {0, 0, 0}, high = {grid.size[0] - 1, grid.size[1] - 1, grid.size[2] - 1};
  return {(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2};
}

/// --turn: the lungs alone, once around.
void turn(const Options& options, Context& context) {
  if (options.mask.empty()) refuseUsage("Name the lungs that shall turn with --mask.");
  if (std::any_of(options.size.begin(), options.size.end(), [](int side) { return side > 2000; }))
    refuseUsage("Turning lungs are at most 2000 pixels wide and high.");
  asTyped([&] { requireTurningTarget(options.output, context.overwrite()); });
  const auto scan = openScanArgument(options.scan, context);
  if (!scan) return;
  const LabelVolume mask = openMaskArgument(options.mask, &*scan, options.meaning, context);
  const auto meshes = extractSurfaces(mask, SurfaceQuality::View, context.stop, context.progress);
  TurningOptions how;
  how.frames = *options.turn;
  if (!options.size.empty()) how.width = options.size[0], how.height = options.size[1];
  if (!meshes || writeTurningLungs(options.output, *meshes, how, context.overwrite(), context.stop, context.progress) ==
                     Outcome::Stopped) {
    context.exitCode = kStopped;
    return;
  }
  context.say("The turning lungs were written to " + options.output + ".");
  if (context.json)
    context.print({{"turning", options.output}, {"frames", how.frames}, {"width", how.width}, {"height", how.height}});
}

void requirePngName(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
  if (ending != ".png") refuseUsage("A picture is written as PNG: let the name of -o end in .png.");
}

void render(const Options& options, Context& context) {
  requirePngName(options.output);
  requireWritable(options.output, context.overwrite());
  const auto scan = openScanArgument(options.scan, context);
  if (!scan) return;
  LabelPtr mask;
  if (!options.mask.empty())
    mask = std::make_shared<const LabelVolume>(openMaskArgument(options.mask, &*scan, options.meaning, context));
  PanePicture picture;
  picture.ct = scan->ct;
  if (!options.size.empty()) picture.width = options.size[0], picture.height = options.size[1];
  picture.overlay.outlineOnly = options.outline;
  if (!options.window.empty()) picture.window = {options.window[0], options.window[1]};
  picture.cursor = middleOf(scan->ct->grid(), mask);
  const Orientation orientation = orientationOf(options.orientation);
  if (options.slice) {
    const std::size_t axis = orientation == Orientation::Axial ? 2 : orientation == Orientation::Coronal ? 1 : 0;
    if (*options.slice < 1 || *options.slice > scan->ct->grid().size[axis])
      throw Error(ErrorKind::InvalidInput, "There is no slice " + std::to_string(*options.slice) +
                                               ": the scan has 1 to " + std::to_string(scan->ct->grid().size[axis]) +
                                               ".");
    picture.cursor[axis] = *options.slice - 1;
  }
  picture.slices.push_back({"Native", nullptr, false, {}, orientation});
  if (mask) {
    picture.slices.push_back({"Mask", mask, true, {}, orientation});
    if (!options.noLungs) {
      auto meshes = extractSurfaces(*mask, SurfaceQuality::View, context.stop, context.progress);
      if (!meshes) {
        context.exitCode = kStopped;
        return;
      }
      picture.lungs = std::make_shared<const std::vector<TriangleMesh>>(std::move(*meshes));
    }
  }
  if (picture.lungs && !hasDisplay())
    context.notes({"Without a display the 3-D lungs are drawn without the planes of the cursor."});
  savePng(drawPanes(picture), options.output, context.overwrite());
  context.say("Picture written to " + options.output + ".");
  if (context.json) context.print({{"picture", options.output}, {"width", picture.width}, {"height", picture.height}});
}

}  // namespace

void addRender(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("render", "The panes as a picture; no display is needed");
  addScan(*command, options->scan);
  command->add_option("--mask", options->mask, "Lung mask to lay over it, and to show in 3-D");
  addMaskMeaning(*command, options->meaning, "");
  command->add_option("-o,--output", options->output, "PNG to write; with --turn a folder, or a movie (.ogv)")
      ->required();
  command->add_option("--orientation", options->orientation, "axial, coronal or sagittal")
      ->check(CLI::IsMember({"axial", "coronal", "sagittal"}))
      ->capture_default_str();
  command->add_option("--slice", options->slice, "Which slice, from 1; the middle of the lungs if not given");
  command->add_option("--window", options->window, "Width and centre in HU (1500 -600 if not given)")->expected(2);
  command
      ->add_option("--size", options->size,
                   "Width and height in pixels, 100 to 10000; 1600 1000 if not given, 640 640 with --turn")
      ->expected(2)
      ->check(CLI::Range(100, 10000));
  command->add_flag("--outline", options->outline, "Borders without filling");
  command->add_flag("--no-lungs", options->noLungs, "Leave the 3-D lungs out");
  command->add_option("--turn", options->turn, "The 3-D lungs alone, turning once, in that many pictures")
      ->check(CLI::Range(2, 720));
  addForce(*command, context);
  addJson(*command, context);
  command->callback([options, &context] {
    requireApart({{"-o", options->output}}, {{"SCAN", options->scan.path}, {"--mask", options->mask}},
                 options->scan.series);
    options->turn ? turn(*options, context) : render(*options, context);
  });
}

}  // namespace pulmo::cli
