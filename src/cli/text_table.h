// TextTable: columns for people, aligned by what a terminal shows rather than by bytes.
#pragma once

#include "base/shown_text.h"
#include "cli/terminal.h"

#include <string>
#include <vector>

namespace sokkuri::cli {

enum class Align { kLeft, kRight };

class TextTable {
 public:
    struct Column {
        std::string title;
        Align align = Align::kLeft;
    };
    struct Cell {
        std::string text;  // shown text: no control characters
        Style style = Style::kHeading;
        bool is_styled = false;
    };

    explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

    void add_row(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }

    /// With a terminal, the last column is cut (at its start, where paths differ least) so that no
    /// line breaks.
    std::string text(const Terminal& terminal) const;

 private:
    std::vector<std::size_t> widths() const;
    std::string line(const std::vector<Cell>& cells, const std::vector<std::size_t>& widths,
                     const Terminal& terminal) const;

    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

}  // namespace sokkuri::cli
