// Vector fields of a folder that another process holds, or of a collection of another server,
// listed and changed there; and another model for it. What only the server can choose is refused
// when it was asked for. Used by verb_field.cpp.
#pragma once

#include "cli/server_index.h"
#include "cli/verb.h"
#include "service/ingest.h"
#include "service/vector_fields.h"

#include <stop_token>
#include <string>
#include <vector>

namespace sokkuri::cli {

/// As service::describe_fields; without model cards.
Result<std::vector<service::FieldDescription>> fields_at_server(const Invocation& invocation,
                                                                const HeldFolder& held);

/// As service::add_vector_field.
Result<void> add_field_through_server(const Invocation& invocation, const HeldFolder& held,
                                      const service::FieldRequest& field);
/// As service::drop_vector_field.
Result<void> drop_field_through_server(const Invocation& invocation, const HeldFolder& held,
                                       const std::string& field);

struct SwitchWish {
    std::string model;
    const service::ProgressSink& progress;
    std::stop_token stop;
};

/// As service::switch_model.
Result<service::IngestReport> switch_through_server(const Invocation& invocation,
                                                    const HeldFolder& held, const SwitchWish& wish);

}  // namespace sokkuri::cli
