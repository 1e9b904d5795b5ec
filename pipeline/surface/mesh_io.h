// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <vector>

#include "pipeline/core/atomic_file.h"
#include "pipeline/core/triangle_mesh.h"

namespace pulmo {

/// Writes meshes into one file, .stl (binary), .ply (binary, coloured by label) or .obj (one group a label);
/// coordinates are patient mm in LPS, said in the file's comment or header.
/// @throws Error{Unsupported} for another extension; as writeAtomically
void writeMeshes(const std::filesystem::path& path, const std::vector<TriangleMesh>& meshes, Overwrite overwrite);

/// Whether writeMeshes knows the extension.
[[nodiscard]] bool isMeshFileName(const std::filesystem::path& path);

/// @throws Error{Unsupported} unless writeMeshes knows the extension
void requireMeshFormat(const std::filesystem::path& path);

}  // namespace pulmo
