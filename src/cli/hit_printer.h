// HitPrinter: writes the answers of search and similar, one after another, in the format asked for.
// One per command.
#pragma once

#include "cli/collection_reader.h"
#include "cli/format.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "service/search.h"

#include <memory>
#include <string>

namespace sokkuri::cli {

/// One query with its answer. Borrowed.
struct ShownAnswer {
    const std::string& query;  // bytes: the picture or item as it was given
    const std::string&
        query_file;  // bytes: its picture, usable from here; empty when there is none
    const service::SearchAnswer& answer;
};

enum class QueryCount { kOne, kMany };

/// What printers write to and what they must know. Borrowed.
struct PrinterPlace {
    Output& out;
    const Terminal& terminal;
    CollectionReader& reader;
    QueryCount queries = QueryCount::kOne;
    bool with_timings = false;
};

class HitPrinter {
 public:
    virtual ~HitPrinter() = default;
    virtual Result<void> print(const ShownAnswer& shown) = 0;
    /// After the last answer.
    virtual void finish() {}
};

/// `format` "table", "json", …; each printer is in a file of its own.
std::unique_ptr<HitPrinter> make_hit_printer(Format format, const PrinterPlace& place);
std::unique_ptr<HitPrinter> make_json_printer(const PrinterPlace& place);
std::unique_ptr<HitPrinter> make_jsonl_printer(const PrinterPlace& place);
std::unique_ptr<HitPrinter> make_csv_printer(const PrinterPlace& place);
std::unique_ptr<HitPrinter> make_paths_printer(const PrinterPlace& place, char terminator);
std::unique_ptr<HitPrinter> make_table_printer(const PrinterPlace& place);

Style style_of(service::Band band);

}  // namespace sokkuri::cli
