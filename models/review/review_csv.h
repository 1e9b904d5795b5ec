// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "models/review/review_entry.h"

namespace pulmo {

/// A line an entry, under a line of names; UTF-8, quoted as RFC 4180 says.
[[nodiscard]] QString reviewCsv(const QList<ReviewEntry>& entries);

/// The columns are found by their names, in any order; those that are not there stay empty. ids and versions are not
/// in it. Names, masks, who signed them and alarms belong to one list's own files: they go out and do not come in.
/// Times come in with any offset, and without one as UTC; the entries have them in UTC.
/// @throws Error{InvalidInput} with the line, if a column of ours is missing (uid, source, state) or a value cannot be
[[nodiscard]] QList<ReviewEntry> parseReviewCsv(const QString& text);

}  // namespace pulmo
