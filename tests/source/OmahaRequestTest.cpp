#include "client/source/OmahaRequest.h"

#include <gtest/gtest.h>

using namespace baton;
using namespace baton::source;
using protocol::Form;

namespace {

Identity identity()
{
    Identity one;
    one.server = "http://127.0.0.1/";
    one.appId = "web";
    one.track = "stable";
    one.machineId = "6f0c";
    one.attributes = {{"ap", "canary"}, {"_rack", "7"}, {"targetversionprefix", "1.2"}};
    return one;
}

Question question(Asker asker = Asker::Schedule)
{
    Question one{"1.4.0", "{s}", asker, {}};
    one.remembered.cohort = "1:2:";
    return one;
}

Form formAt(const std::string& url, Dialect dialect = Dialect::Auto)
{
    auto one = identity();
    one.dialect = dialect;
    return formFor(one, *transport::parseUrl(url));
}

} // namespace

TEST(OmahaRequest, TheUrlSaysTheFormUnlessAPersonDoes)
{
    EXPECT_EQ(formAt("http://h/v1/update/"), Form::Xml);
    EXPECT_EQ(formAt("http://h/service/update2/json?x=1"), Form::Json3);
    EXPECT_EQ(formAt("http://h/service/update2/json", Dialect::Xml), Form::Xml);
    EXPECT_EQ(formAt("http://h/v1/update/", Dialect::Json4), Form::Json4);
}

TEST(OmahaRequest, ACheckHoldsAPingAnUpdatecheckAndNoEvent)
{
    for (const auto form : {Form::Xml, Form::Json3, Form::Json4}) {
        const auto request = checkRequest(identity(), question(), form);
        ASSERT_EQ(request.apps.size(), 1U);
        const auto& app = request.apps[0];
        EXPECT_TRUE(app.ping && app.updatecheck);
        EXPECT_TRUE(app.events.empty());
        EXPECT_EQ(request.protocol, protocolOf(form));
        EXPECT_EQ(app.cohort, "1:2:") << "sent back as it came";
        EXPECT_EQ(app.ap, "canary");
        EXPECT_EQ(app.updatecheck->targetversionprefix, "1.2");
        EXPECT_EQ(app.extras, (protocol::Extras{{"_rack", "7"}}));
        EXPECT_EQ(protocol::decodeRequest(encode(request, form)), request) << "it has no form's losses in it";
    }
}

TEST(OmahaRequest, UsersAreCountedByTheServersDays)
{
    auto known = question();
    known.remembered.lastDay = 7265;
    known.remembered.installDay = 7259;
    known.remembered.freshness = "{f}";

    const auto first = checkRequest(identity(), question(), Form::Json3).apps[0];
    const auto later = checkRequest(identity(), known, Form::Json3).apps[0];
    const auto plain = checkRequest(identity(), question(), Form::Xml).apps[0];

    EXPECT_EQ(first.ping->rd, -1);
    EXPECT_EQ(first.installdate, -1);
    EXPECT_EQ(later.ping->rd, 7265);
    EXPECT_EQ(later.ping->ad, 7265);
    EXPECT_EQ(later.ping->pingFreshness, "{f}");
    EXPECT_EQ(later.installdate, 7259);
    EXPECT_EQ(plain.ping->active, 1);
    EXPECT_FALSE(plain.ping->rd) << "a server of CoreUpdate's kind has no days";
}

TEST(OmahaRequest, WhoAsksIsSaidWhereTheFormHasItsPlace)
{
    EXPECT_EQ(checkRequest(identity(), question(Asker::Person), Form::Xml).installsource, "ondemandupdate");
    EXPECT_EQ(checkRequest(identity(), question(), Form::Xml).installsource, "scheduler");
    const auto json = checkRequest(identity(), question(Asker::Person), Form::Json3);
    EXPECT_EQ(json.installsource, "");
    EXPECT_EQ(json.apps[0].installsource, "ondemand");
    EXPECT_EQ(checkRequest(identity(), question(), Form::Json4).acceptformat, "download,bsdiff-zstd,bsdiff40,zstd");
}

TEST(OmahaRequest, WhatADeltaMayStartFromIsSaidByItsFingerprint)
{
    auto known = question();
    known.base = std::string(64, 'a');

    EXPECT_EQ(checkRequest(identity(), known, Form::Json3).apps[0].fp, "1." + known.base);
    EXPECT_EQ(checkRequest(identity(), question(), Form::Json3).apps[0].fp, "");
}

