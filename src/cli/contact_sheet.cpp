#include "cli/contact_sheet.h"

#include "base/shown_text.h"
#include "cli/model_options.h"
#include "service/preview.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace sokkuri::cli {
namespace {

constexpr std::uint32_t kGapColumns = 2;
constexpr std::uint32_t kPictureColumnsWanted = 22;
constexpr std::uint32_t kCellWidthPx = 10;  // of a terminal that does not say
constexpr std::uint32_t kCellHeightPx = 20;

struct Card {
    std::string file;               // usable from here; empty: none of its own
    std::string item;               // whose picture is drawn where there is no file; empty: none
    std::string title;              // "1  0.9421  near"
    std::string name;               // shown text
    bool may_lack_picture = false;  // a record that is no file
    Style style = Style::kDim;
};

class ContactSheet final : public HitPrinter {
 public:
    ContactSheet(const PrinterPlace& place, const SheetOptions& options)
        : place_(place), options_(options) {}

    Result<void> print(const ShownAnswer& shown) override;

 private:
    std::vector<Card> cards_of(const ShownAnswer& shown) const;
    Result<void> print_row(std::span<Card> cards);
    Result<image::Picture> picture_of(const Card& card, std::uint32_t side_px) const;
    std::string caption_line(std::span<const Card> cards, std::string Card::*text) const;
    StripLayout layout() const;

    PrinterPlace place_;
    SheetOptions options_;
    std::size_t answers_ = 0;
};

/// The path where there is room, else its last part.
std::string short_name(std::string_view path, std::size_t columns);

}  // namespace

std::vector<Option> show_options() {
    return {
        {.name = "show", .help = "Draw the pictures themselves instead of a table"},
        {.name = "draw",
         .kind = ValueKind::kChoice,
         .value_name = "HOW",
         .help = "How --show draws; auto: the best that the terminal is known to understand",
         .fallback = "auto",
         .choices = {"auto", "symbols", "sixel", "kitty", "iterm"}},
        {.name = "picture-columns",
         .kind = ValueKind::kInteger,
         .value_name = "N",
         .help = "Columns of one picture with --show; 0: about 24, so that lines are full",
         .fallback = "0",
         .maximum = 200},
    };
}

SheetOptions sheet_options(const Settings& settings, const Terminal& terminal) {
    SheetOptions options{
        .picture_columns = static_cast<std::uint32_t>(settings.integer("picture-columns")),
        .limits = decode_limits(settings)};
    const std::string& draw = settings.text("draw");
    options.protocol = draw == "symbols" ? Protocol::kSymbols
                       : draw == "sixel" ? Protocol::kSixel
                       : draw == "kitty" ? Protocol::kKitty
                       : draw == "iterm" ? Protocol::kIterm
                                         : Protocol::kAuto;
    if (!terminal.out_is_terminal) {
        // A log or a pipe: whoever looks at it later most likely has a terminal with all colors.
        if (options.protocol == Protocol::kAuto) options.protocol = Protocol::kSymbols;
        options.colors = StripColors::kTrue;
    }
    const bool is_plain = settings.text("color") == "never" ||
                          (terminal.out_is_terminal && !terminal.has_color) || terminal.no_color;
    if (is_plain) options.colors = StripColors::kNone;
    return options;
}

std::unique_ptr<HitPrinter> make_contact_sheet(const PrinterPlace& place,
                                               const SheetOptions& options) {
    return std::make_unique<ContactSheet>(place, options);
}

