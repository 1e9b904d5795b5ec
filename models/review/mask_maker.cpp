// SPDX-License-Identifier: Apache-2.0
#include "models/review/mask_maker.h"

#include <QCryptographicHash>
#include <QFile>

#include "pipeline/core/error.h"

namespace pulmo {

QString MaskMaker::text() const {
  return file.isEmpty() ? method : method + ", " + file + ", SHA-256 " + sha256;
}

QString MaskMaker::key() const {
  return sha256.isEmpty() ? method : method + '-' + sha256.left(8);
}

MaskMaker makerOf(const QString& method, const std::filesystem::path& weights) {
  MaskMaker maker;
  maker.method = method;
  if (weights.empty()) return maker;
  QFile file(QString::fromStdString(weights.string()));
  QCryptographicHash hash(QCryptographicHash::Sha256);
  if (!file.open(QIODevice::ReadOnly) || !hash.addData(&file))
    throw Error(ErrorKind::Io, "The weights " + weights.string() + " cannot be read.");
  maker.file = QString::fromStdString(weights.filename().string());
  maker.sha256 = QString::fromLatin1(hash.result().toHex());
  return maker;
}

}  // namespace pulmo
