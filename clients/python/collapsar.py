"""Collapsar over HTTP, in one file that needs Python 3.9 and nothing else.

    import collapsar

    server = collapsar.Client("http://127.0.0.1:7070")          # or COLLAPSAR_URL and COLLAPSAR_KEY
    sweep = server.submit({"grid": {"depth": [4, 8], "width": 4}, "inits": 1000})
    for event in server.watch(sweep["id"]):                      # goes on by itself after a break
        print(event["data"]["progress"]["trials"])
    for cell in server.surface(sweep["id"])["cells"]:
        print(cell["depth"], cell["width"], cell["collapse"])

    import pandas                                                # without a key
    frame = pandas.read_csv(server.surface_url(sweep["id"], "csv"))

Copy it beside your notebook, or put this folder on PYTHONPATH. From a shell: `python3 collapsar.py --help`.

Every failure is a CollapsarError with the server's `code`, `status` and `problems`: each with the JSON pointer of a field and what is
accepted there. Requests that could not be delivered, and those that the server puts off (429, 503), are sent again a few times.
Nothing is done twice by that: a submit always carries an idempotency key.

This file lies outside the packages of the repository because it is no part of the JavaScript workspace: it is read, copied and
tested alone.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import socket
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional

__all__ = [
    "Client",
    "CollapsarError",
    "ConflictError",
    "InvalidError",
    "NotAllowedError",
    "NotFoundError",
    "UnavailableError",
]

TIMEOUT_SECONDS = 60.0
RETRIES = 4
FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 30.0
# A stream sends a comment every 15 seconds: three of them missing, it is dead though nobody closed it.
SILENCE_SECONDS = 45.0
# How long a server that has answered may be away before `watch` gives up.
PATIENCE_SECONDS = 300.0

Document = Dict[str, Any]


class CollapsarError(Exception):
    """What the server refused, or why it was not reached.

    code      the stable name of the error, such as "invalid-spec" or "not-found"
    status    the HTTP status; 0 when there was no answer
    problems  [{"pointer": "/grid/depth", "detail": "..."}]: every field that is wrong
    """

    def __init__(self, code: str, message: str, status: int = 0, problems: Iterable[Mapping[str, str]] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.problems = [dict(problem) for problem in problems]
        self.retry_after: Optional[float] = None


class InvalidError(CollapsarError):
    """The request or the sweep is not valid; `problems` names every field."""


class NotAllowedError(CollapsarError):
    """The key is missing, or does not allow this."""


class NotFoundError(CollapsarError):
    """There is no such sweep, cell or trial."""


class ConflictError(CollapsarError):
    """In conflict with what exists, or over a quota."""


class UnavailableError(CollapsarError):
    """The server cannot be reached, or cannot answer now: try again later."""


CONFLICT_CODES = ("conflict", "idempotency-mismatch", "quota")


def _error_class(status: int, code: str) -> type:
    if code in CONFLICT_CODES or status == 409:
        return ConflictError
    if status in (401, 403):
        return NotAllowedError
    if status == 404:
        return NotFoundError
    if status == 429 or status >= 502 or status == 0:
        return UnavailableError
    return InvalidError if status < 500 else CollapsarError


class Client:
    """One server. Methods give the JSON documents of the HTTP interface as dicts and lists; `/docs` of the server describes them."""

    def __init__(self, url: Optional[str] = None, key: Optional[str] = None, timeout: float = TIMEOUT_SECONDS, retries: int = RETRIES) -> None:
        """url and key default to COLLAPSAR_URL and COLLAPSAR_KEY. timeout: seconds an answer may take."""
        url = url or os.environ.get("COLLAPSAR_URL", "")
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise InvalidError("usage", "the server's address is not valid; accepted: an http or https URL without a user, as url or COLLAPSAR_URL")
        self.url = url.rstrip("/")
        self._key = key or os.environ.get("COLLAPSAR_KEY") or None
        self._timeout = timeout
        self._retries = retries
        self._opener = urllib.request.build_opener(_NoRedirect())

    def __repr__(self) -> str:
        return f"Client({self.url!r})"

    # Sweeps

    def submit(
        self,
        sweep: Mapping[str, Any],
        tags: Iterable[str] = (),
        priority: Optional[int] = None,
        plan_hash: Optional[str] = None,
        allow_slow: bool = False,
        idempotency_key: Optional[str] = None,
    ) -> Document:
        """Submits a sweep file given as a dict; gives the sweep's summary with its `id`.

        tags are added to those of the file, priority (-10 to 10) replaces its own. With plan_hash it is refused (ConflictError) when
        the plan is no longer what would be done. The same idempotency_key and sweep always give the same sweep.
        """
        body = dict(sweep)
        known = list(body.get("tags", ()))
        added = [tag for tag in dict.fromkeys(tags) if tag not in known]
        if added:
            body["tags"] = known + added
        if priority is not None:
            body["priority"] = priority
        query = {"planHash": plan_hash, "allowSlow": "true" if allow_slow else None}
        return self._json("POST", "/v1/sweeps", query, body, {"idempotency-key": idempotency_key or str(uuid.uuid4())})

    def plan(self, sweep: Mapping[str, Any], explain: bool = False, allow_slow: bool = False) -> Document:
        """What a sweep would train, what it reuses and how long it takes; nothing is created."""
        query = {"explain": "true" if explain else None, "allowSlow": "true" if allow_slow else None}
        return self._json("POST", "/v1/plans", query, dict(sweep))

    def sweep(self, id: str) -> Document:
        """One sweep with its progress and its lost blocks."""
        return self._json("GET", _path("sweeps", id))

    def sweeps(self, tag: Optional[str] = None, state: Optional[str] = None, limit: Optional[int] = None) -> Iterator[Document]:
        """Sweeps, newest first, page after page as they are asked for. limit: at most so many."""
        query = {"tag": tag, "state": state, "limit": None if limit is None else min(limit, 500)}
        return self._pages("/v1/sweeps", query, "sweeps", limit)

    def cancel(self, id: str) -> Document:
        """Stops a sweep; what it has recorded is kept."""
        return self._json("POST", _path("sweeps", id, "cancel"))

    def pause(self, id: str) -> Document:
        """Issues nothing more for a sweep until it is resumed."""
        return self._json("POST", _path("sweeps", id, "pause"))

    def resume(self, id: str) -> Document:
        """Goes on with a paused sweep."""
        return self._json("POST", _path("sweeps", id, "resume"))

    def extend(self, id: str, inits: Optional[int] = None, max_inits: Optional[int] = None, max_device_seconds: Optional[float] = None) -> Document:
        """Asks for more: inits trials of every cell, or the other two for a sweep that decides levels."""
        wish = {"inits": inits, "maxInits": max_inits, "maxDeviceSeconds": max_device_seconds}
        return self._json("POST", _path("sweeps", id, "extend"), body={name: value for name, value in wish.items() if value is not None})

    def retry(self, id: str) -> Document:
        """Tries lost blocks again: {"sweep": ..., "blocks": how many}."""
        return self._json("POST", _path("sweeps", id, "retry"))

    def label(self, id: str, name: Optional[str] = None, tags: Optional[Iterable[str]] = None, priority: Optional[int] = None) -> Document:
        """Names, tags or ranks a sweep anew; what is None stays."""
        labels = {"name": name, "tags": None if tags is None else list(tags), "priority": priority}
        return self._json("PATCH", _path("sweeps", id), body={key: value for key, value in labels.items() if value is not None})

    def delete(self, id: str) -> None:
        """Forgets a sweep that is not active; the trials of its cells are kept."""
        self._send("DELETE", _path("sweeps", id)).close()

    # Results

    def surface(self, id: str) -> Document:
        """The map of a sweep: {"sweep": ..., "cells": [one dict a cell, in the order of the grid]}."""
        return self._json("GET", _path("sweeps", id, "surface"))

    def surface_url(self, id: str, format: str = "csv") -> str:
        """Where the map is in another format: csv, parquet, svg, png, json or table. pandas.read_csv takes it as it is."""
        return f"{self.url}{_path('sweeps', id, 'surface')}?{urllib.parse.urlencode({'format': format})}"

    def cells(self, limit: Optional[int] = None, **question: Any) -> Iterator[Document]:
        """Cells of the whole database, whoever asked for them, page after page.

        question: depth="10..", width="2..5", collapse="0.005..0.02", trials="1000..", tag, sweep, and settings under the names of a
        sweep file, with "__" for a dot: training__loss="mse".
        """
        query = {**_settings(question), "limit": None if limit is None else min(limit, 500)}
        return self._pages("/v1/surface", query, "cells", limit)

    def cell(self, cell: str) -> Document:
        """One cell: its complete description, its counts, and which sweeps read it."""
        return self._json("GET", _path("cells", cell))

    def trials(self, cell: str, first: int = 0, limit: Optional[int] = None) -> Iterator[Document]:
        """The records of the counted trials of a cell, by index, page after page."""
        asked = limit
        while asked is None or asked > 0:
            page = self._json("GET", _path("cells", cell, "trials"), {"from": first, "limit": 10_000 if asked is None else min(asked, 10_000)})
            yield from page["trials"]
            if page["next"] is None:
                return
            asked = None if asked is None else asked - (page["next"] - first)
            first = page["next"]

    def trial(self, cell: str, index: int) -> Document:
        """The record of one trial."""
        return self._json("GET", _path("cells", cell, "trials", str(index)))

    def replay(self, cell: str, index: int, timeout: float = 600.0) -> Document:
        """Has one trial trained again by a worker, and waits for it: parameters, loss trace, and whether the bits are equal."""
        wish = self._json("POST", _path("cells", cell, "trials", str(index), "replays"))
        deadline = time.monotonic() + timeout
        while wish["state"] == "pending":
            if time.monotonic() > deadline:
                raise UnavailableError("server-unavailable", f"the replay {wish['id']} was not carried out in {timeout:g} seconds")
            time.sleep(0.5)
            wish = self._json("GET", _path("replays", wish["id"]))
        return wish

    def safe_width(self, depth: int, below: float, confidence: Optional[float] = None, **setting: Any) -> Document:
        """The smallest width of a depth at which collapse is rarer than `below`, with its evidence or what is missing."""
        return self._json("GET", "/v1/safe-width", {"depth": depth, "below": below, "confidence": confidence, **_settings(setting)})

    def contours(self, sweep: Optional[str] = None, levels: Optional[Iterable[float]] = None, **question: Any) -> Document:
        """Where P(collapse) crosses levels, in a sweep or in a setting."""
        given = None if levels is None else ",".join(str(level) for level in levels)
        return self._json("GET", "/v1/contours", {"sweep": sweep, "levels": given, **_settings(question)})

    def best_of_k(self, sweep: Optional[str] = None, starts: Optional[Iterable[int]] = None, **question: Any) -> Document:
        """What starting K times and keeping the best is worth, and how many restarts it takes."""
        given = None if starts is None else ",".join(str(count) for count in starts)
        return self._json("GET", "/v1/best-of-k", {"sweep": sweep, "starts": given, **_settings(question)})

    def workers(self) -> List[Document]:
        """The workers: state, engine, machine, speed and what they have in hand."""
        return self._json("GET", "/v1/workers")["workers"]

    # Following

    def watch(self, id: str, last_event_id: Optional[str] = None, patience: float = PATIENCE_SECONDS) -> Iterator[Document]:
        """The events of a sweep, until it has ended: {"type", "id", "data"}.

        A "snapshot" has every cell; a "delta" those that changed; "done" ends. After a break it goes on where it was, or with a
        snapshot. patience: seconds that a server which has answered may be away.
        """
        state = _Position(last_event_id)
        failures = 0
        while True:
            try:
                for event in self._stream(id, state):
                    failures = 0
                    yield event
                    if event["type"] == "done":
                        return
                if state.complete:
                    return
            except (CollapsarError, OSError, http.client.HTTPException) as error:
                refused = isinstance(error, CollapsarError) and not isinstance(error, UnavailableError)
                if refused or state.heard_at is None or time.monotonic() - state.heard_at > patience:
                    raise
            time.sleep(min(LONGEST_PAUSE_SECONDS, state.retry_seconds * 2**failures) * random.uniform(0.5, 1.5))
            failures = min(failures + 1, 10)

    def _stream(self, id: str, state: "_Position") -> Iterator[Document]:
        """One connection, to its end."""
        headers = {"accept": "text/event-stream"}
        if state.last is not None:
            headers["last-event-id"] = state.last
        with self._send("GET", _path("sweeps", id, "events"), headers=headers, timeout=SILENCE_SECONDS) as response:
            state.heard_at = time.monotonic()
            state.complete = response.status == 204
            for event in read_events(_heard_lines(response, state), state):
                if event["type"] in ("snapshot", "delta", "done"):
                    yield {**event, "data": json.loads(event["data"])}

    # Requests

    def _pages(self, path: str, query: Mapping[str, Any], field: str, limit: Optional[int]) -> Iterator[Document]:
        cursor: Optional[str] = None
        given = 0
        while True:
            page = self._json("GET", path, {**query, "cursor": cursor})
            for entry in page[field]:
                if limit is not None and given >= limit:
                    return
                given += 1
                yield entry
            cursor = page.get("next")
            if cursor is None or (limit is not None and given >= limit):
                return

    def _json(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] = {},
        body: Optional[Mapping[str, Any]] = None,
        headers: Mapping[str, str] = {},
    ) -> Any:
        given = {name: value for name, value in query.items() if value is not None}
        address = path if not given else f"{path}?{urllib.parse.urlencode(given)}"
        with self._send(method, address, body, headers) as response:
            try:
                return json.load(response)
            except ValueError as error:
                raise UnavailableError("server-unavailable", f"what answers at {self.url} is not a Collapsar server") from error

    def _send(
        self,
        method: str,
        path: str,
        body: Optional[Mapping[str, Any]] = None,
        headers: Mapping[str, str] = {},
        timeout: Optional[float] = None,
    ) -> Any:
        """The response of a success; failures that may pass are tried again."""
        for attempt in range(self._retries + 1):
            try:
                return self._attempt(method, path, body, headers, timeout or self._timeout)
            except UnavailableError as error:
                pause = error.retry_after if error.retry_after is not None else FIRST_PAUSE_SECONDS * 2**attempt
                if attempt == self._retries or error.code == "timeout" or pause > LONGEST_PAUSE_SECONDS:
                    raise
                time.sleep(pause * random.uniform(0.75, 1.25))
        raise AssertionError("the loop returns or raises")

    def _attempt(self, method: str, path: str, body: Optional[Mapping[str, Any]], headers: Mapping[str, str], timeout: float) -> Any:
        data = None if body is None else json.dumps(body, allow_nan=False).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=dict(headers))
        if data is not None:
            request.add_header("content-type", "application/json")
        if self._key is not None:
            request.add_header("authorization", f"Bearer {self._key}")
        try:
            return self._opener.open(request, timeout=timeout)
        except urllib.error.HTTPError as error:
            with error:
                raise self._refusal(error) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            code = "timeout" if isinstance(reason, (TimeoutError, socket.timeout)) else "server-unavailable"
            raise UnavailableError(code, f"the server at {self.url} cannot be reached: {reason}") from error

    def _refusal(self, response: urllib.error.HTTPError) -> CollapsarError:
        try:
            problem = json.load(response)
            code, detail, problems = str(problem["code"]), str(problem["detail"]), problem.get("errors", ())
        except (ValueError, KeyError, TypeError):
            code, detail, problems = "server-unavailable", f"the server at {self.url} answered {response.code} without saying why", ()
        error = _error_class(response.code, code)(code, detail, response.code, problems)
        after = response.headers.get("retry-after", "")
        error.retry_after = float(after) if after.isdigit() else None
        return error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could carry the key elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


class _Position:
    """Where a stream is."""

    def __init__(self, last: Optional[str] = None) -> None:
        self.last = last
        self.retry_seconds = 1.0
        self.heard_at: Optional[float] = None
        self.complete = False


def _heard_lines(response: Any, state: _Position) -> Iterator[bytes]:
    for line in response:
        state.heard_at = time.monotonic()
        yield line


def read_events(lines: Iterable[bytes], state: _Position) -> Iterator[Document]:
    """The events of text/event-stream (WHATWG HTML, 9.2.6), given in lines that end in LF or CR LF; notes id and retry in `state`.

    The id counts once its event is whole: a stream that breaks in the middle of an event is resumed before it.
    """
    type, data, id = "", [], state.last  # type: ignore[var-annotated]
    for raw in lines:
        line = raw.decode("utf-8").rstrip("\n").rstrip("\r")
        if line == "":
            state.last = id
            if data:
                yield {"type": type or "message", "id": id, "data": "\n".join(data)}
            type, data = "", []
            continue
        name, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if name == "data":
            data.append(value)
        elif name == "event":
            type = value
        elif name == "id" and "\0" not in value:
            id = value
        elif name == "retry" and value.isdigit():
            state.retry_seconds = int(value) / 1000


def _path(*parts: str) -> str:
    return "/v1/" + "/".join(urllib.parse.quote(part, safe="") for part in parts)


def _settings(question: Mapping[str, Any]) -> Document:
    """training__loss=["mse", "mae"] as training.loss=mse,mae."""

    def text(value: Any) -> Any:
        if isinstance(value, bool):
            return "true" if value else "false"
        return ",".join(str(text(one)) for one in value) if isinstance(value, (list, tuple)) else value

    return {name.replace("__", "."): text(value) for name, value in question.items()}


def _main(arguments: Optional[List[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="collapsar.py", description="Submits and follows sweeps on the server of COLLAPSAR_URL.")
    commands = parser.add_subparsers(dest="command", required=True)
    submit = commands.add_parser("submit", help="submit a sweep file in JSON; prints its id")
    submit.add_argument("file")
    submit.add_argument("--tag", action="append", default=[])
    submit.add_argument("--priority", type=int)
    for name, help in (("watch", "follow a sweep to its end"), ("surface", "print its map as JSON"), ("cancel", "stop it"), ("pause", "hold it"), ("resume", "go on with it")):
        commands.add_parser(name, help=help).add_argument("id")
    commands.add_parser("list", help="list the newest sweeps")
    options = parser.parse_args(arguments)
    try:
        return _run(Client(), options)
    except CollapsarError as error:
        details = [problem["detail"] for problem in error.problems] if len(error.problems) > 1 else [str(error)]
        print("collapsar: " + "\n  ".join(details), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("detached: the sweep goes on", file=sys.stderr)
        return 130


def _run(client: Client, options: argparse.Namespace) -> int:
    if options.command == "submit":
        with open(options.file, encoding="utf-8") as file:
            print(client.submit(json.load(file), options.tag, options.priority)["id"])
    elif options.command == "watch":
        for event in client.watch(options.id):
            trials = event["data"]["progress"]["trials"]
            print(f"{trials['counted']} of {trials['requested']} trials, {event['data']['sweep']['state']}", flush=True)
    elif options.command == "list":
        for sweep in client.sweeps(limit=50):
            print(sweep["id"], sweep["state"], sweep["createdAt"], sweep["name"], sep="  ")
    else:
        print(json.dumps(getattr(client, options.command)(options.id), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(_main())
