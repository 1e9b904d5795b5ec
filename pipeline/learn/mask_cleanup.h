// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// What anatomy knows and a slice by slice prediction does not. In place:
///
/// 1. Sides. The grid is canonical, so the right lung lies at lower x. If the two classes lie the other way round they
///    are exchanged; a part on the other lung's side (its centre beyond the middle between the lungs) takes that side;
///    with one class alone, the body's midline decides. Lungs that touch stay apart where the classes meet.
/// 2. The largest part a lung, connected by faces, and parts with at least a tenth of it: a lung that disease or a
///    thick slice divides. In a picture of at most four slices, where a lung often is in pieces, at least a fiftieth.
/// 3. Holes: background that a lung encloses alone, and background of at most 1 ml between both lungs. What lungs
///    enclose together (the heart, in a slice) stays out. In a picture of at most four slices its ends are walls, and
///    a hole of more than 2 % of the lungs stays: there the dome of the diaphragm has lung all around.
///
/// @param labels   0, 1 right, 2 left
/// @param midlineX the body's, in voxels; absent if not known
/// @return sentences about what was unusual; nullopt if stopped, the labels are then unfinished
/// @thread any; pure
/// @cost about 0.3 s for 512 x 512 x 300; 20 bytes a run of equal labels within the lungs' box
[[nodiscard]] std::optional<std::vector<std::string>> cleanMask(LabelVolume& labels, std::optional<double> midlineX,
                                                                const StopToken& stop);

}  // namespace pulmo
