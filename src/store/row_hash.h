// row_hash(column, …): an SQL function for rows that carry a hash of themselves. 32 bits of XXH3-64
// over the types and values of its arguments, as a signed integer. Tables keep it in a column
// `hash`; whoever reads a row compares. Beside page checksums it finds what was wrong before a page
// was written, and names the row. Used by database.cpp for every connection.
#pragma once

struct sqlite3;

namespace sokkuri::store {

inline constexpr int kRowHashColumnsMax = 16;

/// Makes row_hash known to a connection.
void register_row_hash(sqlite3* connection);

}  // namespace sokkuri::store
