// The bytes of etcd's gateway against what real servers sent: v1 is etcd 3.4, v2 Debian's 3.5 and etcd 3.6.
#include "hal/base/text.hpp"
#include "hal/etcd/etcd_wire.hpp"
#include "tests/cpputest.hpp"

#include <nlohmann/json.hpp>

namespace {

using Json = nlohmann::json;

SimpleString StringFrom(hal::EtcdFault fault) { return ::StringFrom(static_cast<int>(fault)); }
SimpleString StringFrom(hal::EtcdRemedy remedy) { return ::StringFrom(static_cast<int>(remedy)); }

hal::EtcdFault faultOf(const hal::Error& error) { return static_cast<hal::EtcdFault>(error.code().value()); }

hal::Error errorOf(int status, std::string_view body) {
    auto error = hal::etcdError(status, body);
    return error ? *error : hal::Error::invalid("no error was found");
}

const std::string kV1Header =
    R"("header":{"cluster_id":"14443903163313418560","member_id":"11417610130673999598","revision":"5","raft_term":"2"})";
const std::string kV2Header =
    R"("header":{"cluster_id":"14853323861747666187", "member_id":"8028236932906914776", "revision":"16", "raft_term":"2"})";
const hal::Header kHeaderOfV1{.revision = 5};

/// The range operation inside of a transaction that only reads it.
Json encodedRange(const hal::RangeRequest& request) {
    const auto encoded = hal::encodeTransaction({.when = {}, .then = {request}, .otherwise = {}});
    return Json::parse(encoded.body).at("success").at(0).at("request_range");
}

/// The answer of a transaction that only read one range.
hal::Result<hal::TransactionReply> decodeRange(const std::string& range) {
    return hal::decodeTransaction("{" + kV1Header + R"(,"succeeded":true,"responses":[{"response_range":)" +
                                  range + "}]}");
}

} // namespace

TEST_GROUP(EtcdRequests){};

TEST(EtcdRequests, SendIdentifiersOf64BitsAsText) {
    const auto request = hal::encodeKeepAlive(2228896999051751429);
    CHECK_EQUAL(std::string("/v3/lease/keepalive"), request.path);
    CHECK_EQUAL(std::string(R"({"ID":"2228896999051751429"})"), request.body);
    CHECK_TRUE(request.repeatable);
}

TEST(EtcdRequests, AskForALeaseOnlyOnce) {
    const auto request = hal::encodeGrant(std::chrono::seconds(5));
    CHECK_EQUAL(std::string("/v3/lease/grant"), request.path);
    CHECK_EQUAL(std::string(R"({"TTL":"5"})"), request.body);
    CHECK_FALSE(request.repeatable);
}

TEST(EtcdRequests, RangeOverAPrefixToTheNextKeyBehindIt) {
    const auto body = encodedRange({.key = "/agent/nodes/", .prefix = true});
    CHECK_EQUAL(std::string("L2FnZW50L25vZGVzLw=="), body["key"].get<std::string>());
    CHECK_EQUAL(std::string("L2FnZW50L25vZGVzMA=="), body["range_end"].get<std::string>());
}

TEST(EtcdRequests, RangeOverOneKeyWithoutEnd) {
    CHECK_EQUAL(std::string(R"({"key":"L25vbmU="})"), encodedRange({.key = "/none"}).dump());
}

TEST(EtcdRequests, RangeOverAPrefixOfHighestBytes) {
    const auto body = encodedRange({.key = "a\xff", .prefix = true});
    CHECK_EQUAL(hal::base64Encode("b"), body["range_end"].get<std::string>());
    const auto all = encodedRange({.key = "", .prefix = true});
    CHECK_EQUAL(std::string("AA=="), all["key"].get<std::string>());
    CHECK_EQUAL(std::string("AA=="), all["range_end"].get<std::string>());
}

TEST(EtcdRequests, ATransactionThatOnlyReadsMayBeRepeated) {
    const auto request = hal::encodeTransaction({.when = {},
                                                 .then = {hal::RangeRequest{.key = "/a"}},
                                                 .otherwise = {hal::RangeRequest{.key = "/b"}}});
    CHECK_TRUE(request.repeatable);
}

