import assert from "node:assert/strict";
import type { EventReport } from "../../base/event_report.ts";
import type { Notice } from "../../programs/events.ts";
import type { Exit } from "../../programs/program_spec.ts";
import { reloadEvent, shutdownEvent, stateEvent } from "./daemon_events.ts";
import { Journal, JOURNAL_LIMITS } from "./journal.ts";

const AT = Date.UTC(2025, 10, 1, 10, 30);

function tell(journal: Journal, program: string, notice: Notice = { kind: "ready", pid: 42 }): void {
  journal.tell({ ...notice, program, at: AT });
}

Deno.test("an event gets a number, a time, a level, a sentence and its values", () => {
  const journal = new Journal(7);
  const exit = { signal: "SIGKILL", outOfMemory: true } as const;
  tell(journal, "web", { kind: "ended", pid: 42, exit, uptimeMs: 1500, expected: false });
  assert.deepEqual(journal.since(0), [{
    id: 7,
    at: "2025-11-01T10:30:00.000Z",
    kind: "ended",
    program: "web",
    level: "warn",
    message: "program ended after 1s: killed by SIGKILL (out of memory)",
    fields: {
      pid: 42,
      exit: { code: null, signal: "SIGKILL", out_of_memory: true },
      uptime_s: 1.5,
      expected: false,
    },
  }]);
});

Deno.test("an end says what it usually means, unless it was meant to be", () => {
  const journal = new Journal(1);
  const end = (exit: Exit, expected = false) =>
    tell(journal, "web", { kind: "ended", pid: 42, exit, uptimeMs: 1000, expected });
  end({ code: 143 });
  end({ code: 153 });
  end({ code: 127 });
  end({ code: 255 });
  end({ code: 78 }, true);
  assert.deepEqual(journal.since(0).map(({ message }) => message.replace("program ended after 1s: ", "")), [
    "exit code 143 (128 + signal 15 (SIGTERM): a shell's way to say killed by SIGTERM)",
    "exit code 153 (128 + signal 25 (SIGXFSZ): a shell's way to say killed by SIGXFSZ)",
    "exit code 127 (probably: a command was not found)",
    "exit code 255",
    "exit code 78",
  ]);
});

Deno.test("since gives what came later, in order, whoever it was; a number that was never given means everything", () => {
  const journal = new Journal(100);
  for (const name of ["a", "b", "a", "c"]) tell(journal, name);
  journal.note(stateEvent("starting", "ready", AT));
  const ids = (id: number) => journal.since(id).map((event) => event.id);
  assert.deepEqual(ids(0), [100, 101, 102, 103, 104]);
  assert.deepEqual(ids(102), [103, 104]);
  assert.deepEqual(ids(104), []);
  assert.deepEqual(ids(105), ids(0), "of an earlier daemon");
});

Deno.test("a chatty program pushes out only itself", () => {
  const journal = new Journal();
  tell(journal, "quiet");
  for (let n = 0; n < 10 * JOURNAL_LIMITS.each; n++) tell(journal, "chatty");
  assert.equal(journal.of("chatty").length, JOURNAL_LIMITS.each);
  assert.equal(journal.of("quiet").length, 1);
  assert.equal(journal.since(0)[0]?.program, "quiet");
});

Deno.test("with more programs than there is room for, those with most give", () => {
  const journal = new Journal();
  tell(journal, "quiet");
  for (let n = 0; n < JOURNAL_LIMITS.all; n++) tell(journal, `p${n % 50}`);
  for (let n = 0; n < 500; n++) tell(journal, `single${n}`);
  assert.equal(journal.since(0).length, JOURNAL_LIMITS.all);
  assert.equal(journal.of("quiet").length, 1);
  assert.equal(journal.of("single0").length, 1);
  assert.ok(journal.of("p0").length < JOURNAL_LIMITS.all / 50);
});

Deno.test("who subscribed is told until it lets go", () => {
  const journal = new Journal();
  const heard: EventReport[] = [];
  const subscription = journal.subscribe((event) => heard.push(event));
  tell(journal, "web");
  subscription[Symbol.dispose]();
  tell(journal, "web");
  assert.deepEqual(heard.map(({ id }) => id), [1]);
  assert.equal(journal.listeners, 0);
});

Deno.test("the daemon's own events", () => {
  const journal = new Journal();
  journal.note(stateEvent("ready", "degraded", AT));
  const changes = [{ key: "log.level", effect: "applied" }, { key: "server.port", effect: "unchanged" }] as const;
  journal.note(reloadEvent({ ok: true, changes, error: null }, AT));
  journal.note(reloadEvent({ ok: false, changes: [], error: "config.toml:1:1: bad" }, AT));
  journal.note(shutdownEvent(30_000, AT));
  assert.deepEqual(journal.since(0).map(({ kind, level, message }) => `${kind} ${level} ${message}`), [
    "daemon warn the daemon is degraded",
    "reload info configuration reloaded, changed: log.level",
    "reload error configuration refused, the old one stays: config.toml:1:1: bad",
    "daemon info shutdown began, it has 30 s",
  ]);
  assert.equal(journal.since(0).every(({ program }) => program === null), true);
});
