#include "store/row_hash.h"

#include "base/check.h"
#include "base/hash.h"

#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace sokkuri::store {
namespace {

/// One column: its type, and its value or the hash of its bytes.
struct HashedColumn {
    std::uint64_t type = 0;  // SQLITE_INTEGER …
    std::uint64_t value = 0;
};

HashedColumn hashed(sqlite3_value* value);
void hash_row(sqlite3_context* context, int count, sqlite3_value** values);

}  // namespace

void register_row_hash(sqlite3* connection) {
    constexpr int kAnyNumber = -1;
    CHECK(sqlite3_create_function_v2(connection, "row_hash", kAnyNumber,
                                     SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nullptr,
                                     &hash_row, nullptr, nullptr, nullptr) == SQLITE_OK);
}

namespace {

void hash_row(sqlite3_context* context, int count, sqlite3_value** values) {
    std::array<HashedColumn, kRowHashColumnsMax> columns;
    if (count > kRowHashColumnsMax) {
        sqlite3_result_error(context, "row_hash: too many columns", -1);
        return;
    }
    for (int i = 0; i < count; ++i) {
        columns[static_cast<std::size_t>(i)] = hashed(values[i]);
    }
    const std::span used = std::span(columns).first(static_cast<std::size_t>(count));
    sqlite3_result_int64(context, static_cast<std::int32_t>(xxh64(std::as_bytes(used))));
}

HashedColumn hashed(sqlite3_value* value) {
    const int type = sqlite3_value_type(value);
    HashedColumn column{.type = static_cast<std::uint64_t>(type)};
    if (type == SQLITE_INTEGER) {
        column.value = static_cast<std::uint64_t>(sqlite3_value_int64(value));
    } else if (type == SQLITE_FLOAT) {
        const double real = sqlite3_value_double(value);
        std::memcpy(&column.value, &real, sizeof real);
    } else if (type != SQLITE_NULL) {
        const void* start = sqlite3_value_blob(value);
        const auto length = static_cast<std::size_t>(sqlite3_value_bytes(value));
        column.value = xxh64({static_cast<const std::byte*>(start), length});
    }
    return column;
}

}  // namespace
}  // namespace sokkuri::store
