#include "index/node_codes.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace sokkuri::index {

namespace {

constexpr std::size_t kLine = 64;
// Beyond this a bias says no more than "far"; sums with it must stay within 32 bits.
constexpr double kKeyMax = 1 << 29;

std::vector<std::int8_t> used_places(const HeadModel& model);
/// One line of a head, centered; zero where `used` is.
void write_line_of_nibbles(const std::uint8_t* head, const std::int8_t* used, std::int8_t* codes);
void write_line_of_bytes(const std::uint8_t* head, const std::int8_t* used, std::int8_t* codes);

}  // namespace

NodeCodes::NodeCodes(const GraphNodes& nodes, const simd::Kernels& kernels, ThreadPool& threads)
    : kernels_(kernels),
      heads_(nodes.heads.data()),
      layout_(nodes.model.layout),
      places_(nodes.model.layout.places()),
      dot_shift_(nodes.model.layout.bits == 4 ? 2 : 1),
      used_(used_places(nodes.model)),
      terms_(nodes.count()) {
    // Codes are in steps, doubled if they are nibbles.
    const double unit = nodes.model.layout.bits == 4 ? nodes.model.step / 2.0 : nodes.model.step;
    bias_scale_ = unit > 0 ? 1 / (unit * unit) : 0;
    multiplier_ = static_cast<float>(-2 * unit * nodes.model.step);
    for_each_part(all(), threads, [&](NodeRun part) { fill_terms(part); });
}

void NodeCodes::fill_terms(NodeRun run) {
    // Σ q_a (c_b − center), doubled for nibbles: 2 q·(2 c − 15) = (q·c << 2) − 30 Σ q.
    const std::int32_t center_weight = layout_.bits == 4 ? 30 : 256;
    std::vector<std::int8_t> codes(places_);
    for (Ordinal node = run.first; node < run.end; ++node) {
        write_query(node, codes.data());
        std::int32_t sum = 0;
        std::int32_t norm = 0;
        for (const std::int32_t code : codes) {
            sum += code;
            norm += code * code;
        }
        float bias = 0;
        const std::size_t row_bytes = layout_.row_bytes();
        std::memcpy(&bias, heads_ + (node + std::size_t{1}) * row_bytes - sizeof(bias),
                    sizeof(bias));
        const double key = std::clamp(bias * bias_scale_, -kKeyMax, kKeyMax);
        terms_[node] = {static_cast<std::int32_t>(std::lround(key)), norm + center_weight * sum,
                        norm};
    }
}

void NodeCodes::write_query(Ordinal node, std::int8_t* codes) const {
    const std::uint8_t* row = heads_ + node * layout_.row_bytes();
    const bool are_nibbles = layout_.bits == 4;
    for (std::size_t line = 0; line < layout_.lines; ++line) {
        const std::size_t at = line * (are_nibbles ? 2 * kLine : kLine);
        are_nibbles ? write_line_of_nibbles(row + line * kLine, used_.data() + at, codes + at)
                    : write_line_of_bytes(row + line * kLine, used_.data() + at, codes + at);
    }
}

void NodeCodes::write_search_query(Ordinal node, HeadQuery& query) const {
    query.codes.resize(places_);
    write_query(node, query.codes.data());
    query.multiplier = multiplier_;
}

NodeQuery NodeCodes::query_of(Ordinal node) const {
    NodeQuery query{std::vector<std::int8_t>(places_), node};
    write_query(node, query.codes.data());
    return query;
}

void NodeCodes::pack(std::span<const Ordinal> nodes, std::uint8_t* packed) const {
    const simd::CodeRows rows{.rows = heads_,
                              .stride = layout_.row_bytes(),
                              .size = layout_.row_bytes(),
                              .ordinals = nodes.data(),
                              .count = nodes.size()};
    layout_.bits == 4 ? kernels_.pack_nibbles(rows, packed) : kernels_.pack_bytes(rows, packed);
}

void NodeCodes::dots(const std::int8_t* query, std::span<const Ordinal> nodes,
                     std::int32_t* out) const {
    const simd::CodeRows rows{.rows = heads_,
                              .stride = layout_.row_bytes(),
                              .size = layout_.row_bytes(),
                              .ordinals = nodes.data(),
                              .count = nodes.size()};
    layout_.bits == 4 ? kernels_.dot_nibbles(rows, query, out)
                      : kernels_.dot_bytes(rows, query, out);
}

void NodeCodes::distances(const NodeQuery& query, std::span<const Ordinal> nodes,
                          std::int32_t* out) const {
    dots(query.codes.data(), nodes, out);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        out[i] = query_term(query.node) + row_term(nodes[i]) - (out[i] << dot_shift_);
    }
}

void NodeCodes::keys(const NodeQuery& query, std::span<const Ordinal> nodes,
                     std::int32_t* out) const {
    dots(query.codes.data(), nodes, out);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        out[i] = key_term(nodes[i]) - (out[i] << dot_shift_);
    }
}

namespace {

std::vector<std::int8_t> used_places(const HeadModel& model) {
    std::vector<std::int8_t> used(model.layout.places(), 0);
    for (std::size_t component = 0; component < model.components; ++component) {
        used[model.layout.place_of(component)] = -1;
    }
    return used;
}

// Both work on copies: only what cannot overlap is worked on 16 bytes at a time.
void write_line_of_nibbles(const std::uint8_t* head, const std::int8_t* used, std::int8_t* codes) {
    std::uint8_t line[kLine];
    std::int8_t centered[2 * kLine];
    std::memcpy(line, head, sizeof(line));
    for (std::size_t i = 0; i < kLine; ++i) {
        centered[i] = static_cast<std::int8_t>((2 * (line[i] & 15) - 15) & used[i]);
    }
    for (std::size_t i = 0; i < kLine; ++i) {
        centered[kLine + i] = static_cast<std::int8_t>((2 * (line[i] >> 4) - 15) & used[kLine + i]);
    }
    std::memcpy(codes, centered, sizeof(centered));
}

void write_line_of_bytes(const std::uint8_t* head, const std::int8_t* used, std::int8_t* codes) {
    std::uint8_t line[kLine];
    std::int8_t centered[kLine];
    std::memcpy(line, head, sizeof(line));
    for (std::size_t i = 0; i < kLine; ++i) {
        centered[i] = static_cast<std::int8_t>((line[i] ^ 0x80) & used[i]);
    }
    std::memcpy(codes, centered, sizeof(centered));
}

}  // namespace

}  // namespace sokkuri::index
