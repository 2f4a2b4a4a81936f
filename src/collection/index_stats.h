// IndexStats: how a field of a collection is indexed, for people who look after it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sokkuri::collection {

/// How a field is indexed.
struct IndexStats {
    struct Calibration {
        std::uint32_t k = 0;
        std::uint32_t ef = 0;
        double recall = 0;      // measured against exact search
        double recall_low = 0;  // lower end of its 95 % interval
    };
    /// What the segment's own rows found when they last asked for their neighbors.
    struct MeasuredRecall {
        std::uint32_t k = 0;
        double asked = 0;
        double recall = 0;
        std::uint32_t queries = 0;
    };
    struct Segment {
        std::uint64_t rows = 0;  // live
        std::uint64_t dead = 0;  // in the file, left out of answers
        std::uint64_t bytes = 0;
        bool is_readable = true;    // else its rows are scanned
        bool is_in_memory = false;  // a copy in huge pages, else the file's map
        std::vector<Calibration> calibration;
        std::optional<MeasuredRecall> measured;  // by a server that has had time for it
    };
    std::vector<Segment> segments;
    std::uint64_t tail_rows = 0;       // live ones that no segment holds: searched exactly
    std::uint64_t coded_rows = 0;      // of these, by codes in memory; the others are scanned
    std::uint64_t coded_bytes = 0;     // of those codes
    std::uint64_t resident_bytes = 0;  // of the segments
    std::string plan;                  // memory that one segment of all rows needs, in words
    bool is_readable = true;           // else no vector of the field is: `state` says why
    std::string state;                 // of the writer: "", "building …", "not built: …"
};

}  // namespace sokkuri::collection
