// SPDX-License-Identifier: Apache-2.0
#include "app/cli/desktop/list_notes.h"

#include <QCoreApplication>
#include <clocale>
#include <map>
#include <utility>

#include "models/review/mask_maker.h"
#include "models/review/review_list.h"
#include "models/review/review_scan.h"

namespace pulmo::cli {

struct ListNotes::List {
  char name[6] = "pulmo";
  char* argv[2] = {name, nullptr};
  int argc = 1;
  QCoreApplication app{argc, argv};  // without one, Qt loads no database driver
  std::filesystem::path file, output;
  QString weights;
  ReviewList list;
  std::map<std::string, qint64> ids;  ///< of the items, by their names

  List(const std::filesystem::path& listFile, std::filesystem::path folder, QString maker)
      : file(listFile), output(std::move(folder)), weights(std::move(maker)), list(listFile) {
    std::setlocale(LC_NUMERIC, "C");  // Qt has taken the person's: tables keep their decimal points
  }
};

ListNotes::ListNotes(const std::filesystem::path& list, std::filesystem::path output, const std::string& method,
                     const std::filesystem::path& weights)
    : list_(std::make_unique<List>(list, std::move(output), makerOf(QString::fromStdString(method), weights).text())) {}

ListNotes::~ListNotes() = default;

void ListNotes::add(const std::vector<BatchItem>& items) {
  QList<ReviewEntry> entries;
  for (const BatchItem& item : items) entries << entryOf(item);
  (void)list_->list.add(entries);
  for (std::size_t i = 0; i < items.size(); ++i)
    list_->ids[items[i].name] = list_->list.add(entries[static_cast<qsizetype>(i)]);
}

void ListNotes::note(const BatchRow& row) {
  list_->list.noteResult(list_->ids.at(row.name), resultOf(row, list_->output, list_->file, list_->weights));
}

}  // namespace pulmo::cli
