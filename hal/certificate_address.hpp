// Lets mbedTLS accept a server certificate by the IP address it was issued for.
// mbedTLS 2.28 compares DNS names only, while the endpoints of a cluster are addresses. It owns that one comparison;
// it never accepts a certificate that is expired, revoked or not signed by the authority.
#pragma once

#include <string>

namespace hal {

/// Adds the comparison to a `mbedtls_ssl_config`. `host` must stay alive as long as the configuration is used; a
/// name instead of an address changes nothing.
void acceptCertificateOfAddress(void* sslConfig, const std::string& host);

} // namespace hal