TEST(EtcdRequests, WriteATransactionAsTheGatewayWantsIt) {
    const auto request = hal::encodeTransaction(
        {.when = {{.key = "/agent/lock", .operand = 0}},
         .then = {hal::PutRequest{.key = "/agent/lock", .value = "n1", .lease = 1001}},
         .otherwise = {hal::RangeRequest{.key = "/agent/lock"}, hal::DeleteRequest{.key = "/x/"}}});
    CHECK_EQUAL(std::string("/v3/kv/txn"), request.path);
    CHECK_FALSE(request.repeatable);
    const auto expected = Json::parse(
        R"({"compare":[{"key":"L2FnZW50L2xvY2s=","target":"CREATE","result":"EQUAL","create_revision":"0"}],)"
        R"("success":[{"request_put":{"key":"L2FnZW50L2xvY2s=","value":"bjE=","lease":"1001"}}],)"
        R"("failure":[{"request_range":{"key":"L2FnZW50L2xvY2s="}},)"
        R"({"request_delete_range":{"key":"L3gv"}}]})");
    CHECK_TRUE(expected == Json::parse(request.body));
}

TEST(EtcdRequests, CompareEachPropertyUnderItsOwnName) {
    const auto request = hal::encodeTransaction({.when = {{.key = "a",
                                                           .target = hal::Compare::Target::modRevision,
                                                           .relation = hal::Compare::Relation::less,
                                                           .operand = 7,
                                                           .prefix = true},
                                                          {.key = "a", .operand = 1}},
                                                 .then = {},
                                                 .otherwise = {}});
    const auto expected =
        Json::parse(R"([{"key":"YQ==","range_end":"Yg==","target":"MOD","result":"LESS","mod_revision":"7"},)"
                    R"({"key":"YQ==","target":"CREATE","result":"EQUAL","create_revision":"1"}])");
    CHECK_TRUE(expected == Json::parse(request.body)["compare"]);
}

TEST(EtcdRequests, PutWithoutLeaseSaysNothingOfALease) {
    const auto request = hal::encodeTransaction(
        {.when = {},
         .then = {hal::PutRequest{.key = "a", .value = std::string("\0\xff", 2), .lease = std::nullopt}},
         .otherwise = {}});
    CHECK_TRUE(Json::parse(request.body)["success"] ==
               Json::parse(R"([{"request_put":{"key":"YQ==","value":"AP8="}}])"));
}

TEST_GROUP(EtcdReplies){};

TEST(EtcdReplies, ReadAGrantOfBothGateways) {
    const hal::Lease expected{.id = 2228896999051751429, .ttl = std::chrono::seconds(10)};
    const auto v1 = hal::decodeGrant("{" + kV1Header + R"(,"ID":"2228896999051751429","TTL":"10"})");
    const auto v2 = hal::decodeGrant("{" + kV2Header + R"(, "ID":"2228896999051751429", "TTL":"10"})");
    CHECK_OK(v1);
    CHECK_OK(v2);
    CHECK_TRUE(expected == *v1);
    CHECK_TRUE(expected == *v2);
}

TEST(EtcdReplies, RefuseAGrantWithoutLease) {
    CHECK_FAILS("ID", hal::decodeGrant("{" + kV1Header + "}"));
    CHECK_FAILS("ID", hal::decodeGrant(R"({"ID":"9223372036854775808","TTL":"10"})"));
    CHECK_FAILS("TTL", hal::decodeGrant(R"({"ID":"7","TTL":"ten"})"));
    CHECK_FAILS("TTL", hal::decodeGrant(R"({"ID":"7","TTL":10.5})"));
    CHECK_FAILS("TTL", hal::decodeGrant(R"({"ID":"7","TTL":["10"]})"));
}

TEST(EtcdReplies, ReadAKeptLease) {
    const auto lease =
        hal::decodeKeepAlive(R"({"result":{)" + kV1Header + R"(,"ID":"7777","TTL":"10"}})" + "\n");
    CHECK_OK(lease);
    CHECK_TRUE(lease->has_value());
    CHECK_EQUAL(7777, (*lease)->id);
    CHECK_EQUAL(10, (*lease)->ttl.count());
}

TEST(EtcdReplies, TakeAKeptLeaseWithoutTtlForALostOne) {
    const auto lease = hal::decodeKeepAlive(R"({"result":{)" + kV1Header + R"(,"ID":"999999"}})" + "\n");
    CHECK_OK(lease);
    CHECK_FALSE(lease->has_value());
}

