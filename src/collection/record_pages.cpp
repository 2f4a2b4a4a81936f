#include "collection/record_pages.h"

#include <algorithm>
#include <charconv>
#include <random>
#include <unordered_set>
#include <utility>

namespace sokkuri::collection {
namespace {

using Random = std::mt19937_64;

/// Numbers drawn for each record that is wanted before gaps are taken for large.
constexpr std::size_t kDrawsPerRecord = 8;

Result<void> check_count(std::size_t count);
Result<std::uint64_t> start_of(const std::string& cursor);
Result<std::vector<Record>> sample_of_few(store::ReadTransaction& transaction, std::size_t count,
                                          Random& random);

/// Draws by number, so that what it costs does not depend on how many records there are.
class SampleByNumber {
 public:
    SampleByNumber(store::ReadTransaction& transaction, std::size_t count, Random& random)
        : transaction_(transaction), count_(count), random_(random) {}

    Result<std::vector<Record>> take() &&;

 private:
    Result<void> draw();
    Result<void> fill_up_from(store::RecordNumber start);
    store::RecordNumber random_number();
    bool is_full() const { return records_.size() >= count_; }
    void add(store::RecordRow row);

    store::ReadTransaction& transaction_;
    const std::size_t count_;
    Random& random_;
    std::unordered_set<store::RecordNumber> drawn_;
    std::vector<Record> records_;
};

}  // namespace

Result<std::vector<std::optional<Record>>> records_with_ids(store::ReadTransaction& transaction,
                                                            std::span<const std::string> ids) {
    std::vector<std::optional<Record>> records;
    for (const std::string& id : ids) {
        std::optional<store::RecordRow> row = TRY(transaction.record(id));
        records.push_back(row ? std::optional(record_of(std::move(*row))) : std::nullopt);
    }
    return records;
}

Result<std::vector<float>> vector_of_record(store::ReadTransaction& transaction,
                                            const Snapshot& snapshot, const std::string& id,
                                            const std::string& field_name) {
    const FieldSnapshot* field = TRY(snapshot.field(field_name));
    const std::optional<store::RecordRow> record = TRY(transaction.record(id));
    if (!record) return fail(ErrorCode::kNotFound, "record \"{}\": there is none", id);
    const std::optional<store::Slot> slot =
        TRY(transaction.slot_of_record(field->number, record->number));
    if (!slot) {
        return fail(ErrorCode::kNotFound, "record \"{}\": no vector in field \"{}\"", id,
                    field->spec.name);
    }
    if (*slot >= field->committed) {
        return fail(ErrorCode::kCorruption,
                    "record \"{}\": its vector in field \"{}\" is in slot {}; {} are committed", id,
                    field->spec.name, *slot, field->committed);
    }
    if (field->is_lost(*slot)) {
        return fail(
            ErrorCode::kCorruption,
            "record \"{}\": its vector in field \"{}\" is lost: the file ends before slot {}", id,
            field->spec.name, *slot);
    }
    const std::span<const float> row = field->row(*slot);
    return std::vector<float>(row.begin(), row.end());
}

Result<RecordPage> page_of_records(store::ReadTransaction& transaction, const std::string& cursor,
                                   std::size_t limit, std::optional<store::FieldNumber> without) {
    if (limit < 1 || limit > kPageRecordsMax) {
        return fail(ErrorCode::kInvalidArgument, "limit {}: must be 1 to {}", limit,
                    kPageRecordsMax);
    }
    const std::uint64_t start = TRY(start_of(cursor));
    RecordPage page;
    if (start >= store::kRecordNumbersMax) return page;
    // One more than wanted tells whether there is a next page.
    const auto from = static_cast<store::RecordNumber>(start);
    std::vector<store::RecordRow> rows =
        TRY(without ? transaction.records_without_vector(*without, from, limit + 1)
                    : transaction.records_from(from, limit + 1));
    if (rows.size() > limit) {
        page.next = fmt::format("{}", rows.back().number);
        rows.pop_back();
    }
    for (store::RecordRow& row : rows)
        page.records.push_back(record_of(std::move(row)));
    return page;
}

Result<std::vector<Record>> sample_of_records(store::ReadTransaction& transaction,
                                              std::size_t count, std::uint64_t seed) {
    TRY(check_count(count));
    const std::uint64_t records = TRY(transaction.record_count());
    Random random(seed);
    if (records <= 2 * std::uint64_t{count}) return sample_of_few(transaction, count, random);
    return SampleByNumber(transaction, count, random).take();
}

Result<std::vector<Record>> sample_of_records(store::ReadTransaction& transaction,
                                              const store::RecordSet& records, std::size_t count,
                                              std::uint64_t seed) {
    TRY(check_count(count));
    std::vector<store::RecordNumber> numbers = records.numbers();
    Random random(seed);
    std::vector<Record> sample;
    while (sample.size() < count && !numbers.empty()) {
        std::swap(numbers[random() % numbers.size()], numbers.back());
        std::optional<store::RecordRow> row = TRY(transaction.record(numbers.back()));
        if (row) sample.push_back(record_of(std::move(*row)));
        numbers.pop_back();
    }
    return sample;
}

Record record_of(store::RecordRow row) {
    return {std::move(row.id), std::move(row.document), row.version, row.seq};
}

namespace {

Result<void> check_count(std::size_t count) {
    if (count <= kSampleRecordsMax) return {};
    return fail(ErrorCode::kInvalidArgument, "sample of {} records: at most {}", count,
                kSampleRecordsMax);
}

Result<std::uint64_t> start_of(const std::string& cursor) {
    if (cursor.empty()) return 0;
    std::uint64_t start = 0;
    const char* end = cursor.data() + cursor.size();
    const auto parsed = std::from_chars(cursor.data(), end, start);
    if (parsed.ec == std::errc() && parsed.ptr == end) return start;
    return fail(ErrorCode::kInvalidArgument, "cursor {:?}: not one that a page has given", cursor);
}

/// All of them, shuffled.
Result<std::vector<Record>> sample_of_few(store::ReadTransaction& transaction, std::size_t count,
                                          Random& random) {
    std::vector<store::RecordRow> rows = TRY(transaction.records_from(0, 2 * count));
    std::vector<Record> records;
    while (!rows.empty() && records.size() < count) {
        std::swap(rows[random() % rows.size()], rows.back());
        records.push_back(record_of(std::move(rows.back())));
        rows.pop_back();
    }
    return records;
}

Result<std::vector<Record>> SampleByNumber::take() && {
    TRY(draw());
    if (!is_full()) {
        // Most numbers are gaps. What follows a random one is less fair, but there.
        TRY(fill_up_from(random_number()));
        TRY(fill_up_from(0));
    }
    return std::move(records_);
}

Result<void> SampleByNumber::draw() {
    for (std::size_t draws = kDrawsPerRecord * count_; draws > 0 && !is_full(); --draws) {
        const store::RecordNumber number = random_number();
        if (drawn_.contains(number)) continue;
        std::optional<store::RecordRow> row = TRY(transaction_.record(number));
        if (row) add(std::move(*row));
    }
    return {};
}

/// Half of twice as many cannot have been drawn before, unless the records end.
Result<void> SampleByNumber::fill_up_from(store::RecordNumber start) {
    std::vector<store::RecordRow> rows = TRY(transaction_.records_from(start, 2 * count_));
    for (store::RecordRow& row : rows) {
        if (!is_full() && !drawn_.contains(row.number)) add(std::move(row));
    }
    return {};
}

store::RecordNumber SampleByNumber::random_number() {
    return static_cast<store::RecordNumber>(random_() % transaction_.record_numbers_end());
}

void SampleByNumber::add(store::RecordRow row) {
    drawn_.insert(row.number);
    records_.push_back(record_of(std::move(row)));
}

}  // namespace
}  // namespace sokkuri::collection
