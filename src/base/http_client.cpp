#include "base/http_client.h"

#include "base/module.h"

namespace sokkuri {

Result<std::unique_ptr<HttpClient>> HttpClient::open() {
    void* address = TRY(module_symbol("curl", kHttpClientSymbol));
    Result<std::unique_ptr<HttpClient>> client = nullptr;
    reinterpret_cast<OpenHttpClient>(address)(client);
    return client;
}

std::optional<std::string_view> HttpAnswer::header(std::string_view name) const {
    for (const auto& [each, value] : headers) {
        if (each == name) return value;
    }
    return std::nullopt;
}

}  // namespace sokkuri
