"""Sets one page as PDF: reads HTML, writes a file. A program of its own.

Run by `papers.py`, which says what the job and the answer hold. It is started by its path and imports nothing of
ours, so that the server never loads what it needs, may lack it, and can stop it. It asks for nothing over a network:
what it shows beside its HTML are the files of the job, each by its name.
"""

import json
import mimetypes
import sys
from contextlib import redirect_stdout
from io import BytesIO
from pathlib import Path
from typing import Any

SCHEME = "pinson:"


def typeset(job: dict[str, Any]) -> dict[str, Any]:
    """Do the job: see `papers.Press`. Without one, find out whether it could be done."""
    try:
        with redirect_stdout(sys.stderr):  # it prints what it misses
            from weasyprint import HTML  # type: ignore[import-untyped]
            from weasyprint.urls import URLFetcher, URLFetcherResponse  # type: ignore[import-untyped]
    except (ImportError, OSError) as error:
        return {"refused": "missing", "why": str(error)[:300]}
    if not job:
        return {}
    files = job["files"]

    class Shelf(URLFetcher):  # type: ignore[misc]
        """Hands out the files of the job, and nothing else."""

        def fetch(self, url: str, headers: object = None) -> Any:
            path = files.get(url.removeprefix(SCHEME)) if url.startswith(SCHEME) else None
            if path is None:
                raise PermissionError(f"not a file of this page: {url[:200]}")
            media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
            return URLFetcherResponse(url, BytesIO(Path(path).read_bytes()), {"content-type": media_type})

    html = Path(job["source"]).read_text(encoding="utf-8")
    document = HTML(string=html, base_url=job["base_url"], url_fetcher=Shelf())
    document.write_pdf(job["target"], pdf_variant="pdf/ua-1")
    return {}


def main() -> None:
    """Read the job from the file named as only argument, and write the answer to stdout, both in JSON."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")) if len(sys.argv) > 1 else {}
    try:
        answer = typeset(job)
    except Exception as error:  # whatever a page made to break it does
        answer = {"refused": "failed", "why": repr(error)[:300]}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
