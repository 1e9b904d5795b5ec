// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>

#include "pipeline/report/report_content.h"

namespace pulmo {

namespace {

constexpr std::size_t kLeastLetters = 3;  // shorter parts of a name stand in any word

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// The parts of a name as it may stand in other texts.
void addWords(const std::string& text, std::vector<std::string>& words) {
  std::string word;
  for (const char c : text + " ") {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || byte >= 0x80U) {
      word += c;
      continue;
    }
    if (word.size() >= kLeastLetters) words.push_back(lower(word));
    word.clear();
  }
}

}  // namespace

void makeAnonymous(ReportContent& content, const std::vector<std::string>& hidden) {
  std::vector<std::string> words;
  SeriesFacts& scan = content.scan;
  addWords(scan.patientName, words);
  for (const std::string& name : hidden)
    if (name.size() >= kLeastLetters) words.push_back(lower(name));
  if (scan.patientId.size() >= kLeastLetters) words.push_back(lower(scan.patientId));
  const auto names = [&](const std::string& text) {
    const std::string searched = lower(text);
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& word) { return searched.find(word) != std::string::npos; });
  };
  for (std::string* text : {&scan.description, &scan.studyDescription, &scan.kernel, &scan.manufacturer, &scan.uid})
    if (names(*text)) text->clear();
  if (scan.format != "DICOM") scan.uid.clear(), scan.description.clear();  // a file's name
  for (auto* sentences : {&scan.warnings, &content.notes})
    sentences->erase(std::remove_if(sentences->begin(), sentences->end(), names), sentences->end());
  content.patient.reset();
  scan.patientName.clear();
  scan.patientId.clear();
  scan.patientBirthDate.clear();
  scan.patientSex.clear();
  scan.date.clear();
  if (names(content.mask.method)) content.mask.method = "edited";
  content.mask.file.clear();
  content.reference.clear();
}

}  // namespace pulmo