TEST(OmahaRequest, ACheckSaysWhatTheMachineHasAndAnEventDoesNot)
{
    const Event event{3, 2, 0, "1.5.0", "1.4.0", "1.5.0", "{s}"};
    for (const auto form : {Form::Xml, Form::Json3, Form::Json4}) {
        const auto request = checkRequest(identity(), question(), form);
        ASSERT_TRUE(request.hw);
        EXPECT_GE(request.hw->physmemory.value_or(-1), 0);
#if defined(__x86_64__)
        EXPECT_EQ(request.hw->sse2, true) << "each x86-64 has it";
#endif
        EXPECT_FALSE(eventRequest(identity(), event, form).hw);
    }
}

TEST(OmahaRequest, AnEventNamesThePipelineThatItHappenedInWhereThereAreAny)
{
    Event event{14, 1, 0, "1.4.0", "1.4.0", "1.5.0", "{s}"};
    event.pipelineId = "full";

    EXPECT_EQ(eventRequest(identity(), event, Form::Json4).apps[0].events[0].pipelineId, "full");
    EXPECT_EQ(eventRequest(identity(), event, Form::Json3).apps[0].events[0].pipelineId, "");
    EXPECT_EQ(eventRequest(identity(), event, Form::Xml).apps[0].events[0].pipelineId, "");
}

// Each way to fail by its category, as docs/operating.md has them.
TEST(OmahaRequest, EachCodeHasItsCategory)
{
    const std::pair<int, int> rows[] = {
        {code::Unexplained, 4},        {code::CopyFailed, 2},    {code::CandidateFailed, 3},
        {code::Transfer, 1},           {code::HashMismatch, 1},  {code::SizeMismatch, 1},
        {code::VerificationFailed, 2}, {code::WriteFailed, 3},   {code::StatementInvalid, 2},
        {code::DeltaUnusable, 8},      {code::EmptyAnswer, 5},   {code::XmlInvalid, 5},
        {code::SignatureInvalid, 2},   {code::AnswerInvalid, 5}, {code::IgnoredByPolicy, 5},
        {code::DeferredByPolicy, 5},   {code::HttpError, 5},     {code::HashMissing, 5},
        {code::SignatureMissing, 2},   {code::RolledBack, 3},    {code::HttpStatusBase + 503, 5}};
    for (const auto& [code, category] : rows) {
        const Event event{3, 0, code, "1.4.0", "1.4.0", "1.5.0", "{s}"};
        const auto told = eventRequest(identity(), event, Form::Json4).apps[0].events[0];
        EXPECT_EQ(told.errorcat, category) << "errorcode " << code;
        EXPECT_EQ(told.errorcode, code);
        EXPECT_EQ(told.previousversion, "1.4.0");
        EXPECT_EQ(told.nextversion, "1.5.0");
    }
}

TEST(OmahaRequest, OfSeveralWaysWithOneCodeAnEventSaysWhich)
{
    Event event{3, 0, code::RolledBack, "1.4.0", "1.4.0", "1.5.0", "{s}"};
    event.extraCode = static_cast<int>(Way::CrashLoop);
    for (const auto form : {Form::Xml, Form::Json3, Form::Json4})
        EXPECT_EQ(eventRequest(identity(), event, form).apps[0].events[0].extracode1, 9);
}

TEST(OmahaRequest, AnEventStandsAloneAndJsonNamesItsCategory)
{
    Event failed;
    failed.type = 3;
    failed.errorCode = code::HashMismatch;
    failed.version = "1.4.0";
    failed.nextVersion = "1.5.0";
    failed.sessionId = "{s}";

    const auto json = eventRequest(identity(), failed, Form::Json3);
    const auto xml = eventRequest(identity(), failed, Form::Xml);

    ASSERT_EQ(json.apps[0].events.size(), 1U);
    EXPECT_FALSE(json.apps[0].ping || json.apps[0].updatecheck);
    EXPECT_EQ(json.apps[0].events[0].errorcat, 1);
    EXPECT_EQ(json.apps[0].events[0].errorcode, 10);
    EXPECT_FALSE(xml.apps[0].events[0].errorcat);
    EXPECT_EQ(json.sessionid, "{s}");
    EXPECT_NE(json.requestid, xml.requestid);
}
