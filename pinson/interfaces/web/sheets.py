"""Tables for spreadsheets. Called by pages whose figures people take along."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from starlette.responses import Response

FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # with which a spreadsheet would begin to compute


def sheet(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A table as CSV, to be kept under a name; nothing in it is taken for a formula (RFC 4180)."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(head)
    for row in rows:
        writer.writerow([f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULAS) else cell for cell in row])
    body = b"\xef\xbb\xbf" + written.getvalue().encode()  # by the mark at its beginning, Excel knows that it is UTF-8
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)
