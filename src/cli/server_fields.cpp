#include "cli/server_fields.h"

#include "cli/field_reader.h"
#include "cli/ingest_options.h"
#include "cli/model_options.h"

#include <fmt/format.h>

namespace sokkuri::cli {

Result<std::vector<service::FieldDescription>> fields_at_server(const Invocation& invocation,
                                                                const HeldFolder& held) {
    FolderHolder holder = TRY(holder_of(invocation, held));
    const std::string target =
        fmt::format("/v1/collections/{}/fields", percent_encoded(holder.served.name));
    const JsonValue answer = TRY(in_context(holder.name, holder.link.ask_json({.target = target})));
    return in_context(holder.name, read_fields(answer));
}

Result<void> add_field_through_server(const Invocation& invocation, const HeldFolder& held,
                                      const service::FieldRequest& field) {
    FolderHolder holder = TRY(holder_of(invocation, held));
    TRY(check_server_choices(invocation, holder.served, {models_folder_option()}));
    return in_context(holder.name, holder.link.put_field(holder.served.name, field));
}

Result<void> drop_field_through_server(const Invocation& invocation, const HeldFolder& held,
                                       const std::string& field) {
    FolderHolder holder = TRY(holder_of(invocation, held));
    return in_context(holder.name, holder.link.drop_field(holder.served.name, field));
}

Result<service::IngestReport> switch_through_server(const Invocation& invocation,
                                                    const HeldFolder& held,
                                                    const SwitchWish& wish) {
    FolderHolder holder = TRY(holder_of(invocation, held));
    TRY(check_server_choices(invocation, holder.served, switch_options()));
    return in_context(holder.name, holder.link.switch_model(holder.served.name, wish.model,
                                                            wish.progress, wish.stop));
}

}  // namespace sokkuri::cli
