// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QString>
#include <optional>
#include <vector>

namespace pulmo {

struct GuidePage {
  QString file;   ///< absolute
  QString title;  ///< its first heading
};

/// The user's guide, as it lies on the disk: pages in Markdown, which refer to one another and to pictures.
struct Guide {
  QString folder;                ///< absolute
  std::vector<GuidePage> pages;  ///< README.md is the first, the others in the order in which it names them
};

/// Reads the guide that belongs to the program.
///
/// Looked for, in this order: `share/pulmoscope/docs/guide` and `docs/guide` beside the program and in up to four
/// folders above it: so an installed program finds its own, and one built inside the source tree the tree's. Where the
/// model card of the network that comes with the program is found, too, it is the last page.
/// @param programFolder  of the running program
/// @return nullopt if there is none
/// @cost  reads the pages, no pictures
[[nodiscard]] std::optional<Guide> findGuide(const QString& programFolder);

/// The page that a link leads to. The model card lies elsewhere when installed than the guide's link says.
/// @param file  absolute, as the link says
/// @return null if it leads to none
[[nodiscard]] const GuidePage* pageAt(const Guide& guide, const QString& file);

}  // namespace pulmo
