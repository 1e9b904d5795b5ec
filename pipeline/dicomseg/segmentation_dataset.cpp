// SPDX-License-Identifier: Apache-2.0
// The only file of the project that knows DCMTK.
#include <dcmtk/config/osconfig.h>
// osconfig.h comes first, else the others do not compile.
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmfg/fgderimg.h>
#include <dcmtk/dcmfg/fgfracon.h>
#include <dcmtk/dcmfg/fgpixmsr.h>
#include <dcmtk/dcmfg/fgplanor.h>
#include <dcmtk/dcmfg/fgplanpo.h>
#include <dcmtk/dcmiod/cielabutil.h>
#include <dcmtk/dcmseg/segdoc.h>
#include <dcmtk/dcmseg/segment.h>
#include <dcmtk/oflog/oflog.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"
#include "pipeline/dicomseg/segmentation_content.h"

namespace pulmo {

namespace {

void require(const OFCondition& result, const char* step) {
  if (result.bad())
    throw Error(ErrorKind::Internal, "The DICOM segmentation could not be made.",
                std::string(step) + ": " + result.text());
}

/// DCMTK warns on standard error, about its own ways mostly; what goes wrong comes back as a result.
void prepareToolkit() {
  static std::once_flag once;
  std::call_once(once, [] { OFLog::configure(OFLogger::OFF_LOG_LEVEL); });
  if (!dcmDataDict.isDictionaryLoaded())
    throw Error(ErrorKind::Io, "DCMTK's data dictionary was not found, so no DICOM file can be written.",
                "the environment's DCMDICTPATH names it");
}

DcmSegTypes::E_SegmentAlgoType algorithmType(MaskOrigin origin) {
  switch (origin) {
    case MaskOrigin::Automatic:
      return DcmSegTypes::SAT_AUTOMATIC;
    case MaskOrigin::Manual:
      return DcmSegTypes::SAT_MANUAL;
    case MaskOrigin::SemiAutomatic:
      break;
  }
  return DcmSegTypes::SAT_SEMIAUTOMATIC;
}

/// One dataset in the making.
class Maker {
 public:
  explicit Maker(const SegmentationContent& content) : content_(content), source_(*content.source.dicom) {
    const Grid& grid = content.labels.grid();
    DcmSegmentation* made = nullptr;
    require(
        DcmSegmentation::createBinarySegmentation(
            made, static_cast<Uint16>(grid.size[1]), static_cast<Uint16>(grid.size[0]),
            IODGeneralEquipmentModule::EquipmentInfo("Pulmoscope", "Pulmoscope", "none", PULMO_VERSION),
            ContentIdentificationMacro("1", "LUNGS", "Lungs on chest CT; for research only, not for diagnosis", "")),
        "creating");
    document_.reset(made);
    empty_.resize(static_cast<std::size_t>(grid.size[0]) * static_cast<std::size_t>(grid.size[1]));
    // What we put together is right by construction (and is read back); checking it takes longer than making it.
    document_->setCheckFGOnWrite(OFFalse);
    document_->setCheckDimensionsOnWrite(OFFalse);
  }

  std::unique_ptr<DcmDataset> make() {
    addPatientAndStudy();
    addSeries();
    addGeometry();
    addDimensions();
    for (const auto& [label, slices] : content_.slices) addSegment(label, slices);
    addReferences();
    auto dataset = std::make_unique<DcmDataset>();
    require(document_->writeDataset(*dataset), "writing");
    if (packed_.size() % 2 != 0) packed_.push_back(0);
    require(dataset->putAndInsertUint8Array(DCM_PixelData, packed_.data(), packed_.size()), "pixels");
    const auto put = [&](const DcmTagKey& tag, const char* value) {
      require(dataset->putAndInsertString(tag, value), "adding");
    };
    put(DCM_SegmentsOverlap, "NO");
    if (!content_.options.withIdentity) {
      put(DCM_PatientIdentityRemoved, "YES");
      put(DCM_DeidentificationMethod, "Patient and dates left out, UIDs of the source kept");
    }
    return dataset;
  }

