#include "features/openvino/onnx_file.h"

#include <algorithm>
#include <cstdint>

namespace sokkuri::features::openvino {
namespace {

constexpr int kDepthMax = 5 * 32;  // a graph inside a graph is up to five messages further in

enum class Message {
    kModel,
    kGraph,
    kNode,
    kAttribute,
    kTensor,
    kSparseTensor,
    kFunction,
    kTraining
};

/// Which fields hold which messages. Fields that are not here cannot lead to a tensor.
struct Edge {
    Message from;
    std::uint64_t field;
    Message to;
};
constexpr Edge kEdges[] = {
    {Message::kModel, 7, Message::kGraph},
    {Message::kModel, 20, Message::kTraining},
    {Message::kModel, 25, Message::kFunction},
    {Message::kTraining, 1, Message::kGraph},
    {Message::kTraining, 2, Message::kGraph},
    {Message::kFunction, 7, Message::kNode},
    {Message::kGraph, 1, Message::kNode},
    {Message::kGraph, 5, Message::kTensor},
    {Message::kGraph, 15, Message::kSparseTensor},
    {Message::kNode, 5, Message::kAttribute},
    {Message::kAttribute, 5, Message::kTensor},
    {Message::kAttribute, 10, Message::kTensor},
    {Message::kAttribute, 6, Message::kGraph},
    {Message::kAttribute, 11, Message::kGraph},
    {Message::kAttribute, 22, Message::kSparseTensor},
    {Message::kAttribute, 23, Message::kSparseTensor},
    {Message::kSparseTensor, 1, Message::kTensor},
    {Message::kSparseTensor, 2, Message::kTensor},
};
constexpr std::uint64_t kExternalData = 13;  // of a tensor: names of files
constexpr std::uint64_t kDataLocation = 14;  // of a tensor: 1 is "in another file"

/// Reads fields of one message; `failed` once bytes are no protocol buffer.
class FieldReader {
 public:
    explicit FieldReader(std::span<const std::byte> bytes) : rest_(bytes) {}

    bool next();
    std::uint64_t field() const { return field_; }
    std::uint64_t number() const { return number_; }
    bool is_message() const { return type_ == 2; }
    std::span<const std::byte> content() const { return content_; }
    bool has_failed() const { return failed_; }

 private:
    std::uint64_t varint();
    std::span<const std::byte> take(std::uint64_t count);

    std::span<const std::byte> rest_;
    std::uint64_t field_ = 0;
    std::uint64_t type_ = 0;
    std::uint64_t number_ = 0;
    std::span<const std::byte> content_;
    bool failed_ = false;
};

Result<void> check_message(Message message, std::span<const std::byte> bytes, int depth);

}  // namespace

Result<void> check_onnx_file(std::span<const std::byte> bytes) {
    TRY(check_message(Message::kModel, bytes, 0));
    FieldReader reader(bytes);
    while (reader.next()) {
        if (reader.field() == 7 && reader.is_message()) return {};
    }
    return fail(ErrorCode::kCorruption, "not an ONNX model: it has no graph");
}

namespace {

Result<void> check_message(Message message, std::span<const std::byte> bytes, int depth) {
    if (depth > kDepthMax) return fail(ErrorCode::kExhausted, "graphs nested deeper than 32");
    FieldReader reader(bytes);
    while (reader.next()) {
        const bool is_elsewhere = message == Message::kTensor &&
                                  (reader.field() == kExternalData ||
                                   (reader.field() == kDataLocation && reader.number() == 1));
        if (is_elsewhere) {
            return fail(ErrorCode::kUnsupported,
                        "weights are in other files; save the model as one file");
        }
        const auto edge =
            std::find_if(std::begin(kEdges), std::end(kEdges), [&](const Edge& candidate) {
                return candidate.from == message && candidate.field == reader.field();
            });
        if (edge == std::end(kEdges) || !reader.is_message()) continue;
        TRY(check_message(edge->to, reader.content(), depth + 1));
    }
    if (reader.has_failed()) return fail(ErrorCode::kCorruption, "not an ONNX model");
    return {};
}

bool FieldReader::next() {
    if (rest_.empty() || failed_) return false;
    const std::uint64_t tag = varint();
    field_ = tag >> 3;
    type_ = tag & 7;
    number_ = 0;
    content_ = {};
    switch (type_) {
        case 0:
            number_ = varint();
            break;
        case 1:
            take(8);
            break;
        case 2:
            content_ = take(varint());
            break;
        case 5:
            take(4);
            break;
        default:
            failed_ = true;
    }
    if (field_ == 0) failed_ = true;
    return !failed_;
}

std::uint64_t FieldReader::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const auto byte = take(1);
        if (failed_) return 0;
        const auto bits = std::to_integer<std::uint64_t>(byte[0]);
        value |= (bits & 0x7F) << shift;
        if (bits < 0x80) return value;
    }
    failed_ = true;
    return 0;
}

std::span<const std::byte> FieldReader::take(std::uint64_t count) {
    if (failed_ || count > rest_.size()) {
        failed_ = true;
        return {};
    }
    const auto taken = rest_.first(static_cast<std::size_t>(count));
    rest_ = rest_.subspan(static_cast<std::size_t>(count));
    return taken;
}

}  // namespace
}  // namespace sokkuri::features::openvino
