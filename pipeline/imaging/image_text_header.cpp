// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/image_text_header.h"

#include <algorithm>
#include <cctype>
#include <fstream>

#include "pipeline/core/error.h"
#include "pipeline/imaging/image_file.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongestHeader = 1U << 20;  // bytes; DICOM keys copied into NRRD headers take some kilobytes

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Lines of a header, as far as it may go.
class Lines {
 public:
  explicit Lines(const fs::path& path) : in_(path, std::ios::binary), name_(path.filename().string()) {}

  bool next(std::string& line) {
    line.clear();
    for (char c = 0; in_.get(c);) {
      if (++read_ > kLongestHeader) throw Error(ErrorKind::InvalidInput, name_ + " is damaged: its header has no end.");
      if (c == '\n') return true;
      line.push_back(c);
    }
    return !line.empty();
  }

  [[nodiscard]] std::uint64_t bytes() const { return read_; }

 private:
  std::ifstream in_;
  std::string name_;
  std::size_t read_ = 0;
};

void keep(TextHeader& header, const std::string& key, const std::string& value, const std::string& name) {
  if (!header.fields.emplace(key, value).second)
    throw Error(ErrorKind::InvalidInput, name + " is damaged: its header says \"" + key + "\" twice.");
}

/// A header from a stranger may not make us read files elsewhere.
void follow(TextHeader& header, const fs::path& path, const std::string& file) {
  const std::string name = path.filename().string();
  if (file.find('%') != std::string::npos || lower(file).starts_with("list"))
    throw Error(ErrorKind::Unsupported,
                name + " spreads its voxels over several files, which is not read. Save it as one file.");
  const fs::path wanted(file);
  if (file.empty() || file.find_first_of("/\\") != std::string::npos || wanted.filename() != wanted || file == "." ||
      file == "..")
    throw Error(ErrorKind::InvalidInput, name + " points at voxels outside its own folder, which is not followed.",
                file);
  const fs::path full = path.parent_path() / wanted;
  std::error_code ec;
  if (!fs::is_regular_file(full, ec))
    throw Error(ErrorKind::InvalidInput,
                name + " has its voxels in " + file + ", which is missing: put the two files into one folder.");
  header.detachedVoxels = full;
}

}  // namespace

TextHeader readNrrdHeader(const fs::path& path) {
  const std::string name = path.filename().string();
  TextHeader header;
  Lines lines(path);
  std::string line;
  if (!lines.next(line) || !line.starts_with("NRRD0"))
    throw Error(ErrorKind::InvalidInput, name + " is not an NRRD file, or it is damaged.");
  while (lines.next(line) && !trimmed(line).empty()) {
    // Of ours, by ourselves as a comment, by ITK as a key/value pair.
    if (line.find(kWrittenByUs) != std::string::npos) header.ours = true;
    if (line.front() == '#') continue;
    const auto colon = line.find(':');
    if (colon == std::string::npos)
      throw Error(ErrorKind::InvalidInput, name + " is damaged: its header cannot be understood.", line.substr(0, 200));
    if (line.compare(colon, 2, ":=") == 0) continue;  // a free key/value pair
    std::string key = lower(trimmed(line.substr(0, colon)));
    if (key == "datafile") key = "data file";
    keep(header, key, trimmed(line.substr(colon + 1)), name);
    if (key == "data file") follow(header, path, header.fields.at(key));  // at once: a LIST's lines are no fields
  }
  header.bytes = lines.bytes();
  header.compressed = !header.has("encoding") || lower(header.fields.at("encoding")) != "raw";
  return header;
}

TextHeader readMetaHeader(const fs::path& path) {
  const std::string name = path.filename().string();
  const Error wrong(ErrorKind::InvalidInput, name + " is not a MetaImage file, or it is damaged.");
  TextHeader header;
  Lines lines(path);
  std::string line;
  while (!header.has("elementdatafile")) {
    if (!lines.next(line) || line.size() > 8192) throw wrong;
    if (trimmed(line).empty()) continue;
    const auto at = line.find_first_of("=:");
    if (at == std::string::npos) throw wrong;
    if (line.find(kWrittenByUs) != std::string::npos) header.ours = true;
    keep(header, lower(trimmed(line.substr(0, at))), trimmed(line.substr(at + 1)), name);
  }
  if (!header.has("ndims") || !header.has("dimsize") || !header.has("elementtype")) throw wrong;
  // MetaIO keeps ten of everything and does not count.
  const std::string& dims = header.fields.at("ndims");
  if (dims != "2" && dims != "3" && dims != "4")
    throw Error(ErrorKind::Unsupported, name + " has " + dims.substr(0, 20) + " dimensions; a volume has 3.");
  const std::string& file = header.fields.at("elementdatafile");
  if (lower(file) != "local") follow(header, path, file);
  header.bytes = lines.bytes();
  const auto truth = [&](const char* key) {
    return header.has(key) && !header.fields.at(key).empty() &&
           std::tolower(static_cast<unsigned char>(header.fields.at(key)[0])) == 't';
  };
  header.compressed = truth("compresseddata");
  return header;
}

}  // namespace pulmo
