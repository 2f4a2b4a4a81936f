// The part of Boost.Asio that is not templates (BOOST_ASIO_SEPARATE_COMPILATION): compiled here
// once instead of in every file that uses it.
#include <boost/asio/impl/src.hpp>
