#include "cli/model_options.h"

namespace sokkuri::cli {
namespace {

constexpr double kThreadsMax = 1'024;
constexpr double kBytesMax = 1e15;

}  // namespace

std::vector<Option> model_options() {
    return {
        {.name = "model",
         .kind = ValueKind::kText,
         .value_name = "NAME",
         .help = "Model to embed pictures with; without it, the one of the index, else the default "
                 "one"},
        models_folder_option(),
        {.name = "precision",
         .kind = ValueKind::kChoice,
         .value_name = "P",
         .help = "Arithmetic of the network; auto: bf16 where the processor has it",
         .fallback = "auto",
         .choices = {"auto", "f32", "bf16"}},
        {.name = "threads",
         .letter = 'j',
         .kind = ValueKind::kInteger,
         .value_name = "N",
         .help = "Threads to work with; 0: all cores",
         .fallback = "0",
         .maximum = kThreadsMax},
    };
}

Option models_folder_option() {
    return {.name = "models",
            .kind = ValueKind::kFolder,
            .value_name = "DIR",
            .help = "Folder of models to look in before the standard places"};
}

service::ModelChoice model_choice(const Settings& settings) {
    return model_choice(settings, settings.text("model"));
}

service::ModelChoice model_choice(const Settings& settings, const std::string& name) {
    const std::string& precision = settings.text("precision");
    return {.name = name,
            .models_folder = settings.text("models"),
            .precision = precision == "f32"    ? features::Precision::kF32
                         : precision == "bf16" ? features::Precision::kBf16
                                               : features::Precision::kAuto,
            .threads = static_cast<std::uint32_t>(settings.integer("threads"))};
}

std::vector<Option> limit_options() {
    // The defaults are those of image::DecodeLimits; a test compares them.
    return {
        {.name = "file-bytes-max",
         .kind = ValueKind::kInteger,
         .value_name = "BYTES",
         .help = "Picture files larger than this are refused",
         .fallback = "536870912",
         .minimum = 1,
         .maximum = kBytesMax},
        {.name = "pixels-max",
         .kind = ValueKind::kInteger,
         .value_name = "PIXELS",
         .help = "Pictures of more pixels than this are refused",
         .fallback = "300000000",
         .minimum = 1,
         .maximum = kBytesMax},
        {.name = "side-max",
         .kind = ValueKind::kInteger,
         .value_name = "PIXELS",
         .help = "Pictures with a longer side than this are refused",
         .fallback = "65535",
         .minimum = 1},
        {.name = "memory-bytes-max",
         .kind = ValueKind::kInteger,
         .value_name = "BYTES",
         .help = "What decoding one picture may hold in memory",
         .fallback = "2147483648",
         .minimum = 1,
         .maximum = kBytesMax},
        {.name = "time-max-ms",
         .kind = ValueKind::kInteger,
         .value_name = "MS",
         .help = "Milliseconds that decoding one picture may take",
         .fallback = "20000",
         .minimum = 1},
    };
}

image::DecodeLimits decode_limits(const Settings& settings) {
    return {.file_bytes_max = settings.integer("file-bytes-max"),
            .pixels_max = settings.integer("pixels-max"),
            .side_max = static_cast<std::uint32_t>(settings.integer("side-max")),
            .memory_bytes_max = settings.integer("memory-bytes-max"),
            .time_max_ms = static_cast<std::uint32_t>(settings.integer("time-max-ms"))};
}

}  // namespace sokkuri::cli
