// Sets every option of a request, and translates every outcome of curl. Options that are the same for all requests are
// set here, too: curl keeps none of them in its multi handle.
#include "hal/http/curl_transfer.hpp"

#include "hal/base/keep_alive.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string_view>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace hal {
namespace {

/// curl_easy_setopt fails here only without memory or for an option this curl lacks; the tests show both.
template <class Value>
void set(void* easy, CURLoption option, Value value) {
    static_cast<void>(curl_easy_setopt(easy, option, value));
}

template <class Value>
Value info(void* easy, CURLINFO what) {
    Value value{};
    static_cast<void>(curl_easy_getinfo(easy, what, &value));
    return value;
}

int onSocket(void*, curl_socket_t socket, curlsocktype) noexcept {
    giveUpOnSilence(socket);
    return CURL_SOCKOPT_OK;
}

std::string lowered(std::string text) {
    if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0) {
        text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    }
    return text;
}

/// The part between "//" and the next "/", without a user.
std::string authorityOf(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) {
        return std::string(url);
    }
    url.remove_prefix(scheme + 3);
    return std::string(url.substr(0, url.find_first_of("/?#")));
}

std::string hostOf(std::string_view authority) {
    if (authority.starts_with('[')) {
        return std::string(authority.substr(1, authority.find(']') - 1));
    }
    return std::string(authority.substr(0, authority.rfind(':')));
}

bool isAddress(const std::string& host) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
           inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

long toMilliseconds(Duration duration) {
    // 0 would mean "no limit" to curl.
    return std::max<long>(1, std::chrono::ceil<std::chrono::milliseconds>(duration).count());
}

Status checkReadable(const std::optional<std::string>& file, const std::string& what) {
    if (file && ::access(file->c_str(), R_OK) != 0) {
        return failure(
            {HttpFault::unusableRequest,
             "cannot read the " + what + " " + *file + ": " + lowered(std::generic_category().message(errno)),
             Recovery::terminal});
    }
    return {};
}

} // namespace

void EasyDelete::operator()(void* easy) const { curl_easy_cleanup(easy); }
void CurlTransfer::HeadersDelete::operator()(void* headers) const {
    curl_slist_free_all(static_cast<curl_slist*>(headers));
}

CurlTransfer::CurlTransfer(HttpRequest request, Done done)
    : request_(std::move(request)), done_(std::move(done)),
      address_(request_.unixSocket ? *request_.unixSocket : authorityOf(request_.url)),
      host_(hostOf(address_)) {
    static_assert(kReasonBytes >= CURL_ERROR_SIZE);
}

Status CurlTransfer::prepare(EasyHandle easy) {
    if (!request_.url.starts_with("http://") && !request_.url.starts_with("https://")) {
        return failure(error(HttpFault::unusableRequest,
                             "\"" + request_.url +
                                 "\" is not a URL: expected http://address:port or https://address:port",
                             Recovery::terminal));
    }
    if (auto readable = checkTlsFiles(); !readable) {
        return readable;
    }
    easy_ = easy ? std::move(easy) : EasyHandle(curl_easy_init());
    if (!easy_) {
        return failure(error(HttpFault::overloaded, "out of memory for another request"));
    }
    setRequest();
    setConnection();
    setTls();
    return {};
}

EasyHandle CurlTransfer::releaseHandle() {
    if (easy_ && (request_.unixSocket || isAddress(host_))) {
        curl_easy_reset(easy_.get());
        return std::move(easy_);
    }
    return nullptr;
}

Status CurlTransfer::checkTlsFiles() const {
    const auto& tls = request_.tls;
    if (tls.certificateFile.has_value() != tls.keyFile.has_value()) {
        return failure({HttpFault::unusableRequest,
                        "a client certificate needs both a certificate file and a key file, only one is set",
                        Recovery::terminal});
    }
    if (auto readable = checkReadable(tls.caFile, "CA file"); !readable) {
        return readable;
    }
    if (auto readable = checkReadable(tls.certificateFile, "client certificate"); !readable) {
        return readable;
    }
    return checkReadable(tls.keyFile, "client key");
}

