// Latencies: what a load measured, and its figures as JSON. Used by the programs of bench/serve.py.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace sokkuri::bench {

class Latencies {
 public:
    void add(std::chrono::steady_clock::duration taken) {
        milliseconds_.push_back(std::chrono::duration<float, std::milli>(taken).count());
    }
    void join(const Latencies& other) {
        milliseconds_.insert(milliseconds_.end(), other.milliseconds_.begin(),
                             other.milliseconds_.end());
    }
    std::size_t count() const { return milliseconds_.size(); }

    /// Members without braces: answers, QPS over `seconds`, p50, p99 and the most in milliseconds.
    std::string json(double seconds) const {
        std::vector<float> sorted = milliseconds_;
        std::ranges::sort(sorted);
        const auto at = [&](double part) {
            if (sorted.empty()) return 0.0F;
            const auto rank = static_cast<std::size_t>(part * static_cast<double>(sorted.size()));
            return sorted[std::min(rank, sorted.size() - 1)];
        };
        return fmt::format(
            R"("answers":{},"qps":{:.1f},"p50_ms":{:.3f},"p99_ms":{:.3f},"most_ms":{:.3f})",
            sorted.size(), static_cast<double>(sorted.size()) / seconds, at(0.5), at(0.99), at(1));
    }

 private:
    std::vector<float> milliseconds_;
};

}  // namespace sokkuri::bench
