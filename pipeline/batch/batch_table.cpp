// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/batch_table.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pipeline/core/csv_text.h"
#include "pipeline/core/error.h"
#include "pipeline/report/number_text.h"

namespace pulmo {

namespace {

constexpr int kFormat = 1;

nlohmann::json orNull(const std::optional<double>& value) {
  const auto number = measured(value);
  return number ? nlohmann::json(*number) : nlohmann::json();
}

std::optional<double> numberOf(const nlohmann::json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

struct DensityColumn {
  const char* key;  ///< as `pulmo measure --json` has it
  std::optional<double> BatchDensity::*value;
};
constexpr DensityColumn kDensity[] = {{"mean_hu", &BatchDensity::meanHu},
                                      {"percentile_15_hu", &BatchDensity::percentile15Hu},
                                      {"laa_950_percent", &BatchDensity::laa950Percent},
                                      {"haa_700_percent", &BatchDensity::haa700Percent}};
struct DensityPart {
  const char *key, *column;
  BatchDensity BatchRow::*density;
};
constexpr DensityPart kParts[] = {{"right_lung", "right", &BatchRow::right},
                                  {"left_lung", "left", &BatchRow::left},
                                  {"lungs", "both", &BatchRow::both}};

nlohmann::json densityJson(const BatchRow& row) {
  nlohmann::json object = nlohmann::json::object();
  for (const DensityPart& part : kParts)
    for (const DensityColumn& column : kDensity)
      object[part.key][column.key] = orNull((row.*part.density).*column.value);
  return object;
}

/// Earlier versions wrote none.
void readDensity(const nlohmann::json& from, BatchRow& row) {
  if (!from.contains("density")) return;
  for (const DensityPart& part : kParts)
    for (const DensityColumn& column : kDensity)
      (row.*part.density).*column.value = numberOf(from.at("density").at(part.key).at(column.key));
}

}  // namespace

const BatchRow* BatchTable::find(const std::string& name) const {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const BatchRow& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

void BatchTable::put(BatchRow row) {
  std::erase_if(rows, [&](const BatchRow& other) { return other.name == row.name; });
  rows.push_back(std::move(row));
}

std::string asWritten(const std::string& text) {
  using nlohmann::json;
  return json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::replace)).get<std::string>();
}

std::string toJson(const BatchTable& table) {
  nlohmann::json rows = nlohmann::json::array();
  for (const BatchRow& row : table.rows)
    rows.push_back({{"name", row.name},
                    {"source", row.source},
                    {"series", row.uid},
                    {"mask", row.mask},
                    {"right_ml", orNull(row.rightMl)},
                    {"left_ml", orNull(row.leftMl)},
                    {"both_ml", orNull(row.bothMl)},
                    {"alarms", {{"serious", row.serious}, {"warning", row.warnings}, {"note", row.notes}}},
                    {"seconds", row.seconds},
                    {"error", row.error.empty() ? nlohmann::json() : nlohmann::json(row.error)},
                    {"notes", row.remarks},
                    {"alarm_kinds", row.alarmKinds},
                    {"density", densityJson(row)}});
  const nlohmann::json whole{{"pulmoscope_batch", kFormat}, {"use", "research only"}, {"method", table.method},
                             {"weights", table.weights},    {"ending", table.ending}, {"scans", rows}};
  // File names may be in any encoding: what is not UTF-8 is replaced, never thrown at.
  return whole.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

BatchTable parseBatchTable(const std::string& text, const std::string& file) {
  try {
    const nlohmann::json whole = nlohmann::json::parse(text);
    if (whole.at("pulmoscope_batch").get<int>() != kFormat)
      throw Error(ErrorKind::InvalidInput, file + " was written by another version of the program.");
    BatchTable table{whole.at("method"), whole.at("weights"), whole.at("ending"), {}};
    for (const nlohmann::json& from : whole.at("scans")) {
      BatchRow row;
      row.name = from.at("name");
      row.source = from.at("source");
      row.uid = from.at("series");
      row.mask = from.at("mask");
      row.rightMl = numberOf(from.at("right_ml"));
      row.leftMl = numberOf(from.at("left_ml"));
      row.bothMl = numberOf(from.at("both_ml"));
      row.serious = from.at("alarms").at("serious");
      row.warnings = from.at("alarms").at("warning");
      row.notes = from.at("alarms").at("note");
      row.seconds = from.at("seconds");
      if (!from.at("error").is_null()) row.error = from.at("error");
      row.remarks = from.at("notes").get<std::vector<std::string>>();
      if (from.contains("alarm_kinds")) row.alarmKinds = from.at("alarm_kinds").get<std::vector<std::string>>();
      readDensity(from, row);
      table.rows.push_back(std::move(row));
    }
    return table;
  } catch (const nlohmann::json::exception& e) {
    throw Error(ErrorKind::InvalidInput, file + " is not the state of a batch, or it is damaged.", e.what());
  }
}

std::string toCsv(const BatchTable& table) {
  std::string csv =
      "name,source,series,mask,right_ml,left_ml,both_ml,alarms_serious,alarms_warning,alarms_note,seconds,error,"
      "alarm_kinds";
  for (const DensityPart& part : kParts)
    for (const DensityColumn& column : kDensity) csv += std::string(",") + part.column + "_" + column.key;
  csv += "\n";
  const auto ml = [](const std::optional<double>& value) { return numberText(value, 2, ""); };
  for (const BatchRow& row : table.rows) {
    std::string kinds;
    for (const std::string& kind : row.alarmKinds) kinds += (kinds.empty() ? "" : ";") + kind;
    csv += csvField(row.name) + "," + csvField(row.source) + "," + csvField(row.uid) + "," + csvField(row.mask) + "," +
           ml(row.rightMl) + "," + ml(row.leftMl) + "," + ml(row.bothMl) + "," + std::to_string(row.serious) + "," +
           std::to_string(row.warnings) + "," + std::to_string(row.notes) + "," + numberText(row.seconds, 1, "") + "," +
           csvField(row.error) + "," + csvField(kinds);
    for (const DensityPart& part : kParts)
      for (const DensityColumn& column : kDensity) csv += "," + numberText((row.*part.density).*column.value, 2, "");
    csv += "\n";
  }
  return csv;
}

}  // namespace pulmo
