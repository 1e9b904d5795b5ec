// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace pulmo {

/// The density of a lung, as far as cohorts are compared by it; absent where there is no such lung.
struct BatchDensity {
  std::optional<double> meanHu, percentile15Hu, laa950Percent, haa700Percent;
};

/// What came of one scan. Without identity: no patient's name or number.
struct BatchRow {
  std::string name, source, uid;  ///< of the item
  std::string mask;               ///< the file within the output folder; "" if there is none
  std::optional<double> rightMl, leftMl, bothMl;
  int serious = 0, warnings = 0, notes = 0;  ///< alarms by severity
  double seconds = 0;                        ///< reading, segmenting and saving
  std::string error;                         ///< a sentence; "" if the mask is there
  std::vector<std::string> remarks;          ///< sentences: what was unusual
  std::vector<std::string> alarmKinds;       ///< as `pulmo measure --json` names them, each once, serious ones first
  BatchDensity right, left, both;
};

/// A batch as it stands: its settings and what is done so far, in the order in which it was done.
struct BatchTable {
  std::string method, weights, ending;
  std::vector<BatchRow> rows;

  [[nodiscard]] const BatchRow* find(const std::string& name) const;
  void put(BatchRow row);  ///< replaces the row of that name
};

/// A path or UID as toJson() writes it and parseBatchTable() gives it back: what is not UTF-8 is replaced.
[[nodiscard]] std::string asWritten(const std::string& text);
[[nodiscard]] std::string toJson(const BatchTable& table);
[[nodiscard]] std::string toCsv(const BatchTable& table);

/// @throws Error{InvalidInput} if the text is not what toJson writes. @param file  for the sentence
[[nodiscard]] BatchTable parseBatchTable(const std::string& text, const std::string& file);

}  // namespace pulmo
