#include "base/path_json.h"
#include "base/shown_text.h"
#include "cli/hit_printer.h"

#include <fmt/format.h>

namespace sokkuri::cli {
namespace {

/// RFC 4180 §2: quoted when it holds a comma, a quote or a line break.
std::string csv_field(std::string_view text);

class CsvPrinter final : public HitPrinter {
 public:
    explicit CsvPrinter(const PrinterPlace& place) : place_(place) {
        place_.out.write("id,path,score,distance,rank,band,query,path_bytes\r\n");
    }

    Result<void> print(const ShownAnswer& shown) override {
        for (const service::SearchHit& hit : shown.answer.hits) {
            place_.out.print("{},{},{},{},{},{},{},{}\r\n", csv_field(utf8_text(hit.id)),
                             csv_field(utf8_text(hit.path)), static_cast<float>(hit.score),
                             hit.distance, hit.rank, service::name_of(hit.band),
                             csv_field(utf8_text(shown.query)), path_bytes(hit.path));
        }
        return {};
    }

 private:
    PrinterPlace place_;
};

}  // namespace

std::unique_ptr<HitPrinter> make_csv_printer(const PrinterPlace& place) {
    return std::make_unique<CsvPrinter>(place);
}

namespace {

std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string field = "\"";
    for (const char letter : text) {
        if (letter == '"') field += '"';
        field += letter;
    }
    return field + "\"";
}

}  // namespace
}  // namespace sokkuri::cli
