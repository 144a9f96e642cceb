"""What organisations' WeChat regulations ask, and which control answers each clause; shown on the compliance page.

A row is honest: ``on`` is enforced or proved here, ``partly`` names what is missing, ``off`` can be switched on, and
``not_built`` is not there. The rows follow the model regulations on WeChat work groups, personal and company accounts,
secrecy and network security.
"""

from __future__ import annotations

from dlp.office.clause_words import Clause
from dlp.office.regulations_of_secrecy import CLAUSES_OF_SECRECY
from dlp.office.regulations_of_use import CLAUSES_OF_USE

CLAUSES: tuple[Clause, ...] = (*CLAUSES_OF_USE, *CLAUSES_OF_SECRECY)
