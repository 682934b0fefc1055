"""What needs no server: `python3 -m unittest` in this folder."""

import http.server
import json
import threading
import unittest

import collapsar


class EventsTest(unittest.TestCase):
    # The examples of WHATWG HTML, 9.2.6.
    def read(self, text, state=None):
        state = state or collapsar._Position()
        lines = text.encode().splitlines(keepends=True)
        return [(event["id"], event["type"], event["data"]) for event in collapsar.read_events(lines, state)], state

    def test_joins_lines_of_data(self):
        self.assertEqual(self.read("data: YHOO\ndata: +2\ndata: 10\n\n")[0], [(None, "message", "YHOO\n+2\n10")])

    def test_skips_comments_and_keeps_the_last_id(self):
        events, _ = self.read(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n")
        self.assertEqual(events, [("1", "message", "first event"), ("", "message", "second event"), ("", "message", " third event")])

    def test_drops_an_event_that_has_no_end_and_its_id(self):
        events, state = self.read("id: 1\r\ndata: a\r\n\r\nid: 2\r\ndata: b\r\n")
        self.assertEqual((events, state.last), ([("1", "message", "a")], "1"))

    def test_notes_when_to_come_back(self):
        self.assertEqual(self.read("retry: 1500\nretry: x\n\n")[1].retry_seconds, 1.5)


class Script(http.server.BaseHTTPRequestHandler):
    """Answers requests by a list of (status, headers, body); the last one again and again."""

    def answer(self):
        self.server.seen.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}))
        script = self.server.script
        status, headers, body = script.pop(0) if len(script) > 1 else script[0]
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = do_DELETE = answer

    def log_message(self, *_):
        pass


def problem(status, code, errors=(), **headers):
    body = {"type": f"/problems/{code}", "title": code, "status": status, "detail": f"about {code}", "code": code, "errors": list(errors)}
    return status, {"content-type": "application/problem+json", **headers}, json.dumps(body).encode()


OK = (200, {"content-type": "application/json"}, b'{"id": "sw-1"}')


class ClientTest(unittest.TestCase):
    def serve(self, *script):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Script)
        server.script, server.seen = list(script), []
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server, collapsar.Client(f"http://127.0.0.1:{server.server_port}/prefix/", key="k")

    def test_submits_once_however_often_it_is_sent(self):
        server, client = self.serve(problem(503, "overloaded", **{"retry-after": "0"}), problem(429, "too-many-requests", **{"retry-after": "0"}), OK)
        self.assertEqual(client.submit({"inits": 1, "tags": ["a"]}, tags=["b", "a"], priority=3), {"id": "sw-1"})
        keys = {headers["idempotency-key"] for _, _, headers in server.seen}
        self.assertEqual((len(server.seen), len(keys)), (3, 1))
        self.assertEqual({(method, path) for method, path, _ in server.seen}, {("POST", "/prefix/v1/sweeps")})
        self.assertEqual(server.seen[0][2]["authorization"], "Bearer k")

    def test_names_what_was_refused(self):
        errors = [{"pointer": "/inits", "detail": "inits is -1"}]
        kinds = [
            (422, "invalid-spec", collapsar.InvalidError),
            (401, "unauthorized", collapsar.NotAllowedError),
            (403, "not-allowed", collapsar.NotAllowedError),
            (403, "quota", collapsar.ConflictError),
            (404, "not-found", collapsar.NotFoundError),
            (409, "conflict", collapsar.ConflictError),
            (422, "idempotency-mismatch", collapsar.ConflictError),
            (429, "too-many-requests", collapsar.UnavailableError),
        ]
        for status, code, kind in kinds:
            _, client = self.serve(problem(status, code, errors, **{"retry-after": "3600"}))
            with self.subTest(code), self.assertRaises(kind) as caught:
                client.sweep("sw-1")
            self.assertEqual((caught.exception.code, caught.exception.status, caught.exception.problems), (code, status, errors))

    def test_follows_no_redirect(self):
        _, client = self.serve((302, {"location": "http://127.0.0.1:1/"}, b""))
        with self.assertRaises(collapsar.CollapsarError) as caught:
            client.sweep("sw-1")
        self.assertEqual(caught.exception.status, 302)

    def test_says_that_nobody_answers(self):
        server, client = self.serve(OK)
        server.shutdown()
        server.server_close()
        client = collapsar.Client(client.url, retries=0)
        with self.assertRaisesRegex(collapsar.UnavailableError, "cannot be reached"):
            client.sweep("sw-1")

    def test_refuses_what_is_no_address(self):
        for url in ("", "localhost:7070", "ftp://a", "http://", "http://user:pass@a"):
            with self.subTest(url), self.assertRaises(collapsar.InvalidError):
                collapsar.Client(url)

    def test_asks_for_pages_as_they_are_used(self):
        def page(*ids, next):
            return 200, {}, json.dumps({"sweeps": [{"id": id} for id in ids], "next": next}).encode()

        server, client = self.serve(page("a", "b", next="c1"), page("c", next=None))
        sweeps = client.sweeps(tag="x y")
        self.assertEqual([next(sweeps)["id"], next(sweeps)["id"], len(server.seen)], ["a", "b", 1])
        self.assertEqual([sweep["id"] for sweep in sweeps], ["c"])
        self.assertEqual(server.seen[1][1], "/prefix/v1/sweeps?tag=x+y&cursor=c1")

    def test_quotes_what_is_put_into_an_address(self):
        server, client = self.serve(OK)
        client.sweep("../healthz?a=1")
        self.assertEqual(server.seen[0][1], "/prefix/v1/sweeps/..%2Fhealthz%3Fa%3D1")

    def test_goes_on_after_the_last_event(self):
        def events(text):
            return 200, {"content-type": "text/event-stream"}, text.encode()

        first = events('retry: 1\n\nid: e-0\nevent: snapshot\ndata: {"n": 0}\n\nid: e-1\nevent: delta\n')
        second = events('id: e-1\nevent: delta\ndata: {"n": 1}\n\nid: e-2\nevent: later\ndata: {}\n\nid: e-2-done\nevent: done\ndata: {"n": 2}\n\n')
        server, client = self.serve(first, second)
        self.assertEqual([(event["type"], event["data"]["n"]) for event in client.watch("sw-1")], [("snapshot", 0), ("delta", 1), ("done", 2)])
        self.assertEqual([headers.get("last-event-id") for _, _, headers in server.seen], [None, "e-0"])

    def test_ends_where_there_is_nothing_more(self):
        _, client = self.serve((204, {}, b""))
        self.assertEqual(list(client.watch("sw-1", last_event_id="e-2-done")), [])

    def test_stops_watching_what_is_gone(self):
        _, client = self.serve(problem(404, "not-found"))
        with self.assertRaises(collapsar.NotFoundError):
            next(client.watch("sw-1"))


class SettingsTest(unittest.TestCase):
    def test_writes_settings_as_a_sweep_file_names_them(self):
        self.assertEqual(
            collapsar._settings({"training__loss": ["mse", "mae"], "depth": "2..5", "training__stopAtDeath": True}),
            {"training.loss": "mse,mae", "depth": "2..5", "training.stopAtDeath": "true"},
        )


if __name__ == "__main__":
    unittest.main()
