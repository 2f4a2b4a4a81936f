#include "cli/ingest_options.h"

#include "cli/library_options.h"
#include "cli/model_options.h"

#include <string_view>

namespace sokkuri::cli {
namespace {

std::uint32_t small(const Settings& settings, std::string_view name);
std::uint32_t decoders(const Settings& settings);

}  // namespace

std::vector<Option> ingest_options() {
    return joined({model_options(),
                   {{.name = "decoders",
                     .kind = ValueKind::kInteger,
                     .value_name = "N",
                     .help = "Threads that decode; 0: as many as keep the network busy",
                     .fallback = "0",
                     .maximum = 1'024},
                    {.name = "batch-rows",
                     .kind = ValueKind::kInteger,
                     .value_name = "N",
                     .help = "Pictures in one commit",
                     .fallback = "64",
                     .minimum = 1,
                     .maximum = 10'000},
                    {.name = "batch-age-ms",
                     .kind = ValueKind::kInteger,
                     .value_name = "MS",
                     .help = "Milliseconds after which a commit happens at the latest",
                     .fallback = "1000",
                     .minimum = 1}},
                   limit_options()});
}

service::IngestRequest ingest_request(const Settings& settings) {
    return {.model = model_choice(settings),
            .limits = decode_limits(settings),
            .decoders = decoders(settings),
            .batch_rows = small(settings, "batch-rows"),
            .batch_age_ms = small(settings, "batch-age-ms")};
}

std::vector<Option> switch_options() {
    std::vector<Option> options = ingest_options();
    std::erase_if(options, [](const Option& option) {
        return option.name == "model" || option.name == "batch-age-ms";
    });
    return options;
}

service::SwitchRequest switch_request(const Settings& settings, const std::string& model) {
    return {.model = model_choice(settings, model),
            .limits = decode_limits(settings),
            .decoders = decoders(settings),
            .batch_rows = small(settings, "batch-rows")};
}

namespace {

std::uint32_t small(const Settings& settings, std::string_view name) {
    return static_cast<std::uint32_t>(settings.integer(name));
}

/// As many as threads to work with, unless they were named.
std::uint32_t decoders(const Settings& settings) {
    const bool is_named = settings.at("decoders").origin != Origin::kDefault;
    return small(settings, is_named ? "decoders" : "threads");
}

}  // namespace
}  // namespace sokkuri::cli
