#include "cli/ingest_options.h"

#include "cli/library_options.h"
#include "cli/model_options.h"

namespace sokkuri::cli {

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
    const auto small = [&](std::string_view name) {
        return static_cast<std::uint32_t>(settings.integer(name));
    };
    return {.model = model_choice(settings),
            .limits = decode_limits(settings),
            .decoders = settings.at("decoders").origin == Origin::kDefault ? small("threads")
                                                                           : small("decoders"),
            .batch_rows = small("batch-rows"),
            .batch_age_ms = small("batch-age-ms")};
}

}  // namespace sokkuri::cli
