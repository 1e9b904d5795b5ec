// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "pipeline/core/atomic_file.h"
#include "pipeline/core/progress.h"
#include "pipeline/core/triangle_mesh.h"
#include "widgets/scene/pane_picture.h"

namespace pulmo {

struct TurningOptions {
  int frames = 72;                ///< 2 .. 720, once around
  int width = 640, height = 640;  ///< at most 2000
};

/// Draws the lungs once around, the camera going from the front to the patient's left first, and hands each frame over,
/// in order. Letters at the edges tell the patient's directions.
/// @return Stopped if stopped
/// @thread any, without a display; uses all processors; `frame` is called in the caller's thread
Outcome drawTurningLungs(const std::vector<TriangleMesh>& lungs, const TurningOptions& options, const StopToken& stop,
                         const ProgressSink& progress, const std::function<void(int index, const RgbImage&)>& frame);

/// Whether the name asks for a movie (.ogv) instead of a folder of pictures.
[[nodiscard]] bool isMovieName(const std::filesystem::path& path);

/// For asking early, before work whose result could not be saved.
/// @throws Error{Unsupported} for a movie where this build's VTK writes none; Error{Io} if the target exists and
///         overwrite is Refuse
void requireTurningTarget(const std::filesystem::path& path, Overwrite overwrite);

/// Writes a movie (Ogg Theora, .ogv), or a new folder with turn-001.png and so on, whole or not at all.
/// A folder that is there is only written into with Overwrite::Replace: files of the same names are replaced.
/// @return Stopped if stopped: nothing is left behind
/// @throws as requireTurningTarget; Error{Io}
Outcome writeTurningLungs(const std::filesystem::path& path, const std::vector<TriangleMesh>& lungs,
                          const TurningOptions& options, Overwrite overwrite, const StopToken& stop,
                          const ProgressSink& progress);

}  // namespace pulmo
