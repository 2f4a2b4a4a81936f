// Database: one SQLite connection with sokkuri's settings (WAL, synchronous=FULL, every file
// operation through the FileSystem), and the few calls that catalog and workspace need. Errors
// carry the statement and the file's own error. Statements may call row_hash (store/row_hash.h).
// One thread at a time per Database; any number of Databases, in any process, may have the same
// file open. SQLite's own header stays inside store. Deliberately no query builder and no value
// classes: SQL is written where it is used.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "store/database_options.h"
#include "store/sql_value.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace sokkuri::store {

class SqliteVfs;

/// The rows of one run of a statement. Ends the run when destroyed. Views are valid until the next
/// `next`.
class Rows {
 public:
    Rows(Rows&& other) noexcept;
    Rows& operator=(Rows&& other) = delete;
    ~Rows();

    /// Goes to the next row (the first, when called first). False behind the last.
    Result<bool> next();

    std::int64_t integer(int column) const;
    std::string_view text(int column) const;
    std::span<const std::byte> blob(int column) const;
    /// Of any class but NULL, which reads as an empty text.
    SqlValue value(int column) const;

 private:
    friend class Statement;
    explicit Rows(class Statement& statement) : statement_(&statement) {}

    Statement* statement_;
};

/// A prepared statement. Must not outlive its Database. Parameters are numbered as they are given;
/// what they view is copied. Integers, floats, text (std::string_view), blobs (spans of bytes) and
/// nullptr (NULL) can be bound.
class Statement {
 public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&& other) = delete;
    ~Statement();

    template <typename... Values>
    Result<Rows> query(const Values&... values) {
        TRY(bind_all(values...));
        return Rows(*this);
    }

    /// For statements that yield no rows.
    template <typename... Values>
    Result<void> run(const Values&... values) {
        TRY(bind_all(values...));
        return step_to_end();
    }

 private:
    friend class Database;
    friend class Rows;
    Statement(class Database& database, sqlite3_stmt* statement)
        : database_(&database), statement_(statement) {}

    template <typename... Values>
    Result<void> bind_all(const Values&... values) {
        start(static_cast<int>(sizeof...(values)));
        int index = 0;
        Result<void> bound;
        // Stops at the first that fails.
        static_cast<void>(((bound = bind(++index, values)).has_value() && ...));
        return bound;
    }

    template <typename Integer>
    requires std::is_integral_v<Integer> Result<void> bind(int index, Integer value) {
        return bind_integer(index, static_cast<std::int64_t>(value));
    }
    Result<void> bind(int index, double value);
    Result<void> bind(int index, std::string_view text);
    Result<void> bind(int index, std::span<const std::byte> blob);
    Result<void> bind(int index, std::nullptr_t);
    Result<void> bind(int index, const SqlValue& value);
    Result<void> bind_integer(int index, std::int64_t value);
    Result<void> bound(int code);

    void start(int parameters);
    void reset();
    Result<bool> step();
    Result<void> step_to_end();
    Error failure(int code);
    void check_memory() const;

    Database* database_;
    sqlite3_stmt* statement_;
    bool is_running_ = false;
};

/// Rolled back when destroyed without a successful commit.
class Transaction {
 public:
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&& other) = delete;
    ~Transaction();

    /// Durable when it returns. After an error nothing of it is visible to anybody, but a kill may
    /// still bring it back until the next successful commit: whoever keeps other files in step must
    /// wait for that (docs/formats/catalog.md).
    Result<void> commit();

 private:
    friend class Database;
    explicit Transaction(class Database& database) : database_(&database) {}

    Database* database_;
};

class Database {
 public:
    /// kNotFound when there is none (or only the empty shell of one whose making was cut off);
    /// kUnsupported for another format version; kCorruption when it is no database or another
    /// program's. A read-only disk can be read when the last writer has closed cleanly, else
    /// kUnavailable. kRead never changes what the file says, but may finish what a killed writer
    /// had committed (SQLite's recovery).
    static Result<std::unique_ptr<Database>> open(FileSystem& files, const std::string& path,
                                                  const DatabaseOptions& options);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    /// Closes; the last connection to close empties and removes the WAL.
    ~Database();

    /// Prepared at its first use and kept for the life of the connection. Must not be running.
    Result<Statement*> prepared(const char* sql);
    Result<Statement> prepare(std::string_view sql);
    /// Any number of statements without parameters and rows.
    Result<void> execute(const char* sql);

    /// One unchanging view of the file for as long as it lives.
    Result<Transaction> begin_read();
    /// The only writer from now on; kUnavailable when another connection still writes after the
    /// busy timeout.
    Result<Transaction> begin_write();

    /// Writes the database as this connection sees it now to a new file, synced, page by page.
    /// kAlreadyExists when there is one.
    Result<void> copy_to(const std::string& path);

    /// Writes the whole file anew, without free pages. Outside of transactions, and not beside
    /// temporary tables and views. Takes room for two copies on its disk, and little memory.
    Result<void> rewrite();

    /// Of the file as it was opened: below DatabaseOptions::format_version for readers only.
    std::int32_t format_version() const;

    /// Rows changed by the last INSERT, UPDATE or DELETE.
    std::int64_t changes() const;

 private:
    friend class Statement;
    friend class Transaction;
    struct State;
    explicit Database(std::unique_ptr<State> state);

    Result<void> open_ordinary(const DatabaseOptions& options);
    static Result<std::unique_ptr<Database>> open_immutable(FileSystem& files,
                                                            const std::string& path,
                                                            const DatabaseOptions& options,
                                                            const Error& cause);
    Result<void> connect(int flags, const DatabaseOptions& options);
    Result<void> create_format(const DatabaseOptions& options);
    Result<void> check_format(const DatabaseOptions& options);
    Result<void> upgrade_format(const DatabaseOptions& options);
    Result<void> see_old_format(const DatabaseOptions& options);
    void want_page_checksums();
    bool has_page_checksums();
    Result<bool> has_format();
    Result<std::int64_t> integer_of(const char* sql);
    Result<void> check_immutable() const;
    void roll_back();
    void forget_old_errors();
    Error error_of(int code, std::string_view doing) const;

    std::unique_ptr<State> state_;
};

}  // namespace sokkuri::store
