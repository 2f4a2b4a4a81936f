#include "service/document_vectors.h"

#include "base/json.h"
#include "base/json_members.h"
#include "service/ndjson_record.h"

#include <algorithm>

namespace sokkuri::service {
namespace {

using collection::FieldSpec;
using collection::FieldVector;

/// False only where no member can have the name of a field.
bool may_hold_vectors(std::string_view document, std::span<const FieldSpec> fields);
bool is_vector(const JsonValue& value);
std::string json_text(std::string_view text);
std::string json_text(std::span<const float> values);

}  // namespace

Result<CutDocument> cut_vectors(std::string_view document, std::span<const FieldSpec> fields) {
    if (!may_hold_vectors(document, fields)) return CutDocument{std::string(document), {}};
    const JsonValue tree = TRY(parse_json(document, {.size_bytes_max = kNdjsonLineBytesMax}));
    if (!tree.is_object()) return CutDocument{std::string(document), {}};
    CutDocument cut;
    JsonObjectText kept;
    const std::vector<JsonMember> members = json_members(document);
    for (std::size_t i = 0; i < members.size(); ++i) {
        const JsonValue& value = tree.members()[i].second;
        const bool is_field = std::ranges::count(fields, members[i].name, &FieldSpec::name) > 0;
        if (!is_field || !is_vector(value)) {
            kept.add(members[i]);
            continue;
        }
        FieldVector vector{.field = members[i].name};
        vector.values = TRY(in_context("document: " + vector.field, vector_of_json(value)));
        cut.vectors.push_back(std::move(vector));
    }
    cut.document = cut.vectors.empty() ? std::string(document) : std::move(kept).finish();
    return cut;
}

Result<std::vector<std::vector<FieldVector>>> cut_vectors(std::span<std::string> documents,
                                                          std::span<const FieldSpec> fields) {
    std::vector<std::vector<FieldVector>> vectors;
    for (std::size_t i = 0; i < documents.size(); ++i) {
        if (documents[i].empty()) continue;
        CutDocument cut = TRY(cut_vectors(std::string_view(documents[i]), fields));
        if (cut.vectors.empty()) continue;
        vectors.resize(documents.size());
        vectors[i] = std::move(cut.vectors);
        documents[i] = std::move(cut.document);
    }
    return vectors;
}

Result<CutDocument> cut_patch(std::string_view document, std::string_view patch,
                              std::span<const FieldSpec> fields) {
    CutDocument cut = TRY(cut_vectors(patch, fields));
    if (cut.vectors.empty()) return cut;
    const std::vector<JsonMember> there = json_members(document);
    JsonObjectText left;
    const std::vector<JsonMember> kept = json_members(cut.document);
    for (const JsonMember& member : kept)
        left.add(member);
    for (const FieldVector& vector : cut.vectors) {
        if (find_member(there, vector.field) != nullptr) left.add(json_text(vector.field), "null");
    }
    cut.document = std::move(left).finish();
    return cut;
}

std::string with_vectors(std::string_view document, std::span<const FieldVector> vectors) {
    if (vectors.empty()) return std::string(document);
    const std::vector<JsonMember> members = json_members(document);
    const auto is_there = [&](const FieldVector& vector) {
        return find_member(members, vector.field) != nullptr;
    };
    if (std::ranges::all_of(vectors, is_there)) return std::string(document);
    JsonObjectText whole;
    for (const JsonMember& member : members)
        whole.add(member);
    for (const FieldVector& vector : vectors) {
        if (!is_there(vector)) whole.add(json_text(vector.field), json_text(vector.values));
    }
    return std::move(whole).finish();
}

namespace {

bool may_hold_vectors(std::string_view document, std::span<const FieldSpec> fields) {
    // A name may be written with escapes.
    if (document.find('\\') != std::string_view::npos) return !fields.empty();
    return std::ranges::any_of(fields, [&](const FieldSpec& field) {
        return document.find(field.name) != std::string_view::npos;
    });
}

bool is_vector(const JsonValue& value) {
    if (!value.is_array() || value.items().empty()) return false;
    return std::ranges::all_of(value.items(), [](const JsonValue& item) {
        return item.kind() == JsonValue::Kind::kNumber;
    });
}

std::string json_text(std::string_view text) {
    std::string json;
    JsonWriter(json).value(text);
    return json;
}

std::string json_text(std::span<const float> values) {
    std::string text;
    JsonWriter json(text);
    json.begin_array();
    for (const float value : values)
        json.value(value);
    json.end_array();
    return text;
}

}  // namespace
}  // namespace sokkuri::service
