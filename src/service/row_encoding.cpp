#include "service/row_encoding.h"

#include "base/json.h"
#include "base/json_line.h"
#include "base/shown_text.h"

#include <cmath>
#include <cstdint>

namespace sokkuri::service {
namespace {

void append_dimension(const ExportedRow& row, std::string& bytes);

}  // namespace

Result<void> encode_floats(const ExportedRow& row, std::string& bytes) {
    const auto values = std::as_bytes(row.vector);
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size());
    return {};
}

Result<void> encode_fvecs(const ExportedRow& row, std::string& bytes) {
    append_dimension(row, bytes);
    return encode_floats(row, bytes);
}

Result<void> encode_bvecs(const ExportedRow& row, std::string& bytes) {
    append_dimension(row, bytes);
    for (const float value : row.vector) {
        if (!(value >= 0 && value <= 255) || std::floor(value) != value) {
            return fail(ErrorCode::kUnsupported,
                        "id {:?}: bvecs holds whole numbers from 0 to 255, and a component is {}",
                        row.id, value);
        }
        bytes += static_cast<char>(static_cast<std::uint8_t>(value));
    }
    return {};
}

Result<void> encode_ndjson(const ExportedRow& row, std::string& bytes) {
    TRY(require_utf8(row.id));
    JsonWriter json(bytes);
    json.begin_object().member("id", row.id).key("vector").begin_array();
    for (const float value : row.vector) {
        json.value(value);
    }
    json.end_array().key("document").raw(json_on_one_line(row.document)).end_object();
    bytes += '\n';
    return {};
}

Result<void> encode_id(const ExportedRow& row, std::string& bytes) {
    if (row.id.find('\n') != std::string_view::npos || row.id.ends_with('\r')) {
        return fail(ErrorCode::kUnsupported,
                    "id {:?}: holds a line end and cannot stand in a file of one id a line: write "
                    "the ids to a .npy, or everything as JSON lines",
                    row.id);
    }
    bytes += row.id;
    bytes += '\n';
    return {};
}

Result<void> encode_metadata(const ExportedRow& row, std::string& bytes) {
    TRY(require_utf8(row.id));
    const std::string document = json_on_one_line(row.document);
    const std::size_t first = document.find_first_not_of(" \t", document.find('{') + 1);
    const bool has_members = document[first] != '}';
    const std::size_t at = has_members ? first : document.find('{') + 1;
    bytes.append(document, 0, at);
    bytes += "\"id\":";
    JsonWriter(bytes).value(row.id);
    if (has_members) bytes += ',';
    bytes.append(document, at);
    bytes += '\n';
    return {};
}

Result<void> require_utf8(std::string_view id) {
    if (is_utf8(id)) return {};
    return fail(ErrorCode::kUnsupported,
                "id \"{}\": is not UTF-8: only a text file of ids can hold it", shown_text(id));
}

namespace {

void append_dimension(const ExportedRow& row, std::string& bytes) {
    const auto dimension = static_cast<std::int32_t>(row.vector.size());
    bytes.append(reinterpret_cast<const char*>(&dimension), sizeof(dimension));
}

}  // namespace
}  // namespace sokkuri::service
