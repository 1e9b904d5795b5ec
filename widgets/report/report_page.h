// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QColor>
#include <QRectF>
#include <QString>
#include <string>
#include <vector>

#include "pipeline/report/report_content.h"
#include "pipeline/report/report_rows.h"
#include "widgets/report/report_sheet.h"

namespace pulmo {

/// Lays a report out, from the top of its page downwards: each block is drawn at `y_` and moves it on.
class ReportPage {
 public:
  /// @pre both outlive this
  ReportPage(const ReportContent& content, ReportSheet& sheet) : content_(content), sheet_(sheet) {}

  void write();

 private:
  using Align = ReportSheet::Align;
  using Style = ReportSheet::Style;
  static constexpr QColor kInk{22, 32, 43}, kSoft{92, 104, 117}, kLine{207, 214, 222}, kAccent{15, 92, 130};
  static constexpr QColor kPlate{243, 245, 248}, kAlert{179, 38, 30};
  static constexpr Style kHead{9, true, kAccent}, kBody{8, false, kInk}, kName{8, false, kSoft};
  static constexpr Style kSmall{7, false, kSoft};
  static constexpr double kLeft = ReportSheet::kMarginMm, kRight = ReportSheet::kWidthMm - ReportSheet::kMarginMm;
  static constexpr double kWide = ReportSheet::kInnerMm, kBottom = 282;  ///< below it stands the footer

  void header();
  void facts();
  void decision();
  void pictures();
  void errorKey();
  void tables();
  void findings();
  void signature();  ///< for a pen, where nobody has decided in the program and there is room
  void footer();
  void need(double height);  ///< goes to a new page where there is no room for that much
  /// Name and value, one below the other. @return the height
  double rows(double x, double y, double width, const std::vector<ReportRow>& rows);
  /// @param names  how wide the first column is. @return the height
  double table(double x, double y, double width, double names, const ReportTable& table);
  void onePicture(const QRectF& at, const ReportPicture& picture);
  void lettersOver(const QRectF& at, const ReportPicture& picture);
  void histogram(const QRectF& at);
  [[nodiscard]] static QString text(const std::string& utf8) { return QString::fromStdString(cleanText(utf8)); }

  const ReportContent& content_;
  ReportSheet& sheet_;
  double y_ = 0;
  int page_ = 1;
  std::string uid_;  ///< of the series: as long as a line, and for machines; it stands in the footer
};

}  // namespace pulmo
