#include "cli/load_bodies.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace sokkuri::cli {
namespace {

bool has_line_end(std::span<const std::string> texts);
LoadBody form_body(const collection::LoadBatch& batch, std::size_t dimension);
LoadBody lines_body(const collection::LoadBatch& batch, std::size_t dimension);
std::string joined_lines(std::span<const std::string> texts);

}  // namespace

LoadBody load_body(const collection::LoadBatch& batch, std::size_t dimension) {
    const bool needs_json = has_line_end(batch.ids) || has_line_end(batch.documents);
    return needs_json ? lines_body(batch, dimension) : form_body(batch, dimension);
}

std::size_t load_bytes(const collection::LoadBatch& batch) {
    std::size_t bytes = batch.vectors.size_bytes();
    for (const std::string& id : batch.ids)
        bytes += id.size() + 1;
    for (const std::string& document : batch.documents)
        bytes += document.size() + 1;
    return bytes;
}

collection::LoadBatch part_of(const collection::LoadBatch& batch, std::size_t first,
                              std::size_t end) {
    const std::size_t dimension = batch.vectors.size() / batch.ids.size();
    const std::size_t rows = end - first;
    collection::LoadBatch part{
        .field = batch.field,
        .ids = batch.ids.subspan(first, rows),
        .vectors = batch.vectors.subspan(first * dimension, rows * dimension)};
    if (!batch.documents.empty()) part.documents = batch.documents.subspan(first, rows);
    if (end == batch.ids.size()) part.mark = batch.mark;
    return part;
}

namespace {

bool has_line_end(std::span<const std::string> texts) {
    return std::ranges::any_of(texts, [](const std::string& text) {
        return text.find('\n') != std::string::npos || text.ends_with('\r');
    });
}

/// The border is none of the bytes that it surrounds: a hash of them that they would have to
/// contain.
LoadBody form_body(const collection::LoadBatch& batch, std::size_t dimension) {
    const std::array<std::uint64_t, 2> shape = {batch.ids.size(), dimension};
    const std::string ids = joined_lines(batch.ids);
    const std::string content = hex(xxh128(std::as_bytes(batch.vectors))) + ids;
    const std::string border = "sokkuri-" + hex(xxh128(std::as_bytes(std::span(content))));
    LoadBody body{.content_type = "multipart/form-data; boundary=" + border, .text = {}};
    body.text.reserve(load_bytes(batch) + 1'024);
    const auto begin_part = [&](std::string_view name) {
        body.text += fmt::format(
            "--{}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\n\r\n", border,
            name, name);
    };
    begin_part("vectors");
    body.text += npy_header("<f4", shape);
    body.text.append(reinterpret_cast<const char*>(batch.vectors.data()),
                     batch.vectors.size_bytes());
    body.text += "\r\n";
    begin_part("ids");
    body.text += ids + "\r\n";
    if (!batch.documents.empty()) {
        begin_part("documents");
        body.text += joined_lines(batch.documents) + "\r\n";
    }
    body.text += fmt::format("--{}--\r\n", border);
    return body;
}

LoadBody lines_body(const collection::LoadBatch& batch, std::size_t dimension) {
    LoadBody body{.content_type = "application/x-ndjson", .text = {}};
    for (std::size_t row = 0; row < batch.ids.size(); ++row) {
        JsonWriter json(body.text);
        json.begin_object().member("id", batch.ids[row]).key("vector").begin_array();
        for (const float value : batch.vectors.subspan(row * dimension, dimension))
            json.value(value);
        json.end_array();
        if (!batch.documents.empty() && !batch.documents[row].empty()) {
            // A line end in JSON stands between its words, where a space says as much.
            std::string document = batch.documents[row];
            std::ranges::replace(document, '\n', ' ');
            json.key("document").raw(document);
        }
        json.end_object();
        body.text += '\n';
    }
    return body;
}

std::string joined_lines(std::span<const std::string> texts) {
    std::string text;
    for (const std::string& line : texts) {
        text += line;
        text += '\n';
    }
    return text;
}

}  // namespace
}  // namespace sokkuri::cli
