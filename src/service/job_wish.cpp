#include "service/job_wish.h"

#include <array>

namespace sokkuri::service {
namespace {

bool is_same_model(const ModelChoice& a, const ModelChoice& b);

}  // namespace

std::string_view kind_of(const JobWish& wish) {
    constexpr std::array<std::string_view, std::variant_size_v<JobWish>> kKinds = {
        "index", "switch", "compact", "verify", "backup"};
    return kKinds[wish.index()];
}

bool is_same_wish(const JobWish& one, const JobWish& other) {
    if (one.index() != other.index()) return false;
    if (const auto* a = std::get_if<SwitchRequest>(&one)) {
        return is_same_model(a->model, std::get<SwitchRequest>(other).model);
    }
    if (const auto* a = std::get_if<VerifyRequest>(&one)) {
        const auto& b = std::get<VerifyRequest>(other);
        return a->depth == b.depth && a->repair == b.repair;
    }
    if (std::holds_alternative<CompactWish>(one)) return true;
    if (const auto* a = std::get_if<BackupWish>(&one)) {
        return a->target == std::get<BackupWish>(other).target;
    }
    const auto& a = std::get<IngestRequest>(one);
    const auto& b = std::get<IngestRequest>(other);
    return a.missing == b.missing && is_same_model(a.model, b.model) && a.decoders == b.decoders &&
           a.batch_rows == b.batch_rows && a.batch_age_ms == b.batch_age_ms;
}

namespace {

bool is_same_model(const ModelChoice& a, const ModelChoice& b) {
    return a.name == b.name && a.models_folder == b.models_folder && a.precision == b.precision &&
           a.threads == b.threads;
}

}  // namespace
}  // namespace sokkuri::service
