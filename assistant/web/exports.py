"""Everything out: a table for spreadsheets, the whole record as JSON, both as a stream; and FHIR for a clinic."""

from __future__ import annotations

import json
import zlib
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response, StreamingResponse

from assistant.table import BYTE_ORDER_MARK, csv_lines
from assistant.web.fhir import bundle
from assistant.web.trends import last_over
from assistant.web.visit import Refused
from assistant.web.whose import whose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.web.visit import Visit

SCHEMA = Path(__file__).parent / "static" / "episode.schema.json"
"""Of a line of the JSON, and of the table's columns."""
MOST_IN_BUNDLE_DAYS = 366


def show_columns(visit: Visit) -> Response:
    """What each column means."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    columns = [(name, each["description"]) for name, each in schema["properties"].items()]
    return visit.show("columns.html", columns=columns)


def as_csv(visit: Visit) -> Response:
    """Every episode, one a line."""
    visit.house.editing.record("exported", None, by=visit.account.shown, form="csv")
    lines = chain([BYTE_ORDER_MARK], csv_lines(visit.house.reading.all_episodes()))
    return _file(lines, "text/csv; charset=utf-8", "episodes.csv")


def as_json(visit: Visit) -> Response:
    """Every episode, one JSON object a line."""
    visit.house.editing.record("exported", None, by=visit.account.shown, form="json")
    lines = (json.dumps(each.as_dict(), ensure_ascii=False) + "\n" for each in visit.house.reading.all_episodes())
    return _file(lines, "application/x-ndjson", "episodes.jsonl")


def as_archive(visit: Visit) -> Response:
    """Everything that the log holds, packed, to be kept or brought into another log."""
    visit.house.editing.record("exported", None, by=visit.account.shown, form="archive")
    headers = {"content-disposition": 'attachment; filename="bedside-everything.jsonl.gz"'}
    return StreamingResponse(_packed(visit.house.archive()), media_type="application/gzip", headers=headers)


def _packed(lines: Iterable[str]) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)  # 16: with the heading and the end of a gzip file
    for line in lines:
        if part := packer.compress(line.encode()):
            yield part
    yield packer.flush()


def as_fhir(visit: Visit) -> Response:
    """A FHIR R4 bundle of the last two weeks, or of the nights that are asked for."""
    last = last_over(visit)
    days = visit.asked("days", "14")
    if not days.isdecimal() or not 1 <= int(days[:6]) <= MOST_IN_BUNDLE_DAYS:
        raise Refused(f"days must be a whole number from 1 to {MOST_IN_BUNDLE_DAYS}. Correct it.")
    episodes = visit.house.reading.episodes(last - timedelta(days=int(days) - 1), last)
    visit.house.editing.record("exported", None, by=visit.account.shown, form="fhir")
    one = whose(visit)
    made = bundle(episodes, one.person_id, one.profile, visit.now)
    headers = {"content-disposition": 'attachment; filename="bedside.fhir.json"'}
    return JSONResponse(made, media_type="application/fhir+json", headers=headers)


def _file(lines: Iterator[str], kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(lines, media_type=kind, headers=headers)
