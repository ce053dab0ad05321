// One HTTP request as libcurl sees it; private to hal/http/http_client.cpp.
// It owns the easy handle, its options and the data received so far, and turns curl's outcome into our errors.
// It never calls the user's code: curl must not be re-entered from its own callbacks.
#pragma once

#include "hal/http/http_client.hpp"

#include <array>
#include <functional>
#include <memory>
#include <string>

namespace hal {

struct EasyDelete {
    void operator()(void* easy) const;
};
/// A CURL*: expensive to create (it reads the resolver's configuration), so it is reused after a reset.
using EasyHandle = std::unique_ptr<void, EasyDelete>;

class CurlTransfer {
public:
    using Done = std::function<void(Result<HttpResponse>)>;

    CurlTransfer(HttpRequest request, Done done);

    /// Checks what can be checked before connecting and fills the easy handle, a fresh or a reset one. Errors are
    /// terminal and name the file or the URL.
    [[nodiscard]] Status prepare(EasyHandle easy);

    /// CURL*; owned by this object. It must have left its multi handle before the transfer is destroyed.
    [[nodiscard]] void* handle() const { return easy_.get(); }

    /// Returns the handle, reset, after the transfer. Empty after a request to a host name, so that the next request
    /// sees a changed resolver configuration.
    [[nodiscard]] EasyHandle releaseHandle();

    [[nodiscard]] bool streams() const { return static_cast<bool>(request_.onBody); }

    /// Passes the data since the last call to onBody, if there is one. False if the reader wants no more. The reader
    /// may cancel the call, so the caller must hold a reference to this object.
    [[nodiscard]] bool deliverBody();

    /// The outcome for a CURLcode that the multi handle reported.
    [[nodiscard]] Result<HttpResponse> outcome(int curlCode);

    /// The error of a request that we end ourselves.
    [[nodiscard]] Error error(HttpFault fault, const std::string& reason,
                              Recovery recovery = Recovery::retryable) const;

    /// Moves the callback out, so that it can run at most once.
    [[nodiscard]] Done takeDone() { return std::exchange(done_, nullptr); }

private:
    struct HeadersDelete {
        void operator()(void* headers) const;
    };
    static constexpr size_t kReasonBytes = 256; // CURL_ERROR_SIZE

    static size_t onData(char* data, size_t size, size_t count, void* userdata) noexcept;
    [[nodiscard]] Status checkTlsFiles() const;
    void setRequest();
    void setConnection();
    void setTls();
    [[nodiscard]] Error failed(int curlCode) const;
    [[nodiscard]] Error notConnected() const;
    [[nodiscard]] Error timedOut() const;
    [[nodiscard]] bool brokeAfterHandshake(int curlCode) const;
    [[nodiscard]] Error tlsFailed(const std::string& reason) const;
    [[nodiscard]] bool requestWasSent() const;
    [[nodiscard]] std::string curlReason(int curlCode) const;

    HttpRequest request_;
    Done done_;
    std::string address_; ///< "10.0.0.2:2379" or the path of the unix socket
    std::string host_;
    std::string body_;
    size_t received_ = 0;
    bool tooLarge_ = false;
    std::array<char, kReasonBytes> reason_{};
    std::unique_ptr<void, HeadersDelete> headers_;
    EasyHandle easy_; // destroyed first: it points at the members above
};

} // namespace hal
