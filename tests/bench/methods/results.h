// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace pulmo::bench {

/// One lung of one case against its reference, or both where the reference is merged. What is undefined is absent.
struct LungFigures {
  std::string label;  ///< "right_lung", "left_lung", "lungs"
  std::optional<double> dice, hd95Mm, assdMm, overPercent, underPercent;
};

/// One method on one case.
struct MeasuredCase {
  std::string set;   ///< key of kSets
  std::string name;  ///< of the case within the set
  std::string method;
  std::string failure;  ///< why there is no mask; then nothing below is there
  double seconds = 0, peakMb = 0;
  std::vector<LungFigures> lungs;
  std::optional<double> kept;  ///< share of the voxels of hand-outlined border disease, 0 .. 1
};

/// One nodule at the pleura of one phantom.
struct MeasuredNodule {
  std::string method;
  int seed = 0;
  std::string pleura;
  double diameterMm = 0, share = 0;  ///< of its voxels that are in the mask
};

/// Everything that bench_methods measures.
struct MethodResults {
  std::vector<std::string> methods;  ///< in the order of the tables' rows
  std::vector<MeasuredCase> cases;
  std::vector<MeasuredNodule> nodules;
};

/// What is measured together and stands in one table.
struct CaseSet {
  const char* key;
  const char* title;
};
inline constexpr CaseSet kSets[] = {
    {"speed", "One healthy phantom, 512 x 512 x 300"},
    {"healthy", "Healthy phantoms, each lung"},
    {"nodules", "The same with nodules at the pleura"},
    {"discs", "Phantoms with discs"},
    {"mild", "Phantoms with infiltrates, mild (up to 10 % of the lungs)"},
    {"moderate", "Phantoms with infiltrates, moderate (up to 30 % of the lungs)"},
    {"severe", "Phantoms with infiltrates, severe (up to 60 % of the lungs)"},
    {"lctsc-101", "LCTSC S1-101, expert, both lungs"},
    {"lctsc-104", "LCTSC S1-104 (halved in the plane), expert, both lungs"},
    {"cip", "Chest Imaging Platform 64 x 64 x 79, each lung"},
    {"slices", "Single slices with a manual mask, healthy, both lungs"},
    {"slices-diseased", "Single slices with a manual mask, diseased, both lungs"},
    {"slices-infiltrates", "The same thirty slices with simulated infiltrates drawn in"},
    {"border-P002", "Border consolidation kept, covid-ct-md/P002"},
    {"border-A0002", "Border consolidation kept, lung-pet-ct-dx/Lung_Dx-A0002/2"},
};

/// One column of the summary, one group of the plots.
struct SummarySet {
  const char* name;
  std::vector<std::string> sets;  ///< keys
  bool border = false;            ///< the share kept in place of agreement
};
[[nodiscard]] const std::vector<SummarySet>& summarySets();

/// A figure of the summary and of the plots.
enum class Figure { Dice, Hd95, Over, Under, Seconds, Memory };

/// The values of one method over sets, each lung for itself.
/// @param border  Figure::Dice gives the shares kept instead; of the others a border set has seconds and memory alone
[[nodiscard]] std::vector<double> valuesOf(const MethodResults& results, const std::string& method,
                                           const SummarySet& sets, Figure figure);
[[nodiscard]] std::size_t failures(const MethodResults& results, const std::string& method, const SummarySet& sets);

[[nodiscard]] double mean(const std::vector<double>& values);                  ///< 0 if there are none
[[nodiscard]] double worst(const std::vector<double>& values, Figure figure);  ///< the least Dice, the most of others

/// @throws Error{Io}
void saveResults(const std::filesystem::path& file, const MethodResults& results);
/// @throws Error{Io, InvalidInput}
[[nodiscard]] MethodResults loadResults(const std::filesystem::path& file);

}  // namespace pulmo::bench