 private:
  void addPatientAndStudy() {
    const DicomIdentity& id = content_.identity;
    // Unchecked: they are copied as the source has them.
    const auto text = [](const std::string& value) { return OFString(value.c_str()); };
    if (!id.characterSet.empty())
      require(document_->getSOPCommon().setSpecificCharacterSet(text(id.characterSet), OFFalse), "character set");
    IODPatientModule& patient = document_->getPatient();
    require(patient.setPatientName(text(id.patientName), OFFalse), "patient");
    require(patient.setPatientID(text(id.patientId), OFFalse), "patient");
    require(patient.setPatientBirthDate(text(id.birthDate), OFFalse), "patient");
    require(patient.setPatientSex(text(id.sex), OFFalse), "patient");
    IODGeneralStudyModule& study = document_->getStudy();
    require(study.setStudyInstanceUID(text(source_.studyUid), OFFalse), "study");
    require(study.setStudyDate(text(id.studyDate), OFFalse), "study");
    require(study.setStudyTime(text(id.studyTime), OFFalse), "study");
    require(study.setStudyID(text(id.studyId), OFFalse), "study");
    require(study.setAccessionNumber(text(id.accessionNumber), OFFalse), "study");
    require(study.setReferringPhysicianName(text(id.referringPhysician), OFFalse), "study");
    if (!id.studyDescription.empty()) require(study.setStudyDescription(text(id.studyDescription), OFFalse), "study");
    const std::string& frame = source_.frameOfReferenceUid;  // the standard wants one in any case
    require(document_->getFrameOfReference().setFrameOfReferenceUID(text(frame.empty() ? newUid() : frame), OFFalse),
            "frame of reference");
  }

  void addSeries() {
    IODGeneralSeriesModule& series = document_->getSeries();
    OFString date, time;
    require(DcmDate::getCurrentDate(date), "date");
    require(DcmTime::getCurrentTime(time), "date");
    require(series.setSeriesInstanceUID(newUid().c_str()), "series");
    require(series.setSeriesNumber("900"), "series");
    require(series.setSeriesDescription("Lung mask (research only)"), "series");
    require(series.setSeriesDate(date), "series");
    require(series.setSeriesTime(time), "series");
    require(series.setBodyPartExamined("CHEST"), "series");
    require(document_->getSOPCommon().setSOPInstanceUID(newUid().c_str()), "instance");
  }

  void addGeometry() {
    const Grid& grid = content_.source.grid;
    const auto axis = [&](std::size_t row, std::size_t k) {
      return OFString(decimalString(grid.direction[3 * row + k]).c_str());
    };
    const std::unique_ptr<FGPlaneOrientationPatient> orientation(FGPlaneOrientationPatient::createMinimal(
        axis(0, 0), axis(1, 0), axis(2, 0), axis(0, 1), axis(1, 1), axis(2, 1)));
    if (!orientation) throw Error(ErrorKind::Internal, "The DICOM segmentation could not be made.", "orientation");
    require(document_->addForAllFrames(*orientation), "orientation");
    FGPixelMeasures measures;
    const std::string spacing = decimalString(grid.spacingMm[1]) + "\\" + decimalString(grid.spacingMm[0]);
    require(measures.setPixelSpacing(spacing.c_str()), "spacing");
    require(measures.setSliceThickness(decimalString(source_.thicknessMm.value_or(grid.spacingMm[2])).c_str()),
            "thickness");
    if (!content_.source.resampled)  // uneven slices have no one spacing; each frame says where it lies
      require(measures.setSpacingBetweenSlices(decimalString(grid.spacingMm[2]).c_str()), "spacing");
    require(document_->addForAllFrames(measures), "spacing");
  }

  void addDimensions() {
    const std::string uid = newUid();
    IODMultiframeDimensionModule& dimensions = document_->getDimensions();
    require(dimensions.addDimensionIndex(DCM_ReferencedSegmentNumber, uid.c_str(), DCM_SegmentIdentificationSequence,
                                         "Segment"),
            "dimensions");
    require(dimensions.addDimensionIndex(DCM_ImagePositionPatient, uid.c_str(), DCM_PlanePositionSequence, "Slice"),
            "dimensions");
    std::set<int> used;
    for (const auto& [label, slices] : content_.slices) used.insert(slices.begin(), slices.end());
    for (const int z : used) rank_[z] = static_cast<Uint32>(rank_.size()) + 1;
  }

  void addSegment(std::uint8_t label, const std::vector<int>& slices) {
    const LabelInfo& info = labelInfo(label);
    const MaskOrigin origin = content_.options.origin;
    const std::string algorithm = origin == MaskOrigin::Manual         ? std::string()
                                  : content_.options.algorithm.empty() ? "not known"
                                                                       : content_.options.algorithm;
    DcmSegment* segment = nullptr;
    require(DcmSegment::create(
                segment, std::string(info.name).c_str(), CodeSequenceMacro("123037004", "SCT", "Anatomical Structure"),
                CodeSequenceMacro(std::string(info.snomedCode).c_str(), "SCT", std::string(info.snomedMeaning).c_str()),
                algorithmType(origin), algorithm.c_str()),
            "segment");
    double l = 0, a = 0, b = 0;
    IODCIELabUtil::rgb2DicomLab(l, a, b, info.rgb[0] / 255.0, info.rgb[1] / 255.0, info.rgb[2] / 255.0);
    const auto word = [](double v) { return static_cast<Uint16>(std::clamp(std::lround(v), 0L, 65535L)); };
    Uint16 number = 0;
    require(document_->addSegment(segment, number), "segment");  // owned by the document from here on
    require(segment->setRecommendedDisplayCIELabValue(word(l), word(a), word(b)), "colour");
    for (const int z : slices) addFrame(label, number, z);
  }