TEST(EtcdReplies, RefuseAKeptLeaseThatIsNone) {
    CHECK_FAILS("expected a kept lease", hal::decodeKeepAlive(""));
    CHECK_FAILS("result", hal::decodeKeepAlive("{}"));
    CHECK_FAILS("result", hal::decodeKeepAlive(R"({"result":[]})"));
    CHECK_FAILS("expected a kept lease", hal::decodeKeepAlive(R"({"result":{"TTL":"1)"));
}

TEST(EtcdReplies, ReadTheKeysOfARange) {
    const auto reply = decodeRange(
        R"({"kvs":[{"key":"L2FnZW50L25vZGVzL24x","create_revision":"2","mod_revision":"3","version":"2",)"
        R"("value":"eyJpcCI6IjEwLjAuMC4xIn0=","lease":"7777"},{"key":"L3cvYw==","create_revision":"14",)"
        R"("mod_revision":"17","version":"4","value":"YQ=="}],"count":"2"})");
    CHECK_OK(reply);
    CHECK_TRUE(kHeaderOfV1 == reply->header);
    const auto& found = reply->ranges.at(0).keyValues;
    CHECK_EQUAL(2, found.size());
    const hal::KeyValue first{.key = "/agent/nodes/n1",
                              .value = R"({"ip":"10.0.0.1"})",
                              .createRevision = 2,
                              .modRevision = 3,
                              .version = 2,
                              .lease = 7777};
    CHECK_TRUE(first == found[0]);
    CHECK_FALSE(found[1].lease.has_value());
}

TEST(EtcdReplies, ReadAnEmptyRange) {
    const auto reply = hal::decodeTransaction("{" + kV2Header +
                                              R"(, "succeeded":true, "responses":[{"response_range":{}}]})");
    CHECK_OK(reply);
    CHECK_TRUE(reply->ranges.at(0).keyValues.empty());
    CHECK_EQUAL(16, reply->header.revision);
}

TEST(EtcdReplies, RefuseARangeWithAWrongFieldAndNameIt) {
    CHECK_FAILS("\"value\"", decodeRange(R"({"kvs":[{"key":"YQ==","value":"not base64"}]})"));
    CHECK_FAILS("\"kvs\"", decodeRange(R"({"kvs":{"key":"YQ=="}})"));
    CHECK_FAILS("\"lease\"", decodeRange(R"({"kvs":["YQ=="]})"));
    CHECK_FAILS("\"revision\"", hal::decodeTransaction(R"({"header":{"revision":"five"}})"));
    CHECK_FAILS("\"header\"", hal::decodeTransaction(R"({"header":"x"})"));
    CHECK_FAILS("expected the answer to a transaction", hal::decodeTransaction("[]"));
}

TEST(EtcdReplies, IgnoreUnknownFieldsAndNulls) {
    const auto reply = hal::decodeTransaction(
        R"({"header":{"revision":"5","more":1},"responses":[{"response_range":{"kvs":null,"future":{"a":[1]}}}]})");
    CHECK_OK(reply);
    CHECK_EQUAL(5, reply->header.revision);
    CHECK_TRUE(reply->ranges.at(0).keyValues.empty());
}

TEST(EtcdReplies, ReadATransactionThatWasWon) {
    const auto reply = hal::decodeTransaction(
        "{" + kV1Header + R"(,"succeeded":true,"responses":[{"response_put":{"header":{"revision":"5"}}}]})");
    CHECK_OK(reply);
    CHECK_TRUE(reply->succeeded);
    CHECK_TRUE(kHeaderOfV1 == reply->header);
    CHECK_TRUE(reply->ranges.empty());
}

TEST(EtcdReplies, ReadATransactionThatWasLostWithWhatItFound) {
    const auto reply = hal::decodeTransaction(
        "{" + kV2Header +
        R"(, "responses":[{"response_range":{"header":{"revision":"3"}, "kvs":[{"key":"YQ==", "create_revision":"2", )"
        R"("mod_revision":"3", "version":"2", "value":"YQ==", "lease":"7777"}], "count":"1"}}, )"
        R"({"response_delete_range":{"header":{"revision":"7"},"deleted":"1"}}, {"response_range":{}}]})");
    CHECK_OK(reply);
    CHECK_FALSE(reply->succeeded);
    CHECK_EQUAL(2, reply->ranges.size());
    CHECK_EQUAL(16, reply->header.revision);
    CHECK_EQUAL(std::string("a"), reply->ranges[0].keyValues.at(0).key);
    CHECK_TRUE(reply->ranges[1].keyValues.empty());
}

TEST(EtcdReplies, RefuseATransactionWithAWrongField) {
    CHECK_FAILS("\"succeeded\"", hal::decodeTransaction(R"({"succeeded":"yes"})"));
    CHECK_FAILS("\"responses\"", hal::decodeTransaction(R"({"responses":"none"})"));
    CHECK_FAILS("\"response_range\"", hal::decodeTransaction(R"({"responses":["none"]})"));
}

TEST(EtcdReplies, ReadATokenAndMissIt) {
    const auto token = hal::decodeAuthenticate("{" + kV1Header + R"(,"token":"nYeGxioKthgKtnny.15"})");
    CHECK_OK(token);
    CHECK_EQUAL(std::string("nYeGxioKthgKtnny.15"), *token);
    CHECK_FAILS("\"token\"", hal::decodeAuthenticate("{" + kV1Header + "}"));
}

TEST_GROUP(EtcdErrors){};

TEST(EtcdErrors, AreNoneInASuccess) {
    CHECK_FALSE(hal::etcdError(200, "{" + kV1Header + "}").has_value());
    CHECK_FALSE(hal::etcdError(200, R"({"result":{"ID":"1"}})"
                                    "\n")
                    .has_value());
}

TEST(EtcdErrors, HaveTheSameCodeOnBothGateways) {
    const auto v1 = errorOf(
        404,
        R"({"error":"etcdserver: requested lease not found","message":"etcdserver: requested lease not found","code":5})");
    const auto v2 = errorOf(404, R"({"code":5, "message":"etcdserver: requested lease not found"})");
    CHECK_TRUE(v1 == v2);
    CHECK_EQUAL(hal::EtcdFault::notFound, faultOf(v1));
    CHECK_EQUAL(hal::EtcdRemedy::giveUp, hal::remedyFor(v1));
}

TEST(EtcdErrors, AreFoundInStreamsWhateverTheHttpStatus) {
    const auto v1 = errorOf(
        200,
        R"({"error":{"grpc_code":14,"http_code":503,"message":"etcdserver: no leader","http_status":"x"}})");
    const auto v2 = errorOf(503, R"({"error":{"code":14,"message":"etcdserver: no leader"}})");
    CHECK_TRUE(v1 == v2);
    CHECK_EQUAL(hal::EtcdFault::unavailable, faultOf(v1));
}

TEST(EtcdErrors, OfAMemberWithoutLeaderLeaveTheOthers) {
    CHECK_EQUAL(hal::EtcdRemedy::nextEndpoint,
                hal::remedyFor(errorOf(503, R"({"code":14,"message":"etcdserver: no leader"})")));
    CHECK_EQUAL(
        hal::EtcdRemedy::nextEndpoint,
        hal::remedyFor(errorOf(503, R"({"code":14,"message":"etcdserver: rpc not supported for learner"})")));
}

TEST(EtcdErrors, ThatMayHaveBeenCarriedOutAreNotRepeatedBlindly) {
    for (const auto* body : {R"({"code":14,"message":"etcdserver: request timed out"})",
                             R"({"code":14,"message":"transport is closing"})",
                             R"({"code":2,"message":"context deadline exceeded"})",
                             R"({"code":1,"message":"grpc: the client connection is closing"})"}) {
        CHECK_EQUAL_TEXT(hal::EtcdRemedy::nextIfRepeatable, hal::remedyFor(errorOf(503, body)), body);
    }
}

TEST(EtcdErrors, OfTheNetworkDependOnWhetherSomethingWasSent) {
    using hal::HttpFault;
    for (const auto fault :
         {HttpFault::refused, HttpFault::unreachable, HttpFault::connectTimeout, HttpFault::tls}) {
        CHECK_EQUAL(hal::EtcdRemedy::nextEndpoint, hal::remedyFor({fault, "10.0.0.2:2379: no"}));
    }
    for (const auto fault : {HttpFault::timeout, HttpFault::closed, HttpFault::malformed}) {
        CHECK_EQUAL(hal::EtcdRemedy::nextIfRepeatable, hal::remedyFor({fault, "10.0.0.2:2379: no"}));
    }
    CHECK_EQUAL(hal::EtcdRemedy::giveUp, hal::remedyFor({HttpFault::tooLarge, "10.0.0.2:2379: too long"}));
}

TEST(EtcdErrors, OfTheTokenAskForANewOne) {
    for (const auto* body : {R"({"code":16,"message":"etcdserver: invalid auth token"})",
                             R"({"code":3,"message":"etcdserver: user name is empty"})",
                             R"({"code":3,"message":"etcdserver: revision of auth store is old"})"}) {
        CHECK_EQUAL_TEXT(hal::EtcdRemedy::authenticate, hal::remedyFor(errorOf(401, body)), body);
    }
}

TEST(EtcdErrors, OfTheConfigurationSayWhatToDo) {
    STRCMP_CONTAINS("set a user and a password",
                    errorOf(400, R"({"code":3,"message":"etcdserver: user name is empty"})").text().c_str());
    const auto password = errorOf(
        400, R"({"code":3,"message":"etcdserver: authentication failed, invalid user ID or password"})");
    STRCMP_CONTAINS("wrong user or password", password.text().c_str());
    CHECK_TRUE(password.recovery() == hal::Recovery::terminal);
    CHECK_EQUAL(hal::EtcdRemedy::giveUp, hal::remedyFor(password));
    STRCMP_CONTAINS("role",
                    errorOf(403, R"({"code":7,"message":"etcdserver: permission denied"})").text().c_str());
    STRCMP_CONTAINS("without CN",
                    errorOf(400, "CommonName of client sending a request against gateway will be "
                                 "ignored and not used as expected\n")
                        .text()
                        .c_str());
}

TEST(EtcdErrors, OfASwitchedOffGatewayNameTheSwitch) {
    const auto error = errorOf(404, "404 page not found\n");
    CHECK_EQUAL(hal::EtcdFault::gatewayOff, faultOf(error));
    STRCMP_CONTAINS("enable-grpc-gateway: true", error.text().c_str());
    CHECK_EQUAL(hal::EtcdRemedy::nextEndpoint, hal::remedyFor(error));
}

TEST(EtcdErrors, OfAnotherServiceQuoteItsAnswer) {
    const auto error = errorOf(502, "<html>\x01 Bad Gateway</html>" + std::string(1000, 'x'));
    CHECK_EQUAL(hal::EtcdFault::malformed, faultOf(error));
    STRCMP_CONTAINS("HTTP 502 <html>. Bad Gateway", error.text().c_str());
    CHECK_TRUE(error.text().size() < 300);
    CHECK_EQUAL(hal::EtcdFault::malformed, faultOf(errorOf(500, R"({"status":"red"})")));
    CHECK_EQUAL(hal::EtcdFault::malformed, faultOf(errorOf(500, R"({"error":{"grpc_code":"fourteen"}})")));
    CHECK_EQUAL(hal::EtcdFault::other, faultOf(errorOf(500, R"({"code":13,"message":"internal"})")));
}

TEST(EtcdErrors, TellThatAuthenticationIsOff) {
    const auto off =
        errorOf(412, R"({"error":"x","message":"etcdserver: authentication is not enabled","code":9})");
    CHECK_TRUE(hal::authenticationIsOff(off));
    CHECK_FALSE(
        hal::authenticationIsOff(errorOf(412, R"({"code":9,"message":"etcdserver: lease already exists"})")));
}

TEST(EtcdReplies, DepthAndBreadthAreBounded) {
    const std::string deep = R"({"header":{"revision":)" + std::string(900'000, '[');
    CHECK_FAILS("expected the answer to a transaction", hal::decodeTransaction(deep));
    CHECK_FAILS("TTL", hal::decodeKeepAlive(R"({"result":{"ID":"7587","TTL":)" + std::string(60, '[') +
                                            std::string(60, ']') + "}}"));
    std::string broad = R"({"header":{"revision":"5"},"x":[{})";
    for (int i = 0; i < 600'000; ++i) {
        broad += ",{}";
    }
    CHECK_FAILS("expected the answer to a transaction", hal::decodeTransaction(broad + "]}"));
}

TEST(EtcdErrors, AMessageIsOneShortLine) {
    const auto error =
        hal::etcdFaultError(13, "boom\n<2>forged critical line\x1b[31m" + std::string(1'900'000, 'x'));
    STRCMP_CONTAINS("boom?<2>forged critical line?[31mxxx", error.text().c_str());
    CHECK_TRUE(error.text().size() < 1000);
}