void CurlTransfer::setRequest() {
    auto* easy = easy_.get();
    set(easy, CURLOPT_PRIVATE, this);
    set(easy, CURLOPT_URL, request_.url.c_str());
    set(easy, CURLOPT_USERAGENT, "cratekeeper");
    if (request_.method == "HEAD") {
        set(easy, CURLOPT_NOBODY, 1L);
    } else if (request_.method != "GET" || !request_.body.empty()) {
        set(easy, CURLOPT_POSTFIELDS, request_.body.c_str());
        set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
        set(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    }
    auto* headers = curl_slist_append(nullptr, "Expect:"); // never wait for a "100 Continue"
    for (const auto& header : request_.headers) {
        headers = curl_slist_append(headers, header.c_str());
    }
    headers_.reset(headers);
    set(easy, CURLOPT_HTTPHEADER, headers);
    set(easy, CURLOPT_WRITEFUNCTION, &CurlTransfer::onData);
    set(easy, CURLOPT_WRITEDATA, this);
    set(easy, CURLOPT_ERRORBUFFER, reason_.data());
}

void CurlTransfer::setConnection() {
    auto* easy = easy_.get();
    set(easy, CURLOPT_NOSIGNAL, 1L);
    set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(easy, CURLOPT_PROXY, ""); // not even from the environment: the machines are on one local network
    set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy, CURLOPT_TCP_NODELAY, 1L);
    set(easy, CURLOPT_SOCKOPTFUNCTION, &onSocket);
    set(easy, CURLOPT_TIMEOUT_MS, toMilliseconds(request_.deadline));
    set(easy, CURLOPT_CONNECTTIMEOUT_MS,
        toMilliseconds(std::min(request_.connectDeadline.value_or(request_.deadline), request_.deadline)));
    if (request_.unixSocket) {
        set(easy, CURLOPT_UNIX_SOCKET_PATH, request_.unixSocket->c_str());
    }
    if (request_.freshConnection) {
        set(easy, CURLOPT_FRESH_CONNECT, 1L);
        set(easy, CURLOPT_FORBID_REUSE, 1L);
    }
}

void CurlTransfer::setTls() {
    auto* easy = easy_.get();
    if (!request_.url.starts_with("https://")) {
        return;
    }
    set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (request_.tls.caFile) {
        set(easy, CURLOPT_CAINFO, request_.tls.caFile->c_str());
    }
    if (request_.tls.certificateFile && request_.tls.keyFile) {
        set(easy, CURLOPT_SSLCERT, request_.tls.certificateFile->c_str());
        set(easy, CURLOPT_SSLKEY, request_.tls.keyFile->c_str());
    }
}

size_t CurlTransfer::onData(char* data, size_t size, size_t count, void* userdata) noexcept {
    auto& transfer = *static_cast<CurlTransfer*>(userdata);
    const size_t bytes = size * count;
    if (bytes > transfer.request_.maxResponseBytes - transfer.received_) {
        transfer.tooLarge_ = true;
        return 0;
    }
    try {
        transfer.body_.append(data, bytes);
    } catch (const std::bad_alloc&) {
        transfer.tooLarge_ = true;
        return 0;
    }
    transfer.received_ += bytes;
    return bytes;
}

bool CurlTransfer::deliverBody() {
    if (!request_.onBody || body_.empty()) {
        return true;
    }
    const std::string chunk = std::exchange(body_, {});
    return request_.onBody(chunk);
}

Result<HttpResponse> CurlTransfer::outcome(int curlCode) {
    if (curlCode == CURLE_OK) {
        return HttpResponse{.status = static_cast<int>(info<long>(easy_.get(), CURLINFO_RESPONSE_CODE)),
                            .body = std::exchange(body_, {})};
    }
    return failure(failed(curlCode));
}

Error CurlTransfer::error(HttpFault fault, const std::string& reason, Recovery recovery) const {
    return {fault, address_ + ": " + reason, recovery};
}

