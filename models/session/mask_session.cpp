// SPDX-License-Identifier: Apache-2.0
#include "models/session/mask_session.h"

#include <QElapsedTimer>
#include <QStringList>
#include <utility>

#include "pipeline/dicomseg/segmentation_file.h"

namespace pulmo {

namespace {

QStringList texts(const std::vector<std::string>& sentences) {
  QStringList result;
  for (const std::string& sentence : sentences) result << QString::fromStdString(sentence);
  return result;
}

}  // namespace

MaskSession::MaskSession(Study& study, std::vector<SegmenterPtr> segmenters, QObject* parent)
    : QObject(parent),
      study_(study),
      segmenters_(std::move(segmenters)),
      segmentJob_(tr("Segmenting")),
      loadJob_(tr("Opening the mask")),
      saveJob_(tr("Saving the mask"), LatestJob::Requests::All) {
  // A mask of the scan before may not land on the new one.
  connect(&study_, &Study::scanChanged, this, [this] {
    segmentJob_.cancel();
    loadJob_.cancel();
  });
}

void MaskSession::addSegmenter(SegmenterPtr segmenter) {
  segmenters_.push_back(std::move(segmenter));
  Q_EMIT segmentersChanged();
}

void MaskSession::segment(std::size_t method) {
  const ScanPtr scan = study_.scan();
  if (!scan) return;
  const SegmenterPtr segmenter = segmenters_.at(method);
  struct Result {
    std::optional<UncertainSegmentation> found;
    double seconds = 0;
  };
  auto result = std::make_shared<Result>();
  segmentJob_.run(
      [scan, segmenter, result](const StopToken& stop, const ProgressSink& progress) {
        QElapsedTimer timer;
        timer.start();
        result->found = segmenter->segmentWithUncertainty(*scan->ct, stop, progress);
        result->seconds = static_cast<double>(timer.elapsed()) / 1000.0;
        return result->found ? Outcome::Completed : Outcome::Stopped;
      },
      [this, scan, segmenter, result] {
        if (study_.scan() != scan) return;
        seconds_ = result->seconds;
        Segmentation& found = result->found->segmentation;
        LabelVolume& doubt = result->found->uncertainty;
        study_.setPrediction({std::make_shared<const LabelVolume>(std::move(found.labels)),
                              QString::fromStdString(segmenter->name()), texts(found.notes),
                              doubt.voxels().empty() ? nullptr : std::make_shared<const LabelVolume>(std::move(doubt)),
                              QString::fromStdString(segmenter->name())});
        Q_EMIT segmented();
      });
}

void MaskSession::loadReference(const std::filesystem::path& path, const MaskValues& values) {
  const ScanPtr scan = study_.scan();
  if (!scan) return;
  struct Result {
    LabelPtr labels;
    std::optional<MaskInspection> question;
    QStringList notes;
  };
  auto result = std::make_shared<Result>();
  loadJob_.run(
      [scan, path, values, result](const StopToken& stop, const ProgressSink& progress) {
        progress(0, "Reading " + path.filename().string());
        auto answer = loadOrInspectMask(path, scan.get(), values, stop);
        if (!answer || stop.stop_requested()) return Outcome::Stopped;
        result->notes = texts(answer->notes);
        if (answer->labels)
          result->labels = std::make_shared<const LabelVolume>(std::move(*answer->labels));
        else
          result->question = std::move(answer->inspection);
        return Outcome::Completed;
      },
      [this, scan, path, result] {
        if (study_.scan() != scan) return;
        if (result->question) {
          // Later, when the job counts as ended: whoever answers may take their time.
          QMetaObject::invokeMethod(
              this,
              [this, scan, path, result] {
                if (study_.scan() == scan) Q_EMIT valuesNeeded(path, *result->question);
              },
              Qt::QueuedConnection);
          return;
        }
        study_.setReference({result->labels, QString::fromStdString(path.filename().string()), result->notes});
      });
}

void MaskSession::save(const NamedMask& mask, const std::filesystem::path& path, Overwrite overwrite) {
  const ScanPtr scan = study_.scan();
  const LabelPtr labels = mask.labels;
  if (!scan || !labels) return;
  const SegmentationOptions options{mask.byPerson ? MaskOrigin::SemiAutomatic : MaskOrigin::Automatic,
                                    mask.algorithm.toStdString(), false};
  auto note = std::make_shared<std::string>();
  saveJob_.run(
      [scan, labels, path, overwrite, options, note](const StopToken&, const ProgressSink& progress) {
        progress(0, "Writing " + path.filename().string());
        *note = exportMask(path, *labels, scan->source, options, overwrite);
        return Outcome::Completed;
      },
      [this, labels, path, note] {
        Q_EMIT resultSaved(labels);
        Q_EMIT saved(QString::fromStdString(path.string()), QString::fromStdString(*note));
      });
}

}  // namespace pulmo
