// RowEncoding: exported rows as bytes, in every format that is nothing but one row after the other:
// for files (vector_sink.h) and for answers that are made while they are sent (export_stream.h).
// docs/formats/exchange.md draws them. Pure.
#pragma once

#include "base/result.h"

#include <span>
#include <string>
#include <string_view>

namespace sokkuri::service {

struct ExportedRow {
    std::string_view id;
    std::string_view document;
    std::span<const float> vector;
};

/// Appends a row to `bytes`. kUnsupported, naming the id, for what the format cannot hold.
using RowEncoding = Result<void> (*)(const ExportedRow& row, std::string& bytes);

/// The vector as float32, nothing else: also what follows the header of a NumPy matrix.
Result<void> encode_floats(const ExportedRow& row, std::string& bytes);
/// Behind its dimension (int32).
Result<void> encode_fvecs(const ExportedRow& row, std::string& bytes);
/// Likewise, a byte each: kUnsupported for a component that is no whole number from 0 to 255.
Result<void> encode_bvecs(const ExportedRow& row, std::string& bytes);
/// A line: {"id", "vector", "document"}.
Result<void> encode_ndjson(const ExportedRow& row, std::string& bytes);
/// A line: the id.
Result<void> encode_id(const ExportedRow& row, std::string& bytes);
/// A line: the document with its id right before its first member, so that what is left without it
/// is the text as it was.
Result<void> encode_metadata(const ExportedRow& row, std::string& bytes);

/// kUnsupported, naming the id: JSON is UTF-8, and so are NumPy's texts.
Result<void> require_utf8(std::string_view id);

}  // namespace sokkuri::service
