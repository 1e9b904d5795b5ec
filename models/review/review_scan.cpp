// SPDX-License-Identifier: Apache-2.0
#include "models/review/review_scan.h"

#include "pipeline/imaging/volume_file.h"

namespace pulmo {

namespace fs = std::filesystem;

fs::path absolutePath(const fs::path& path) {
  fs::path whole = fs::absolute(path).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();  // "a/b/" is "a/b"
}

ReviewEntry entryOf(const BatchItem& item) {
  const fs::path source = absolutePath(item.source);
  ReviewEntry entry;
  entry.source = QString::fromStdString(source.string());
  // What a file is called does not depend on which folder was searched, unlike the uid that the search gives it.
  const bool byName = item.uid.empty() || isVolumeFileName(source);
  entry.uid = QString::fromStdString(byName ? source.filename().string() : item.uid);
  entry.name = QString::fromStdString(item.name);
  if (item.series) {
    const SeriesFacts& facts = item.series->facts;
    entry.description = QString::fromStdString(facts.description.empty() ? facts.format : facts.description) +
                        QStringLiteral(", %1 slices").arg(facts.slices);
  }
  entry.problem = QString::fromStdString(item.problem);
  return entry;
}

bool hasSeriesUid(const ReviewEntry& entry) {
  return entry.uid.toStdString() != fs::path(entry.source.toStdString()).filename().string();
}

BatchItem itemOf(const ReviewEntry& entry, const QString& name) {
  BatchItem item;
  item.name = name.toStdString();
  item.source = entry.source.toStdString();
  if (hasSeriesUid(entry)) item.uid = entry.uid.toStdString();
  return item;
}

ReviewResult resultOf(const BatchRow& row, const fs::path& folder, const fs::path& list, const QString& weights) {
  ReviewResult result;
  result.problem = QString::fromStdString(row.error);
  if (!row.error.empty()) return result;
  const fs::path mask = absolutePath(folder / row.mask);
  const fs::path below = mask.lexically_relative(absolutePath(list).parent_path());
  // A list that is moved together with its masks finds them again.
  const bool inside = !below.empty() && *below.begin() != "..";
  result.prediction = QString::fromStdString((inside ? below : mask).string());
  result.weights = weights;
  result.alarms = AlarmCounts{row.serious, row.warnings, row.notes};
  return result;
}

}  // namespace pulmo
