"""Campaigns: a study is a declared grid of cells and what is predicted and measured on one of them.

:func:`run` computes what a results folder lacks, here or on a Dask cluster, and can be interrupted at any moment;
:func:`read` and :func:`table` give back all that a folder holds.
"""

from specbound.campaign.cell import Cell
from specbound.campaign.driver import run
from specbound.campaign.frame import table
from specbound.campaign.reading import Record, Status, evidence_in, measured_in, read
from specbound.campaign.study import Grid, Study

__all__ = ["Cell", "Grid", "Record", "Status", "Study", "evidence_in", "measured_in", "read", "run", "table"]
