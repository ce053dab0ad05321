// What a full etcd refuses, and how large an answer is: the limits a test can set on the etcd in memory.
// It owns no state.
#pragma once

#include "hal/etcd/etcd.hpp"
#include "hal/http/http_fault.hpp"

#include <algorithm>

namespace fakes {

/// What etcd answers once its database is as large as its quota.
inline hal::Error noSpace() {
    return hal::etcdFaultError(static_cast<int>(hal::EtcdFault::resourceExhausted),
                               "etcdserver: mvcc: database space exceeded");
}

inline bool puts(const hal::Transaction& transaction) {
    return std::ranges::any_of(transaction.then, [](const hal::Operation& operation) {
        return std::holds_alternative<hal::PutRequest>(operation);
    });
}

inline size_t bytesOf(const hal::TransactionReply& reply) {
    size_t bytes = 0;
    for (const auto& range : reply.ranges) {
        for (const auto& keyValue : range.keyValues) {
            bytes += keyValue.key.size() + keyValue.value.size();
        }
    }
    return bytes;
}

/// What is left of a reply to a client that takes only so many bytes.
inline hal::Result<hal::TransactionReply> bounded(hal::Result<hal::TransactionReply> reply, size_t largest) {
    if (reply && bytesOf(*reply) > largest) {
        return hal::failure(
            {hal::HttpFault::tooLarge, "10.0.0.9:2379: the answer is longer than 2097152 bytes"});
    }
    return reply;
}

} // namespace fakes
