// Contact sheet: query and hits as small pictures with captions, side by side: what --show prints
// instead of a table.
#pragma once

#include "cli/hit_printer.h"
#include "cli/option.h"
#include "cli/picture_strip.h"
#include "image/decode.h"

#include <memory>
#include <string>
#include <vector>

namespace sokkuri::cli {

/// --show, --draw, --picture-columns.
std::vector<Option> show_options();

struct SheetOptions {
    Protocol protocol = Protocol::kAuto;
    std::uint32_t picture_columns = 0;  // 0: as many as make the lines full
    StripColors colors = StripColors::kAsTerminal;
    image::DecodeLimits limits;
};

SheetOptions sheet_options(const Settings& settings, const Terminal& terminal);

/// Pictures that cannot be read leave an empty place with the reason as caption. Output that is no
/// terminal gets symbols.
std::unique_ptr<HitPrinter> make_contact_sheet(const PrinterPlace& place,
                                               const SheetOptions& options);

}  // namespace sokkuri::cli
