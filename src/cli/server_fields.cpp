#include "cli/server_fields.h"

namespace sokkuri::cli {

Result<void> add_field_through_server(const Invocation& invocation, const HeldFolder& held,
                                      const service::FieldRequest& field) {
    FolderHolder holder = TRY(holder_of(invocation, held));
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
    return in_context(holder.name, holder.link.switch_model(holder.served.name, wish.model,
                                                            wish.progress, wish.stop));
}

}  // namespace sokkuri::cli