  void addFrame(std::uint8_t label, Uint16 segment, int z) {
    const DicomSource::Slice& slice = source_.slices[static_cast<std::size_t>(z)];
    FGFrameContent frame;
    require(frame.setDimensionIndexValues(segment, 0), "frame");
    require(frame.setDimensionIndexValues(rank_.at(z), 1), "frame");
    const auto mm = [&](std::size_t k) { return OFString(decimalString(slice.positionMm[k]).c_str()); };
    const std::unique_ptr<FGPlanePosPatient> place(FGPlanePosPatient::createMinimal(mm(0), mm(1), mm(2)));
    ImageSOPInstanceReferenceMacro image;
    require(image.setReferencedSOPClassUID(slice.sopClassUid.c_str(), OFFalse), "reference");
    require(image.setReferencedSOPInstanceUID(slice.sopInstanceUid.c_str(), OFFalse), "reference");
    if (slice.frame > 0) require(image.addReferencedFrameNumber(static_cast<Uint16>(slice.frame)), "reference");
    OFVector<ImageSOPInstanceReferenceMacro> images;
    images.push_back(image);
    const std::unique_ptr<FGDerivationImage> derivation(DcmSegmentation::createDerivationImageFG(images, "Lung mask"));
    if (!place || !derivation) throw Error(ErrorKind::Internal, "The DICOM segmentation could not be made.", "frame");
    OFVector<FGBase*> groups;
    groups.push_back(&frame);
    groups.push_back(place.get());
    groups.push_back(derivation.get());
    require(document_->addFrame(empty_.data(), segment, groups), "frame");
    pack(label, z);
    used_.insert(z);
  }

  /// Frames follow each other bit by bit. Done here, since DCMTK 3.6.7 loses bits where a frame leaves 6 bits of a byte
  /// (https://github.com/QIICR/QuantitativeReporting/issues/278).
  void pack(std::uint8_t label, int z) {
    const std::uint8_t* voxels = content_.labels.slice(z);
    for (std::size_t i = 0; i < empty_.size(); ++i, ++bits_) {
      if (bits_ % 8 == 0) packed_.push_back(0);
      if (voxels[i] == label) packed_.back() = static_cast<Uint8>(packed_.back() | 1U << bits_ % 8);
    }
  }

  void addReferences() {
    auto series = std::make_unique<IODSeriesAndInstanceReferenceMacro::ReferencedSeriesItem>();
    require(series->setSeriesInstanceUID(source_.seriesUid.c_str(), OFFalse), "reference");
    std::set<std::string> told;  // a multi-frame file once
    for (const int z : used_) {
      const DicomSource::Slice& slice = source_.slices[static_cast<std::size_t>(z)];
      if (!told.insert(slice.sopInstanceUid).second) continue;
      auto image = std::make_unique<SOPInstanceReferenceMacro>();
      require(image->setReferencedSOPClassUID(slice.sopClassUid.c_str(), OFFalse), "reference");
      require(image->setReferencedSOPInstanceUID(slice.sopInstanceUid.c_str(), OFFalse), "reference");
      series->getReferencedInstanceItems().push_back(image.release());
    }
    document_->getCommonInstanceReference().getReferencedSeriesItems().push_back(series.release());
  }

  const SegmentationContent& content_;
  const DicomSource& source_;
  std::unique_ptr<DcmSegmentation> document_;
  std::map<int, Uint32> rank_;  ///< of a slice among those that have frames, from 1
  std::set<int> used_;
  std::vector<Uint8> empty_;   ///< a frame without anything in it, a byte a pixel
  std::vector<Uint8> packed_;  ///< the pixels of all frames so far
  std::size_t bits_ = 0;       ///< of packed_ that are used
};

}  // namespace

void writeSegmentation(const SegmentationContent& content, const std::filesystem::path& path) {
  prepareToolkit();
  DcmFileFormat file(Maker(content).make().release(), OFFalse);  // takes it over
  const OFCondition result = file.saveFile(path.c_str(), EXS_LittleEndianExplicit);
  if (result.bad())
    throw Error(ErrorKind::Io, "Could not write " + path.string() + ": the disk may be full.", result.text());
}

}  // namespace pulmo
