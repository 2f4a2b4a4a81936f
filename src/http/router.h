// Router: finds the row of a route table that a method and path mean. A pattern is segments between
// '/': literal text, a "{name}" that captures one segment, or as the last one a "{name...}" that
// captures what is left, also nothing. Where several patterns match, the one whose earlier segments
// are literal wins. Immutable after construction; safe from any number of threads.
#pragma once

#include "http/route.h"

#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::http {

class Router {
 public:
    /// Two rows that mean the same requests, and patterns that are none, are bugs (CHECK). The
    /// table must outlive this.
    explicit Router(const RouteTable& table);

    struct Match {
        const Route* route = nullptr;
        Pairs captures;
        /// When `route` is null: methods that the path does know, in the order of Method; empty for
        /// an unknown path.
        std::vector<Method> allowed;
    };

    /// `segments` are decoded. O(rows).
    Match find(Method method, const std::vector<std::string>& segments) const;
    /// Of a path, whatever the method.
    std::vector<Method> allowed(const std::vector<std::string>& segments) const;

 private:
    struct Segment {
        enum class Kind { kLiteral, kCapture, kRest };  // in the order of preference
        Kind kind = Kind::kLiteral;
        std::string_view text;  // into the table
    };
    struct Row {
        const Route* route = nullptr;
        std::vector<Segment> segments;
    };

    static std::vector<Segment> parse_pattern(std::string_view pattern);
    static bool precedes(const Row& a, const Row& b);
    static bool matches(const Row& row, const std::vector<std::string>& segments);
    static Pairs captures(const Row& row, const std::vector<std::string>& segments);

    std::vector<Row> rows_;  // preferred first
};

}  // namespace sokkuri::http
