"""Requirements that stand in the text of an advertisement.

`read_requirements(title, text)` finds what the text asks for: education, years of experience, certificates,
fields of study, shifts, travel, how pay is counted, and whether several jobs are offered. Each fact has its
place in the text and a certainty, so that an employer can be shown how the advertisement was understood.
"""

from matching.requirements.reader import read_line, read_requirements
from matching.requirements.types import MANAGEMENT, SAME_WORK, Kind, Requirement

__all__ = ["MANAGEMENT", "SAME_WORK", "Kind", "Requirement", "read_line", "read_requirements"]
