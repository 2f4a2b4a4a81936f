#include "cli/hit_printer.h"

namespace sokkuri::cli {
namespace {

/// Raw bytes, usable from the working directory: for other programs.
class PathsPrinter final : public HitPrinter {
 public:
    PathsPrinter(const PrinterPlace& place, char terminator)
        : place_(place), terminator_(terminator) {}

    Result<void> print(const ShownAnswer& shown) override {
        for (const service::SearchHit& hit : shown.answer.hits) {
            place_.out.write(hit.path.empty() ? hit.id : place_.reader.usable_path(hit.path));
            place_.out.write(std::string_view(&terminator_, 1));
        }
        return {};
    }

 private:
    PrinterPlace place_;
    char terminator_;
};

}  // namespace

std::unique_ptr<HitPrinter> make_paths_printer(const PrinterPlace& place, char terminator) {
    return std::make_unique<PathsPrinter>(place, terminator);
}

}  // namespace sokkuri::cli
