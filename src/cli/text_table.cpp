#include "cli/text_table.h"

#include <algorithm>

namespace sokkuri::cli {
namespace {

constexpr std::size_t kGap = 2;

}  // namespace

std::string TextTable::text(const Terminal& terminal) const {
    const std::vector<std::size_t> column_widths = widths();
    std::vector<Cell> titles;
    for (const Column& column : columns_) {
        titles.push_back({column.title, Style::kDim, true});
    }
    std::string text = line(titles, column_widths, terminal);
    for (const std::vector<Cell>& row : rows_) {
        text += line(row, column_widths, terminal);
    }
    return text;
}

std::vector<std::size_t> TextTable::widths() const {
    std::vector<std::size_t> widths;
    for (const Column& column : columns_) {
        widths.push_back(display_width(column.title));
    }
    for (const std::vector<Cell>& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], display_width(row[i].text));
        }
    }
    return widths;
}

std::string TextTable::line(const std::vector<Cell>& cells, const std::vector<std::size_t>& widths,
                            const Terminal& terminal) const {
    std::string text;
    std::size_t used = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const bool is_last = i + 1 == cells.size();
        std::string shown = cells[i].text;
        if (is_last && terminal.out_is_terminal) {
            const std::size_t room = terminal.columns > used + 8 ? terminal.columns - used : 8;
            shown = fit_width(shown, room, Cut::kStart);
        }
        const std::size_t width = display_width(shown);
        const std::string padding(widths[i] > width ? widths[i] - width : 0, ' ');
        if (columns_[i].align == Align::kRight) text += padding;
        text += cells[i].is_styled ? terminal.styled(cells[i].style, shown) : shown;
        if (is_last) break;
        if (columns_[i].align == Align::kLeft) text += padding;
        text += std::string(kGap, ' ');
        used += widths[i] + kGap;
    }
    return text + "\n";
}

}  // namespace sokkuri::cli
