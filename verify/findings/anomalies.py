"""Whether reported anomalies come out as predicted."""

from __future__ import annotations

from collections.abc import Sequence

from specbound.campaign import Record
from specbound.report.finding import Finding
from verify.anomalies import SCENES, study
from verify.findings.predicted import as_predicted


def findings(records: Sequence[Record]) -> list[Finding]:
    """What the reports in small say."""
    claim = (
        "What an independent replication reports and a large curvature alone does not explain is predicted from the "
        "unlocked model, each report as a number."
    )
    reports = {SCENES[record.parameters["scene"]].report for record in records}
    more = f"Reported: {'; '.join(sorted(reports))}."
    return [as_predicted("anomalies_as_predicted", claim, study, records, more)]
