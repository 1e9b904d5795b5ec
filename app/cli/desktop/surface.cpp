// SPDX-License-Identifier: Apache-2.0
#include "app/cli/desktop/desktop_commands.h"
#include "app/cli/desktop/scan_argument.h"
#include "app/cli/output_files.h"
#include "app/cli/usage.h"
#include "pipeline/core/label_set.h"
#include "pipeline/surface/extract_surface.h"
#include "pipeline/surface/mesh_io.h"

namespace pulmo::cli {

void addSurface(CLI::App& app, Context& context) {
  struct Options {
    std::string mask, output;
    MaskMeaning meaning;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("surface", "Lung surfaces in patient mm (LPS) from a mask");
  command->add_option("MASK", options->mask, "Lung mask")->required();
  command->add_option("-o,--output", options->output, "Mesh to write (.stl .ply .obj)")->required();
  addMaskMeaning(*command, options->meaning, "");
  addForce(*command, context);
  addJson(*command, context);
  command->callback([options, &context] {
    asTyped([&] { requireMeshFormat(options->output); });
    requireApart({{"-o", options->output}}, {{"MASK", options->mask}});
    requireWritable(options->output, context.overwrite());
    const LabelVolume mask = loadMaskFile(options->mask, options->meaning, context);
    const auto meshes = extractSurfaces(mask, SurfaceQuality::Export, context.stop, context.progress);
    if (!meshes) {
      context.exitCode = kStopped;
      return;
    }
    writeMeshes(options->output, *meshes, context.overwrite());
    if (!context.json) {
      context.say("Surface written to " + options->output + ".");
      return;
    }
    nlohmann::json surfaces = nlohmann::json::object();
    for (const TriangleMesh& mesh : *meshes)
      surfaces[std::string(labelInfo(mesh.label).key)] = {{"points", mesh.pointsMm.size()},
                                                          {"triangles", mesh.triangles.size()}};
    context.print({{"mesh", options->output}, {"surfaces", surfaces}, {"unit", "mm"}, {"axes", "LPS"}});
  });
}

}  // namespace pulmo::cli
