// SPDX-License-Identifier: Apache-2.0
#include "tests/support/dicom_recode.h"

#include <gdcmImageChangeTransferSyntax.h>
#include <gdcmPixmapReader.h>
#include <gdcmPixmapWriter.h>
#include <gdcmWriter.h>

#include <stdexcept>
#include <vector>

namespace pulmo::test {

namespace {

gdcm::TransferSyntax syntaxOf(Codec codec) {
  switch (codec) {
    case Codec::Deflated:
      return gdcm::TransferSyntax::DeflatedExplicitVRLittleEndian;
    case Codec::JpegLossless:
      return gdcm::TransferSyntax::JPEGLosslessProcess14_1;
    case Codec::JpegLsLossless:
      return gdcm::TransferSyntax::JPEGLSLossless;
    case Codec::Jpeg2000Lossless:
      return gdcm::TransferSyntax::JPEG2000Lossless;
    case Codec::RunLength:
      return gdcm::TransferSyntax::RLELossless;
  }
  return gdcm::TransferSyntax::TS_END;
}

/// The file beside its target first: GDCM may still read from the old one while it writes.
void replace(const std::filesystem::path& file, gdcm::Writer& writer) {
  const std::filesystem::path beside = file.string() + ".part";
  writer.SetFileName(beside.c_str());
  if (!writer.Write()) throw std::runtime_error("cannot write " + beside.string());
  std::filesystem::rename(beside, file);
}

void deflate(const std::filesystem::path& file) {
  gdcm::Reader reader;
  reader.SetFileName(file.c_str());
  if (!reader.Read()) throw std::runtime_error("cannot read " + file.string());
  gdcm::FileMetaInformation& meta = reader.GetFile().GetHeader();
  meta.Clear();
  meta.SetDataSetTransferSyntax(syntaxOf(Codec::Deflated));
  gdcm::Writer writer;
  writer.SetFile(reader.GetFile());
  replace(file, writer);
}

void compress(const std::filesystem::path& file, Codec codec) {
  gdcm::PixmapReader reader;
  reader.SetFileName(file.c_str());
  if (!reader.Read()) throw std::runtime_error("cannot read " + file.string());
  gdcm::ImageChangeTransferSyntax change;
  change.SetTransferSyntax(syntaxOf(codec));
  change.SetInput(reader.GetPixmap());
  if (!change.Change()) throw std::runtime_error("cannot compress " + file.string());
  gdcm::PixmapWriter writer;
  writer.SetFile(reader.GetFile());
  writer.SetPixmap(change.PixmapToPixmapFilter::GetOutput());
  replace(file, writer);
}

}  // namespace

void recodeSeries(const std::filesystem::path& folder, Codec codec) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  for (const auto& file : files) codec == Codec::Deflated ? deflate(file) : compress(file, codec);
}

}  // namespace pulmo::test
