// Statement and Rows of store/database.h: binding, stepping, columns.
#include "base/check.h"
#include "store/database.h"

#include <sqlite3.h>

#include <memory>
#include <new>

namespace sokkuri::store {

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)) {
    CHECK(!other.is_running_);
}

Statement::~Statement() {
    sqlite3_finalize(statement_);
}

void Statement::start(int parameters) {
    CHECK(!is_running_);
    CHECK(sqlite3_bind_parameter_count(statement_) == parameters);
    database_->forget_old_errors();
    is_running_ = true;
}

Result<void> Statement::bound(int code) {
    if (code == SQLITE_OK) return {};
    return tl::unexpected(failure(code));
}

Result<void> Statement::bind_integer(int index, std::int64_t value) {
    return bound(sqlite3_bind_int64(statement_, index, value));
}

Result<void> Statement::bind(int index, double value) {
    return bound(sqlite3_bind_double(statement_, index, value));
}

// A null pointer would bind NULL instead of an empty text or blob.
Result<void> Statement::bind(int index, std::string_view text) {
    const char* start = text.empty() ? "" : text.data();
    return bound(
        sqlite3_bind_text64(statement_, index, start, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

Result<void> Statement::bind(int index, std::span<const std::byte> blob) {
    const void* start = blob.empty() ? static_cast<const void*>("") : blob.data();
    return bound(sqlite3_bind_blob64(statement_, index, start, blob.size(), SQLITE_TRANSIENT));
}

Result<void> Statement::bind(int index, std::nullptr_t) {
    return bound(sqlite3_bind_null(statement_, index));
}

Result<void> Statement::bind(int index, const SqlValue& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value.held)) {
        return bind_integer(index, *integer);
    }
    if (const auto* number = std::get_if<double>(&value.held)) return bind(index, *number);
    if (const auto* text = std::get_if<std::string>(&value.held)) {
        return bind(index, std::string_view(*text));
    }
    const auto& blob = std::get<std::vector<std::byte>>(value.held);
    return bind(index, std::span<const std::byte>(blob));
}

void Statement::reset() {
    // Its code repeats the error of the last step, which has been told.
    static_cast<void>(sqlite3_reset(statement_));
    sqlite3_clear_bindings(statement_);
    is_running_ = false;
}

Result<bool> Statement::step() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
        reset();
        return false;
    }
    return tl::unexpected(failure(code));
}

Result<void> Statement::step_to_end() {
    const bool has_row = TRY(step());
    CHECK(!has_row);  // query() is for those that yield rows
    return {};
}

/// The run is over, also where memory has run out, which travels from here: the statement is kept
/// and will be run again.
Error Statement::failure(int code) {
    const auto end = [](Statement* statement) { statement->reset(); };
    const std::unique_ptr<Statement, decltype(end)> run(this);
    return database_->error_of(code, sqlite3_sql(statement_));
}

/// A column that there was no memory for looks like NULL.
void Statement::check_memory() const {
    if (sqlite3_errcode(sqlite3_db_handle(statement_)) == SQLITE_NOMEM) throw std::bad_alloc();
}

Rows::Rows(Rows&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}

Rows::~Rows() {
    if (statement_ != nullptr && statement_->is_running_) statement_->reset();
}

Result<bool> Rows::next() {
    // Behind the last row a further step would run the statement anew.
    if (!statement_->is_running_) return false;
    return statement_->step();
}

std::int64_t Rows::integer(int column) const {
    return sqlite3_column_int64(statement_->statement_, column);
}

std::string_view Rows::text(int column) const {
    const unsigned char* start = sqlite3_column_text(statement_->statement_, column);
    if (start == nullptr) {
        statement_->check_memory();
        return {};
    }
    const int length = sqlite3_column_bytes(statement_->statement_, column);
    return {reinterpret_cast<const char*>(start), static_cast<std::size_t>(length)};
}

std::span<const std::byte> Rows::blob(int column) const {
    const void* start = sqlite3_column_blob(statement_->statement_, column);
    if (start == nullptr) {
        statement_->check_memory();
        return {};
    }
    const int length = sqlite3_column_bytes(statement_->statement_, column);
    return {static_cast<const std::byte*>(start), static_cast<std::size_t>(length)};
}

SqlValue Rows::value(int column) const {
    switch (sqlite3_column_type(statement_->statement_, column)) {
        case SQLITE_INTEGER:
            return {integer(column)};
        case SQLITE_FLOAT:
            return {sqlite3_column_double(statement_->statement_, column)};
        case SQLITE_BLOB: {
            const std::span<const std::byte> bytes = blob(column);
            return {std::vector<std::byte>(bytes.begin(), bytes.end())};
        }
        default:
            return {std::string(text(column))};
    }
}

}  // namespace sokkuri::store
