// RowStream: exported rows with their ids and documents as one stream of bytes, complete or seen to
// be cut off, so that an export of a server can write the same files as one of a folder, all of one
// generation. docs/formats/exchange.md draws it. Pure.
#pragma once

#include "base/result.h"
#include "service/row_encoding.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::service {

/// What comes before the first row.
struct RowStreamHead {
    std::string field;
    std::uint32_t dimension = 0;
    std::uint64_t rows = 0;
    std::uint64_t generation = 0;
};

/// What comes behind the last one.
struct RowStreamEnd {
    std::uint64_t rows = 0;
    std::uint64_t without_vector = 0;  // records that are not among the rows
};

std::string encode_head(const RowStreamHead& head);
/// A row of the stream; a RowEncoding.
Result<void> encode_row(const ExportedRow& row, std::string& bytes);
void encode_end(const RowStreamEnd& end, std::string& bytes);
/// Instead of the end, and of all further rows.
void encode_failure(const Error& why, std::string& bytes);

/// Takes a stream apart as it comes, in pieces of any size, with one row in memory. What it says is
/// checked like any other input. Belongs to one thread.
class RowStreamReader {
 public:
    struct Sinks {
        std::function<Result<void>(const RowStreamHead& head)> head;  // once, before the first row
        std::function<Result<void>(const ExportedRow& row)> row;      // views: valid in the call
    };

    explicit RowStreamReader(Sinks sinks) : sinks_(std::move(sinks)) {}

    /// kCorruption names the byte; kUnavailable says why the stream breaks off; errors of the sinks
    /// as they are.
    Result<void> feed(std::string_view bytes);
    /// kUnavailable when the stream ended before its end.
    Result<RowStreamEnd> end() const;

 private:
    enum class Part { kHead, kRow, kDone };

    Result<bool> take_part();
    Result<bool> take_head();
    Result<bool> take_row();
    Result<bool> take_end();
    Result<bool> take_failure(std::size_t size_bytes);
    std::string_view rest() const { return std::string_view(buffer_).substr(taken_); }
    void take(std::size_t bytes);
    Error corrupt(std::string_view what) const;

    const Sinks sinks_;
    Part part_ = Part::kHead;
    RowStreamHead head_;
    RowStreamEnd end_;
    std::uint64_t rows_ = 0;   // that have come
    std::uint64_t place_ = 0;  // in the stream, of what is taken next
    std::string buffer_;       // what has come
    std::size_t taken_ = 0;    // of it
    std::vector<float> vector_;
};

}  // namespace sokkuri::service
