// NodeCodes: the heads of a graph's nodes as integers, for building. A build compares nodes with
// nodes some ten thousand times each; in integers every order is exact, so the result cannot depend
// on threads or kernels. Two measures: the steering key (what a search would see: bias and dot
// product) orders candidates, the distance of codes |â − b̂|² decides which of them stand in each
// other's way; under that one equal heads are at distance 0 whatever their biases are.
// Immutable; safe from any number of threads. Borrows the heads.
#pragma once

#include "index/graph_nodes.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

namespace sokkuri::index {

/// One node as a query of the integer kernels.
struct NodeQuery {
    std::vector<std::int8_t> codes;  // NodeCodes::places(): 2 · code − 15, or code − 128
    Ordinal node = 0;
};

class NodeCodes {
 public:
    /// O(count × places).
    NodeCodes(const GraphNodes& nodes, const simd::Kernels& kernels, ThreadPool& threads);

    std::size_t count() const { return terms_.size(); }
    NodeRun all() const { return {0, static_cast<Ordinal>(count())}; }
    const simd::Kernels& kernels() const { return kernels_; }
    /// Components of a query and bytes of a packed row; a multiple of 64.
    std::size_t places() const { return places_; }

    /// places() bytes.
    void write_query(Ordinal node, std::int8_t* codes) const;
    /// The node as a query of search_graph; its constant stays 0.
    void write_search_query(Ordinal node, HeadQuery& query) const;
    NodeQuery query_of(Ordinal node) const;
    /// Blocks of 16 rows for dot_tile: places() · 16 bytes each.
    void pack(std::span<const Ordinal> nodes, std::uint8_t* packed) const;
    /// out[i] = what dot_tile gives for query and nodes[i].
    void dots(const std::int8_t* query, std::span<const Ordinal> nodes, std::int32_t* out) const;

    /// The steering key of b for any query: key_term(b) − (dot << dot_shift()); smaller is nearer.
    std::int32_t key_term(Ordinal node) const { return terms_[node].key; }
    /// |â − b̂|² in units of its own: query_term(a) + row_term(b) − (dot << dot_shift()).
    std::int32_t query_term(Ordinal node) const { return terms_[node].query; }
    std::int32_t row_term(Ordinal node) const { return terms_[node].row; }
    int dot_shift() const { return dot_shift_; }

    /// |â − b̂|² to each of `nodes`.
    void distances(const NodeQuery& query, std::span<const Ordinal> nodes, std::int32_t* out) const;
    /// Steering keys of `nodes`.
    void keys(const NodeQuery& query, std::span<const Ordinal> nodes, std::int32_t* out) const;

 private:
    struct Terms {
        std::int32_t key = 0;
        std::int32_t query = 0;
        std::int32_t row = 0;
    };

    void fill_terms(NodeRun run);

    const simd::Kernels& kernels_;
    const std::uint8_t* heads_;
    const HeadLayout layout_;
    const std::size_t places_;
    const int dot_shift_;            // twice the dot product, in units of the distance
    double bias_scale_ = 0;          // from biases to those units
    float multiplier_ = 0;           // of a search query
    std::vector<std::int8_t> used_;  // places(): −1 where a component lies, else 0
    std::vector<Terms> terms_;
};

/// What every step of a build works with.
struct GraphWork {
    const GraphNodes& nodes;
    const NodeCodes& codes;
    const std::stop_token& stop;  // steps that are asked to stop leave their results incomplete
    ThreadPool& threads;
};

}  // namespace sokkuri::index
