#include "cli/hit_printer.h"

namespace sokkuri::cli {

std::unique_ptr<HitPrinter> make_hit_printer(Format format, const PrinterPlace& place) {
    switch (format) {
        case Format::kJson:
            return make_json_printer(place);
        case Format::kJsonl:
            return make_jsonl_printer(place);
        case Format::kCsv:
            return make_csv_printer(place);
        case Format::kPaths:
            return make_paths_printer(place, '\n');
        case Format::kNullPaths:
            return make_paths_printer(place, '\0');
        case Format::kTable:
            break;
    }
    return make_table_printer(place);
}

Style style_of(service::Band band) {
    switch (band) {
        case service::Band::kIdentical:
        case service::Band::kNear:
            return Style::kGood;
        case service::Band::kSimilar:
            return Style::kFair;
        case service::Band::kWeak:
            break;
    }
    return Style::kDim;
}

}  // namespace sokkuri::cli