namespace {

Result<void> ContactSheet::print(const ShownAnswer& shown) {
    std::vector<Card> cards = cards_of(shown);
    const StripLayout strip = layout();
    const std::size_t in_row = std::max<std::size_t>(
        1, (place_.terminal.columns + kGapColumns) / (strip.picture_columns + strip.gap_columns));
    if (answers_++ > 0) place_.out.write("\n");
    for (std::size_t first = 0; first < cards.size() && place_.out.is_open(); first += in_row) {
        TRY(print_row(std::span(cards).subspan(first, std::min(in_row, cards.size() - first))));
    }
    place_.out.flush();
    return {};
}

std::vector<Card> ContactSheet::cards_of(const ShownAnswer& shown) const {
    const std::uint32_t columns = layout().picture_columns;
    const std::string& query_name = shown.query_file.empty() ? shown.query : shown.query_file;
    std::vector<Card> cards{{.file = shown.query_file,
                             .item = shown.answer.query_id,
                             .title = "query",
                             .name = short_name(query_name, columns),
                             .may_lack_picture = shown.query_file.empty(),
                             .style = Style::kHeading}};
    for (const service::SearchHit& hit : shown.answer.hits) {
        cards.push_back({.item = hit.id,
                         .title = fmt::format("{}  {:.3f}  {}", hit.rank, hit.score,
                                              service::name_of(hit.band)),
                         .name = short_name(hit.path.empty() ? hit.id : hit.path, columns),
                         .may_lack_picture = hit.path.empty(),
                         .style = style_of(hit.band)});
    }
    return cards;
}

Result<void> ContactSheet::print_row(std::span<Card> cards) {
    StripLayout strip = layout();
    const std::uint32_t side_px = std::max(strip.picture_columns * strip.cell_width_px,
                                           strip.picture_rows * strip.cell_height_px);
    std::vector<std::optional<image::Picture>> pictures;
    for (Card& card : cards) {
        auto read = picture_of(card, side_px);
        const bool is_none =
            !read && card.may_lack_picture && read.error().code() == ErrorCode::kNotFound;
        if (!read && !is_none) card.name = shown_text(read.error().message());
        pictures.push_back(read ? std::optional(std::move(*read)) : std::nullopt);
    }
    strip.picture_rows = rows_needed(pictures, strip);
    const std::string drawing = TRY(draw_strip(pictures, strip));
    place_.out.write(drawing);
    place_.out.write(caption_line(cards, &Card::title));
    place_.out.write(caption_line(cards, &Card::name));
    place_.out.write("\n");
    return {};
}

Result<image::Picture> ContactSheet::picture_of(const Card& card, std::uint32_t side_px) const {
    if (!card.file.empty()) {
        return service::preview(posix_file_system(), card.file, side_px, options_.limits);
    }
    if (!card.item.empty()) return place_.reader.preview(card.item, side_px, options_.limits);
    return fail(ErrorCode::kNotFound, "{}: no picture", card.name);
}

std::string ContactSheet::caption_line(std::span<const Card> cards, std::string Card::*text) const {
    const StripLayout strip = layout();
    std::string line;
    for (std::size_t i = 0; i < cards.size(); ++i) {
        const std::string shown = fit_width(cards[i].*text, strip.picture_columns, Cut::kEnd);
        const std::string styled =
            text == &Card::title ? place_.terminal.styled(cards[i].style, shown) : shown;
        line += styled;
        if (i + 1 == cards.size()) break;
        line += std::string(strip.picture_columns + strip.gap_columns - display_width(shown), ' ');
    }
    return line + "\n";
}

StripLayout ContactSheet::layout() const {
    const Terminal& terminal = place_.terminal;
    std::uint32_t columns = std::min(options_.picture_columns, terminal.columns);
    if (columns == 0) {
        const std::uint32_t in_row =
            std::max(1U, (terminal.columns + kGapColumns) / (kPictureColumnsWanted + kGapColumns));
        columns = (terminal.columns + kGapColumns) / in_row - kGapColumns;
    }
    return {.picture_columns = columns,
            .picture_rows = std::max(1U, columns / 2),
            .gap_columns = kGapColumns,
            .cell_width_px = terminal.cell_width_px > 0 ? terminal.cell_width_px : kCellWidthPx,
            .cell_height_px = terminal.cell_height_px > 0 ? terminal.cell_height_px : kCellHeightPx,
            .protocol = options_.protocol,
            .colors = options_.colors};
}

std::string short_name(std::string_view path, std::size_t columns) {
    std::string shown = shown_text(path);
    if (display_width(shown) <= columns) return shown;
    return shown_text(path.substr(path.rfind('/') + 1));
}

}  // namespace
}  // namespace sokkuri::cli
