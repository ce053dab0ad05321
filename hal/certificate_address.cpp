// One callback for mbedTLS that withdraws its complaint about the name when the address is in the certificate.
#include "hal/certificate_address.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

namespace hal {
namespace {

// RFC 5280, GeneralName: iPAddress [7] as 4 or 16 octets in network order.
constexpr unsigned char kAddressTag = MBEDTLS_ASN1_CONTEXT_SPECIFIC | 7;

bool namesAddress(const mbedtls_x509_crt& certificate, const void* address, size_t length) {
    for (const auto* name = &certificate.subject_alt_names; name != nullptr; name = name->next) {
        if (name->buf.tag == kAddressTag && name->buf.len == length &&
            std::memcmp(name->buf.p, address, length) == 0) {
            return true;
        }
    }
    return false;
}

bool namesHost(const mbedtls_x509_crt& certificate, const std::string& host) {
    in_addr four{};
    if (inet_pton(AF_INET, host.c_str(), &four) == 1) {
        return namesAddress(certificate, &four, sizeof four);
    }
    in6_addr six{};
    return inet_pton(AF_INET6, host.c_str(), &six) == 1 && namesAddress(certificate, &six, sizeof six);
}

/// Called by mbedTLS for each certificate of the chain, the server's own at depth 0 and last.
int onCertificate(void* host, mbedtls_x509_crt* certificate, int depth, uint32_t* flags) noexcept {
    if (depth == 0 && (*flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) != 0 &&
        namesHost(*certificate, *static_cast<const std::string*>(host))) {
        *flags &= ~static_cast<uint32_t>(MBEDTLS_X509_BADCERT_CN_MISMATCH);
    }
    return 0;
}

} // namespace

void acceptCertificateOfAddress(void* sslConfig, const std::string& host) {
    // mbedTLS takes the argument as void* but only hands it back to onCertificate, which reads it.
    mbedtls_ssl_conf_verify(static_cast<mbedtls_ssl_config*>(sslConfig), onCertificate,
                            const_cast<std::string*>(&host)); // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

} // namespace hal
