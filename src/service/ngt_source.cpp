// NGT indexes as gannoy keeps them: prf says in text what the objects are, obj holds them one after
// the other (a mark "+" and its bytes, or "-" where one was removed), NAME.map beside the folder
// gives gannoy's keys. Layout (github.com/yahoojapan/NGT): docs/formats/exchange.md.
#include "base/line_reader.h"
#include "base/npy.h"
#include "base/shown_text.h"
#include "collection/collection.h"
#include "service/gannoy_source.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <unordered_map>
#include <utility>

namespace sokkuri::service {
namespace {

constexpr std::size_t kPropertyBytesMax = 4'096;
constexpr std::size_t kMapLineBytesMax = 64;
constexpr std::uint64_t kObjectsMax = UINT32_MAX;
constexpr std::size_t kHeadBytes = 8;  // of obj: how many objects

/// What prf says.
struct Properties {
    std::uint32_t dimension = 0;
    NpyElement element = NpyElement::kFloat32;
    index::Metric metric = index::Metric::kL2;
};

/// NGT's object number to gannoy's key.
using Keys = std::unordered_map<std::uint32_t, std::uint64_t>;

class NgtSource final : public VectorSource {
 public:
    NgtSource(std::unique_ptr<File> file, std::string name, const Properties& properties)
        : file_(std::move(file)), name_(std::move(name)), properties_(properties) {}

    /// `keys`: empty optional: there is no map, and the numbers are the ids.
    Result<void> open(std::optional<Keys> keys);

    std::uint32_t dimension() const override { return properties_.dimension; }
    std::optional<index::Metric> metric() const override { return properties_.metric; }
    bool has_ids() const override { return true; }
    std::uint64_t numbers_end() const override { return objects_; }
    Result<SourceRows> next(std::size_t rows_max) override;
    std::uint64_t position() const override { return next_; }
    std::uint64_t end() const override { return objects_; }
    Result<void> seek(std::uint64_t position) override;

 private:
    std::size_t object_bytes() const {
        return properties_.dimension * size_of(properties_.element);
    }
    /// The object numbered next_, and past it. Empty: it was removed.
    Result<std::optional<std::span<const std::byte>>> object();
    Result<void> fill(std::size_t bytes);

