// SPDX-License-Identifier: Apache-2.0
#include "models/session/weights_name.h"

#include <QCryptographicHash>
#include <QFile>

#include "pipeline/core/error.h"
#include "pipeline/learn/file_segmenter.h"

namespace pulmo {

QString MaskMaker::text() const {
  return file.isEmpty() ? method : method + ", " + file + ", SHA-256 " + sha256;
}

QString MaskMaker::key() const {
  return sha256.isEmpty() ? method : method + '-' + sha256.left(8);
}

MaskMaker makerOf(const Segmenter& segmenter) {
  MaskMaker maker;
  maker.method = QString::fromStdString(segmenter.name());
  const auto* network = dynamic_cast<const FileSegmenter*>(&segmenter);
  if (!network) return maker;
  QFile file(QString::fromStdString(network->weights().string()));
  QCryptographicHash hash(QCryptographicHash::Sha256);
  if (!file.open(QIODevice::ReadOnly) || !hash.addData(&file))
    throw Error(ErrorKind::Io, "The weights " + network->weights().string() + " cannot be read.");
  maker.file = QString::fromStdString(network->weights().filename().string());
  maker.sha256 = QString::fromLatin1(hash.result().toHex());
  return maker;
}

}  // namespace pulmo
