// Vector fields of a folder that another process holds, changed in that process; and another model
// for it. Used by verb_field.cpp.
#pragma once

#include "cli/server_index.h"
#include "cli/verb.h"
#include "service/ingest.h"
#include "service/vector_fields.h"

#include <stop_token>
#include <string>

namespace sokkuri::cli {

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