    std::unique_ptr<File> file_;
    const std::string name_;
    const Properties properties_;
    std::optional<Keys> keys_;
    std::uint64_t objects_ = 0;  // the first of them, 0, is never one
    std::uint64_t next_ = 0;
    std::uint64_t next_at_ = kHeadBytes;  // bytes from the start of the file
    std::vector<std::byte> block_;
    std::size_t used_ = 0;  // of the block
};

Result<Properties> read_properties(FileSystem& files, const std::string& path);
Result<void> read_property(std::string_view key, std::string_view value, Properties& properties);
Result<std::optional<Keys>> read_map(FileSystem& files, const std::string& path);
template <typename Integer>
std::optional<Integer> whole_number(std::string_view text);

constexpr std::size_t kBlockBytes = 1U << 20;

}  // namespace

Result<std::unique_ptr<VectorSource>> open_gannoy_ngt(FileSystem& files,
                                                      const std::string& folder) {
    const Properties properties = TRY(read_properties(files, join_path(folder, "prf")));
    std::string stem = folder;
    while (stem.size() > 1 && stem.ends_with('/'))
        stem.pop_back();
    std::optional<Keys> keys = TRY(read_map(files, stem + ".map"));
    const std::string path = join_path(folder, "obj");
    std::unique_ptr<File> file = TRY(files.open(path, OpenMode::kRead));
    auto source = std::make_unique<NgtSource>(std::move(file), shown_text(path), properties);
    TRY(source->open(std::move(keys)));
    return source;
}

namespace {

Result<void> NgtSource::open(std::optional<Keys> keys) {
    keys_ = std::move(keys);
    const std::uint64_t size = TRY(in_context(name_, file_->size_bytes()));
    const std::size_t read =
        TRY(file_->read_at(0, std::as_writable_bytes(std::span(&objects_, 1))));
    // Each object takes a byte at least.
    if (read == kHeadBytes && objects_ <= kObjectsMax && objects_ <= size - kHeadBytes) return {};
    return fail(ErrorCode::kCorruption, "{}: {} bytes for {} objects: no objects of an NGT index",
                name_, size, objects_);
}

Result<SourceRows> NgtSource::next(std::size_t rows_max) {
    SourceRows rows;
    while (next_ < objects_ && rows.numbers.size() < rows_max) {
        const std::uint64_t number = next_;
        const auto bytes = TRY(object());
        if (!bytes) continue;
        std::uint64_t id = number;
        if (keys_) {
            const auto found = keys_->find(static_cast<std::uint32_t>(number));
            if (found == keys_->end()) continue;  // gannoy has forgotten it
            id = found->second;
        }
        const std::size_t filled = rows.vectors.size();
        rows.vectors.resize(filled + properties_.dimension);
        npy_to_floats(properties_.element, bytes->data(), std::span(rows.vectors).subspan(filled));
        rows.ids.push_back(fmt::format("{}", id));
        rows.numbers.push_back(number);
    }
    return rows;
}

Result<std::optional<std::span<const std::byte>>> NgtSource::object() {
    TRY(fill(1));
    const auto mark = static_cast<char>(block_[used_]);
    if (mark != '+' && mark != '-') {
        return fail(ErrorCode::kCorruption,
                    "{}: byte {}: object {} begins with neither + nor - (dimension {} and the "
                    "type of its components are from prf)",
                    name_, next_at_, next_, properties_.dimension);
    }
    const std::size_t size = mark == '+' ? object_bytes() : 0;
    TRY(fill(1 + size));
    const auto bytes = std::span<const std::byte>(block_).subspan(used_ + 1, size);
    used_ += 1 + size;
    next_at_ += 1 + size;
    ++next_;
    if (mark == '-') return std::nullopt;
    return bytes;
}

/// At least `bytes` more in the block.
Result<void> NgtSource::fill(std::size_t bytes) {
    if (block_.size() - used_ >= bytes) return {};
    block_.resize(std::max(bytes, kBlockBytes));
    used_ = 0;
    const std::size_t read = TRY(in_context(name_, file_->read_at(next_at_, block_)));
    block_.resize(read);
    if (read >= bytes) return {};
    return fail(ErrorCode::kCorruption, "{}: ends at byte {}, inside of object {} of {}", name_,
                next_at_ + read, next_, objects_);
}

/// Objects differ in size: from the first on.
Result<void> NgtSource::seek(std::uint64_t position) {
    if (position > objects_) {
        return fail(ErrorCode::kInvalidArgument, "{}: object {}: it has {}", name_, position,
                    objects_);
    }
    if (position < next_) {
        next_ = 0;
        next_at_ = kHeadBytes;
        block_.clear();
        used_ = 0;
    }
    while (next_ < position) {
        TRY(object());
    }
    return {};
}

Result<Properties> read_properties(FileSystem& files, const std::string& path) {
    LineReader lines = TRY(LineReader::open(files, path, kPropertyBytesMax));
    Properties properties;
    constexpr std::uint64_t kLinesMax = 1'000;
    while (const auto line = TRY(lines.next())) {
        const std::size_t tab = std::min(line->find('\t'), line->size());
        const std::string_view value = line->substr(std::min(tab + 1, line->size()));
        TRY(in_context(shown_text(path), read_property(line->substr(0, tab), value, properties)));
        if (lines.line() >= kLinesMax) break;
    }
    if (properties.dimension > 0) return properties;
    return fail(ErrorCode::kCorruption, "{}: names no Dimension: no properties of an NGT index",
                shown_text(path));
}

Result<void> read_property(std::string_view key, std::string_view value, Properties& properties) {
    const auto unknown = [&] {
        return fail(ErrorCode::kUnsupported, "{} {}: not read", key, shown_text(value));
    };
    if (key == "Dimension") {
        const auto dimension = whole_number<std::uint32_t>(value);
        if (!dimension || *dimension == 0 || *dimension > collection::kDimensionMax) {
            return fail(ErrorCode::kInvalidArgument, "dimension {}, must be 1 to {}",
                        shown_text(value), collection::kDimensionMax);
        }
        properties.dimension = *dimension;
    } else if (key == "ObjectType") {
        if (value != "Float-4" && value != "Integer-1") return unknown();
        properties.element = value == "Float-4" ? NpyElement::kFloat32 : NpyElement::kUint8;
    } else if (key == "DistanceType") {
        constexpr std::pair<std::string_view, index::Metric> kMetrics[] = {
            {"L1", index::Metric::kL1},
            {"L2", index::Metric::kL2},
            {"Angle", index::Metric::kCosine},
            {"Cosine", index::Metric::kCosine},
            {"NormalizedAngle", index::Metric::kCosine},
            {"NormalizedCosine", index::Metric::kCosine}};
        const auto found =
            std::ranges::find(kMetrics, value, [](const auto& m) { return m.first; });
        if (found == std::end(kMetrics)) return unknown();
        properties.metric = found->second;
    } else if (key == "DatabaseType" && value != "Memory") {
        return unknown();
    }
    return {};
}

/// Lines of "key,object".
Result<std::optional<Keys>> read_map(FileSystem& files, const std::string& path) {
    const auto status = files.status_following(path);
    if (!status && status.error().code() == ErrorCode::kNotFound) return std::nullopt;
    LineReader lines = TRY(LineReader::open(files, path, kMapLineBytesMax));
    Keys keys;
    while (const auto line = TRY(lines.next())) {
        if (line->empty()) continue;
        const std::size_t comma = std::min(line->find(','), line->size());
        const auto key = whole_number<std::uint64_t>(line->substr(0, comma));
        const auto object =
            whole_number<std::uint32_t>(line->substr(std::min(comma + 1, line->size())));
        if (key && object && keys.emplace(*object, *key).second) continue;
        return fail(ErrorCode::kCorruption, "{}: line {}: not a key and an object of its own",
                    shown_text(path), lines.line());
    }
    return keys;
}

template <typename Integer>
std::optional<Integer> whole_number(std::string_view text) {
    Integer value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_whole = error == std::errc() && end == text.data() + text.size();
    return is_whole ? std::optional(value) : std::nullopt;
}

}  // namespace
}  // namespace sokkuri::service
