from __future__ import annotations

from retrorun.session.checks import Finding, Findings


def test_a_finding_is_a_line() -> None:
    assert str(Finding(place="steps[1]", what="too long", hint="cut it")) == "warning: steps[1]: too long; cut it"
    assert str(Finding(place="", what="no name", severity="note")) == "note: no name"


def test_findings_keep_their_order_and_each_comes_once() -> None:
    findings = Findings([Finding(place="", what="first")])
    assert findings.add("steps[0]", "second", "do this", "error")
    assert not findings.add("", "first")
    assert [finding.what for finding in findings.all] == ["first", "second"]
    assert findings.all[1] == Finding(place="steps[0]", what="second", hint="do this", severity="error")
