// Sending the bodies of answers: bytes as they are, files and what is made for the answer piece by
// piece from the pool, events as they come. Belongs to the network thread. Brings Boost.Asio.
#pragma once

#include "http/client_socket.h"
#include "http/response.h"
#include "http/traffic.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace sokkuri::http {

/// Known beforehand for all but event streams, and bytes that are made while they are sent.
std::optional<std::uint64_t> size_bytes_of(const Body& body);

/// Whether it goes in chunks, each behind its length: complete, or seen to be cut off (RFC 9112,
/// section 7.1).
bool is_chunked(const Body& body);

/// Empty for files and streams.
std::string_view bytes_of(const Body& body);

/// What `bytes_of` does not give: a file, bytes that are made now, or the events of a stream. False
/// when the client has not got it all: it went away or was too slow, the file could not be read or
/// the bytes not be made, the server stops.
Task<bool> send_stream(Traffic& traffic, ClientSocket& socket, Body& body);

/// Lets go, on the pool, of bytes that are made while they are sent, whether they were or not: what
/// they hold may be closed with them, which is nothing for the network thread.
Task<void> let_go(Traffic& traffic, Body& body);

}  // namespace sokkuri::http
