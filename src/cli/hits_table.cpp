#include "base/shown_text.h"
#include "cli/hit_printer.h"
#include "cli/text_table.h"

#include <fmt/format.h>

namespace sokkuri::cli {
namespace {

class TablePrinter final : public HitPrinter {
 public:
    explicit TablePrinter(const PrinterPlace& place) : place_(place) {}

    Result<void> print(const ShownAnswer& shown) override {
        // One picture needs no title; an item may have been named by its id or picked for the user.
        const bool is_named = shown.query == shown.query_file;
        if (place_.queries == QueryCount::kMany || !is_named) {
            if (answers_++ > 0) place_.out.write("\n");
            const std::string& name = shown.query_file.empty() ? shown.query : shown.query_file;
            place_.out.write(place_.terminal.styled(Style::kHeading, shown_text(name)) + "\n");
        }
        if (shown.answer.hits.empty()) {
            place_.out.write("nothing found\n");
            return {};
        }
        TextTable table({{"#", Align::kRight}, {"score", Align::kRight}, {"band"}, {"path"}});
        for (const service::SearchHit& hit : shown.answer.hits) {
            const std::string name =
                hit.path.empty() ? hit.id : place_.reader.usable_path(hit.path);
            table.add_row({{fmt::format("{}", hit.rank)},
                           {fmt::format("{:.4f}", hit.score)},
                           {std::string(service::name_of(hit.band)), style_of(hit.band), true},
                           {shown_text(name)}});
        }
        place_.out.write(table.text(place_.terminal));
        return {};
    }

 private:
    PrinterPlace place_;
    std::size_t answers_ = 0;
};

}  // namespace

std::unique_ptr<HitPrinter> make_table_printer(const PrinterPlace& place) {
    return std::make_unique<TablePrinter>(place);
}

}  // namespace sokkuri::cli
