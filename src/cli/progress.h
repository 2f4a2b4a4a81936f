// Progress of indexing on standard error: one line that redraws itself on a terminal, a plain line
// every few seconds elsewhere. Called from one thread at a time.
#pragma once

#include "cli/output.h"
#include "cli/terminal.h"
#include "service/ingest.h"

#include <string>
#include <string_view>

namespace sokkuri::cli {

class ProgressLine {
 public:
    ProgressLine(Console& console, const Terminal& terminal)
        : console_(console), terminal_(terminal) {}

    void show(const service::IngestProgress& progress);
    /// What goes on after the pictures: "index: linking, 45 %". On a terminal only.
    void show(std::string_view stage, double share);
    /// What is looked at now, where nobody knows how much there is. On a terminal only.
    void show(std::string_view file);
    /// A line of another's making; `seconds` since it began.
    void show_line(std::string_view line, double seconds);
    /// Takes the line off the terminal again.
    void clear();

    /// "▕████▌     ▏ 46 %  1,204 of 2,641  287/s  0:05 left  3 failed"; fits into `columns`.
    static std::string bar(const service::IngestProgress& progress, std::size_t columns);
    /// "1,204 of 2,641 pictures, 287/s, 0:05 left, 3 failed"
    static std::string plain(const service::IngestProgress& progress);

 private:
    Console& console_;
    const Terminal& terminal_;
    double plain_at_seconds_ = 0;  // when the last plain line was written
    bool is_drawn_ = false;
};

/// 1234567 → "1,234,567".
std::string with_commas(std::uint64_t number);
/// 3725 → "1:02:05", 65 → "1:05".
std::string clock_text(double seconds);

}  // namespace sokkuri::cli
