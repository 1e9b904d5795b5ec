// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipeline/core/segmenter.h"

namespace pulmo {

/// Lungs with dense disease at the chest wall and the diaphragm: an optimal surface found by graph search.
///
/// 1. First mask: `threshold`. Ribs give the inner chest wall (outsideRibs).
/// 2. First surface: each lung closed together with the chest wall by a ball, so that dense tissue between air and
///    ribs is within; of that, only what touches the wall and is no thin shell.
/// 3. Columns stand on that surface along its normal. The cost of a level: air outside and bone inside are dear, other
///    tissue inside is a little dear, or a little wanted where step 2 put it; a steep rise from dark to bright is
///    cheap. Neighbouring columns keep within a step and pay for it. The surface of least cost is exact
///    (optimalSurface).
/// 4. The result is brought to the scan's own voxels. What `threshold` found stays as it was drawn.
///
/// @source Hua, Song, Sonka, Hoffman & Reinhardt 2011, ISBI, doi:10.1109/ISBI.2011.5872820: graph search with a cost of
///         intensity, gradient, smoothness of the surface, and ribs. Written after its published abstract and after the
///         graph of Li et al. 2006 (optimal_surface.h), as the paper itself was not at hand: the first surface, the
///         form of each term, and the weights are our own, set on phantoms and not trained on scans; the surface is
///         found in blocks of about 3.5 mm, and healthy border is that of `threshold`. With one lung alone nothing is
///         added.
/// @throws Error{InvalidInput} for a slice by itself, too: the surface has no third dimension there
/// @cost 3 bytes a voxel beside the scan, some hundred MB for the graph
class GraphSearchSegmenter final : public Segmenter {
 public:
  [[nodiscard]] std::string name() const override { return "graph-search"; }
  [[nodiscard]] std::optional<Segmentation> segment(const CtVolume& ct, const StopToken& stop,
                                                    const ProgressSink& progress) const override;
};

}  // namespace pulmo
