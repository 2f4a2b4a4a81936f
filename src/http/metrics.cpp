#include "http/metrics.h"

#include "base/guarded.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <cstdio>
#include <dirent.h>
#include <map>
#include <unistd.h>
#include <utility>

namespace sokkuri::http {
namespace {

// From what a hit in memory takes to what a person no longer waits for.
const prometheus::Histogram::BucketBoundaries kSeconds = {.0005, .001, .0025, .005, .01, .025, .05,
                                                          .1,    .25,  .5,    1,    2.5, 5,    10};

std::uint64_t resident_bytes();
std::size_t open_files();

}  // namespace

struct ServerMetrics::Impl {
    prometheus::Registry registry;
    prometheus::Family<prometheus::Counter>& requests = prometheus::BuildCounter()
                                                            .Name("sokkuri_requests_total")
                                                            .Help("Requests answered")
                                                            .Register(registry);
    prometheus::Family<prometheus::Histogram>& durations =
        prometheus::BuildHistogram()
            .Name("sokkuri_request_duration_seconds")
            .Help("From the whole head of a request to the last byte of its answer")
            .Register(registry);
    prometheus::Family<prometheus::Counter>& refusals =
        prometheus::BuildCounter()
            .Name("sokkuri_refused_total")
            .Help("Requests and connections turned away, by the limit that they passed")
            .Register(registry);
    prometheus::Family<prometheus::Histogram>& steps =
        prometheus::BuildHistogram()
            .Name("sokkuri_step_duration_seconds")
            .Help("Steps of the work: load, decode, infer, search")
            .Register(registry);
    prometheus::Gauge& in_flight = gauge("sokkuri_requests_in_flight", "Requests being answered");
    prometheus::Gauge& connections = gauge("sokkuri_connections", "Open connections");
    prometheus::Gauge& queue = gauge("sokkuri_work_queue_length", "Requests waiting for a thread");
    prometheus::Gauge& resident =
        gauge("process_resident_memory_bytes", "Resident memory of the process");
    prometheus::Gauge& files = gauge("process_open_fds", "Open file descriptors");
    prometheus::Counter& bytes_in =
        counter("sokkuri_body_bytes_in_total", "Bytes of request bodies");
    prometheus::Counter& bytes_out = counter("sokkuri_bytes_out_total", "Bytes of answers");

    // The registry finds a metric by hashing its labels; these find it by what the labels say.
    using RequestKey = std::tuple<std::string, std::string, unsigned>;
    Guarded<std::map<RequestKey, prometheus::Counter*>> request_counters;
    Guarded<std::map<std::string, prometheus::Histogram*, std::less<>>> duration_histograms;
    Guarded<std::map<std::string, prometheus::Histogram*, std::less<>>> step_histograms;

    prometheus::Gauge& gauge(const std::string& name, const std::string& help) {
        return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
    }
    prometheus::Counter& counter(const std::string& name, const std::string& help) {
        return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
    }
    prometheus::Counter& requests_of(const Answered& answered) {
        const std::string operation(answered.operation);
        auto known = request_counters.lock();
        auto& counter = (*known)[{operation, std::string(answered.method), answered.status}];
        if (counter == nullptr) {
            counter = &requests.Add({{"operation", operation},
                                     {"method", std::string(answered.method)},
                                     {"status", std::to_string(answered.status)}});
        }
        return *counter;
    }
};

ServerMetrics::ServerMetrics() : impl_(std::make_unique<Impl>()) {}
ServerMetrics::~ServerMetrics() = default;

void ServerMetrics::request_began() {
    impl_->in_flight.Increment();
}

void ServerMetrics::request_ended() {
    impl_->in_flight.Decrement();
}

void ServerMetrics::answered(const Answered& answered) {
    impl_->requests_of(answered).Increment();
    impl_->bytes_in.Increment(static_cast<double>(answered.body_bytes_in));
    impl_->bytes_out.Increment(static_cast<double>(answered.bytes_out));
    auto known = impl_->duration_histograms.lock();
    auto& histogram = (*known)[std::string(answered.operation)];
    if (histogram == nullptr) {
        histogram =
            &impl_->durations.Add({{"operation", std::string(answered.operation)}}, kSeconds);
    }
    histogram->Observe(answered.seconds);
}

void ServerMetrics::refused(std::string_view limit) {
    impl_->refusals.Add({{"limit", std::string(limit)}}).Increment();
}

void ServerMetrics::connection_opened() {
    impl_->connections.Increment();
}

void ServerMetrics::connection_closed() {
    impl_->connections.Decrement();
}

void ServerMetrics::set_queue_length(std::size_t jobs) {
    impl_->queue.Set(static_cast<double>(jobs));
}

void ServerMetrics::observe_step(std::string_view step, double milliseconds) {
    auto known = impl_->step_histograms.lock();
    auto& histogram = (*known)[std::string(step)];
    if (histogram == nullptr) {
        histogram = &impl_->steps.Add({{"step", std::string(step)}}, kSeconds);
    }
    histogram->Observe(milliseconds / 1e3);
}

std::string ServerMetrics::text() const {
    impl_->resident.Set(static_cast<double>(resident_bytes()));
    impl_->files.Set(static_cast<double>(open_files()));
    return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

namespace {

/// 0 where there is no /proc.
std::uint64_t resident_bytes() {
    std::FILE* const file = std::fopen("/proc/self/statm", "re");
    if (file == nullptr) return 0;
    unsigned long long all_pages = 0;
    unsigned long long pages = 0;
    const bool is_read = std::fscanf(file, "%llu %llu", &all_pages, &pages) == 2;
    std::fclose(file);
    return is_read ? pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

std::size_t open_files() {
    DIR* const directory = ::opendir("/proc/self/fd");
    if (directory == nullptr) return 0;
    std::size_t count = 0;
    while (::readdir(directory) != nullptr) {
        ++count;
    }
    ::closedir(directory);
    return count > 3 ? count - 3 : 0;  // ".", ".." and the directory itself
}

}  // namespace
}  // namespace sokkuri::http
