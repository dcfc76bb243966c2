"""What a query may not do in a workspace: each hostile one is refused with a sentence, each honest one passes."""

from __future__ import annotations

import pytest

from bot.adapters.kql.errors import BadQuery
from bot.adapters.kql.guard import judge

ALLOWED = frozenset({"AADProvisioningLogs", "AuditLogs", "AzureActivity"})

HOSTILE = [
    "AuditLogs | where Id in (SigninLogs)",
    "AuditLogs | where Id in ((SigninLogs | project Id))",
    "AuditLogs | join (Foo) on Id",
    "AuditLogs | join Foo on Id",
    "AuditLogs | join kind=inner (Foo | take 1) on Id",
    "AuditLogs | lookup Foo on Id",
    "AuditLogs | extend x=toscalar(Bar | count)",
    "AuditLogs | extend x=toscalar(Bar)",
    "union A, AuditLogs",
    "union *",
    "union AuditLogs, B*",
    "AuditLogs | union Foo",
    "union (Foo | take 1)",
    "let z = Foo; z",
    "let z = Foo | take 1; z",
    "let f = (T:(*)){T}; f(Foo)",
    "let f = (){Foo}; f()",
    "let f = (){Foo | take 2}; f()",
    "let m = materialize(Foo | take 1); m",
    "let m = materialize(Foo); m",
    "workspace('a').AuditLogs | count",
    "cluster('x').database('y').AuditLogs",
    "database('y').AuditLogs",
    "app('x').requests",
    "table('Foo') | take 1",
    'externaldata(line:string)["https://x"]',
    "AuditLogs | evaluate http_request('x')",
    "evaluate http_request('x')",
    "AuditLogs | evaluate python('x')",
    "search 'x'",
    "search in (Foo) 'x'",
    "find in (Foo) where a == 1",
    "MyStored() | take 1",
    "MyStored",
    "let x = MyStored(); x",
    "AuditLogs | extend SecurityEvent=1 | join (SecurityEvent) on Id",
    "['Foo bar'] | take 1",
    "set notruncation; AuditLogs",
    ".show tables",
    ".drop table AuditLogs",
    "AuditLogs | invoke f()",
    "AuditLogs | partition by Id (Foo | take 1)",
    "AuditLogs | mv-apply x = TargetResources on (Foo)",
    "AuditLogs | where Id in (MyStored())",
    "alias database x = cluster('y').database('z'); AuditLogs",
    "AuditLogs | fork (take 1) (take 2)",
    "AuditLogs | as T | union (SigninLogs)",
    "AuditLogs | facet by Id with (join Foo on Id)",
    "SigninLogs",
    "hidden(SigninLogs)",
    "(SigninLogs) | take 1",
    "((SigninLogs | take 1))",
    "AuditLogs | make-graph a --> b with SigninLogs on x",
    "totable(SigninLogs)",
    "AuditLogs | extend y = totable(SigninLogs)",
    'arg("").Resources',
    "adx('x').T",
    'datatable(a:string)["x"] | join SigninLogs on a',
    "print x = toscalar(SigninLogs | count)",
    "range x from 1 to toscalar(SigninLogs | count) step 1",
    "AuditLogs | where Id has_any (SigninLogs)",
    "AuditLogs | extend Foo = 1 | where Id in (Foo)",
    "AuditLogs | extend Foo = 1 | where Id in ((Foo))",
    "AuditLogs | extend Foo = 1 | where toscalar(Foo) == 1",
    "AuditLogs | extend Foo = 1 | where toscalar((Foo)) == 1",
    "AuditLogs | extend Foo = 1 | join (Foo) on Id",
    "AuditLogs | extend Foo = 1 | union (Foo)",
    "AuditLogs | extend Foo = 1 | where (Foo | count) == 1",
    "let a = AuditLogs | extend Foo=1; Foo",
    "let a = AuditLogs | extend Foo=1; let b = Foo; b",
    "let a = AuditLogs | extend Foo=1; (Foo)",
    "let a = AuditLogs | extend Foo=1; let f = (){Foo}; f()",
    "AuditLogs | where Id !in~ (SigninLogs)",
    "AuditLogs | extend x = iff(1==1, toscalar(SigninLogs|count), 0)",
    "AuditLogs | union isfuzzy=true SigninLogs",
    "AuditLogs | union withsource=X SigninLogs",
    "AuditLogs | lookup kind=leftouter (SigninLogs) on Id",
    "AuditLogs | join kind=leftanti hint.strategy=shuffle SigninLogs on Id",
]
HONEST = [
    'AuditLogs | where Id in ("a","b") | take 5',
    "let a = AuditLogs | take 5; a | join kind=inner (a) on Id",
    "let x = ago(1h); AuditLogs | where TimeGenerated > x",
    'let j = dynamic(["a"]); AADProvisioningLogs | where JobId in (j)',
    "AuditLogs | extend t = TargetResources[0].displayName | summarize count() by tostring(t) | render piechart",
    "union AuditLogs, (AADProvisioningLogs | project Id)",
    "union withsource=T AuditLogs, AADProvisioningLogs | summarize count() by T",
    "AuditLogs | make-series n=count() on TimeGenerated step 1h",
    "AuditLogs | mv-apply p = TargetResources on (project p)",
    "AuditLogs | mv-expand TargetResources",
    "print 1",
    "range x from 1 to 5 step 1",
    'datatable(a:string)["x"] | where a == "x"',
    'let f = (s:string){ strcat(s, "a") }; AuditLogs | extend x = f(Id)',
    "AuditLogs | where Id in ((AADProvisioningLogs | project Id))",
    "AuditLogs | where toscalar(AADProvisioningLogs | count) > 1",
    "AuditLogs | evaluate bag_unpack(InitiatedBy)",
    "let jobs = AADProvisioningLogs | distinct JobId; AuditLogs | where Id in (jobs)",
    "AuditLogs | top 5 by TimeGenerated | project-away Id",
    "let m = materialize(AuditLogs | take 1); m | union m",
    'AuditLogs | where Id has_any (dynamic(["a"]))',
    'AuditLogs | where Id has_any ("a", "b")',
    'AuditLogs | where ActivityDisplayName in~ ("a") and Result =~ "x"',
    'AADProvisioningLogs | where JobId in (pack_array("a"))',
    "AuditLogs | lookup kind=leftouter (AADProvisioningLogs | project Id, JobId) on Id",
    "AuditLogs | join kind=leftanti hint.strategy=shuffle (AADProvisioningLogs) on Id",
    "AuditLogs | where TimeGenerated between (ago(1d) .. now())",
    "AuditLogs | extend IsGuest = true | where (IsGuest)",
    "AuditLogs | extend IsGuest = true | where not(IsGuest) and (IsGuest)",
    "AuditLogs | extend A = (Id) | summarize count() by (A)",
    "AuditLogs | count",
]


@pytest.mark.parametrize("kql", HOSTILE)
def test_a_hostile_query_is_refused_with_a_sentence(kql: str) -> None:
    with pytest.raises(BadQuery) as refused:
        judge(kql, ALLOWED)
    assert len(str(refused.value)) > 20


@pytest.mark.parametrize("kql", HONEST)
def test_an_honest_query_passes(kql: str) -> None:
    judge(kql, ALLOWED)


def test_a_table_that_the_settings_name_can_be_read() -> None:
    judge("SigninLogs | take 1", ALLOWED | {"SigninLogs"})


def test_the_refusal_names_what_there_is() -> None:
    with pytest.raises(BadQuery, match="there are AADProvisioningLogs, AuditLogs, AzureActivity"):
        judge("SecurityEvent | take 1", ALLOWED)


@pytest.mark.parametrize(
    "kql", ["", "   ", "// nothing", "x" * 60_000, "print " + "(" * 100 + "1" + ")" * 100, "AuditLogs | where ("]
)
def test_what_is_no_query_is_a_sentence_too(kql: str) -> None:
    with pytest.raises(BadQuery):
        judge(kql, ALLOWED)