bool CurlTransfer::requestWasSent() const { return info<long>(easy_.get(), CURLINFO_REQUEST_SIZE) > 0; }

std::string CurlTransfer::curlReason(int curlCode) const {
    return lowered(reason_[0] != '\0' ? std::string(reason_.data())
                                      : std::string(curl_easy_strerror(static_cast<CURLcode>(curlCode))));
}

Error CurlTransfer::failed(int curlCode) const {
    const auto reason = curlReason(curlCode);
    switch (curlCode) {
    case CURLE_URL_MALFORMAT: return error(HttpFault::unusableRequest, reason, Recovery::terminal);
    case CURLE_COULDNT_RESOLVE_HOST: return error(HttpFault::unreachable, reason);
    case CURLE_COULDNT_CONNECT: return notConnected();
    case CURLE_OPERATION_TIMEDOUT: return timedOut();
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CIPHER: return tlsFailed(reason);
    case CURLE_WRITE_ERROR:
        return error(HttpFault::tooLarge,
                     "the answer is longer than " + std::to_string(request_.maxResponseBytes) + " bytes");
    case CURLE_UNSUPPORTED_PROTOCOL: // curl treats an answer without a status line as HTTP/0.9
    case CURLE_WEIRD_SERVER_REPLY:
        return error(HttpFault::malformed, "the answer is not HTTP/1.1: " + reason);
    default: break;
    }
    if (curlCode == CURLE_GOT_NOTHING && request_.url.starts_with("http://")) {
        return error(HttpFault::closed, "closed without an answer (a TLS port? then use https://)");
    }
    if (request_.url.starts_with("https://") && reason.find("alert") != std::string::npos) {
        return tlsFailed(reason);
    }
    if (brokeAfterHandshake(curlCode)) {
        return tlsFailed("the server ended the connection right after the handshake: " + reason);
    }
    return error(HttpFault::closed, "the connection ended before the answer: " + reason);
}

/// A TLS 1.3 server checks the client's certificate only after the handshake. Its rejection comes as an alert or, if it
/// closed before it read our request, as a new connection that breaks before the first byte of an answer.
bool CurlTransfer::brokeAfterHandshake(int curlCode) const {
    return request_.url.starts_with("https://") &&
           (curlCode == CURLE_SEND_ERROR || curlCode == CURLE_RECV_ERROR) &&
           info<long>(easy_.get(), CURLINFO_NUM_CONNECTS) > 0 &&
           info<long>(easy_.get(), CURLINFO_HEADER_SIZE) == 0;
}

Error CurlTransfer::notConnected() const {
    const auto errnoValue = static_cast<int>(info<long>(easy_.get(), CURLINFO_OS_ERRNO));
    if (errnoValue == 0) {
        return error(HttpFault::unreachable, curlReason(CURLE_COULDNT_CONNECT));
    }
    return error(errnoValue == ECONNREFUSED ? HttpFault::refused : HttpFault::unreachable,
                 lowered(std::generic_category().message(errnoValue)));
}

Error CurlTransfer::timedOut() const {
    if (requestWasSent()) {
        return error(HttpFault::timeout,
                     "no answer within " + std::to_string(toMilliseconds(request_.deadline)) + " ms");
    }
    const auto allowed = std::min(request_.connectDeadline.value_or(request_.deadline), request_.deadline);
    return error(HttpFault::connectTimeout,
                 "no connection within " + std::to_string(toMilliseconds(allowed)) + " ms");
}

Error CurlTransfer::tlsFailed(const std::string& reason) const {
    std::string text = "TLS failed: " + reason;
    text += request_.tls.caFile ? " (CA file " + *request_.tls.caFile : " (the system's authorities";
    text += request_.tls.certificateFile ? ", client certificate " + *request_.tls.certificateFile + ")"
                                         : ", no client certificate)";
    return error(requestWasSent() ? HttpFault::closed : HttpFault::tls, text);
}

} // namespace hal
