import assert from "node:assert/strict";
import { type Happening, Newsroom } from "./news.ts";
import { isWanted, type NotifySettings, recipientOf } from "./settings.ts";

type Bare<T> = T extends Happening ? Omit<T, "program" | "at"> : never;

function hear(room: Newsroom, ...happenings: Bare<Happening>[]) {
  return happenings.flatMap((one) => room.hear({ ...one, program: "web", at: 0 } as Happening) ?? []);
}

const ENDED = { kind: "ended", exit: { code: 1 }, uptimeMs: 3000 } as const;
const RETRYING = { kind: "retrying", inMs: 4000, reason: "exit code 1" } as const;
const LOOP = { kind: "crash_loop", failures: 5, inMs: 60_000 } as const;
const FAILED = { kind: "failed", reason: "exit code 78" } as const;
const STABLE = { kind: "stable" } as const;

Deno.test("a crash, a crash loop, a failure for good and the way out of each", () => {
  const room = new Newsroom();
  assert.deepEqual(hear(room, STABLE), [], "who was in no trouble has not recovered");
  assert.deepEqual(hear(room, ENDED, RETRYING, STABLE).map(({ kind, message, exit }) => ({ kind, message, exit })), [
    { kind: "crash", message: "web crashed: exit code 1; started again in 4s", exit: { code: 1 } },
    { kind: "recovery", message: "web has recovered: it is stable again", exit: null },
  ]);
  assert.deepEqual(hear(room, ENDED, RETRYING, LOOP, STABLE).map(({ kind }) => kind), [
    "crash",
    "crash_loop",
    "recovery",
  ]);
  const [failed, recovery] = hear(room, ENDED, FAILED, STABLE);
  assert.equal(failed?.message, "web has failed and is not started again: exit code 78");
  assert.equal(recovery?.from, "worse");
  assert.deepEqual(hear(room, STABLE), []);
});

Deno.test("a failure without an end of its own has no exit, whatever the one before had", () => {
  const room = new Newsroom();
  const again = { ...RETRYING, inMs: 0, reason: "not ready within 30s" };
  const [, unwell] = hear(room, ENDED, RETRYING, again);
  assert.deepEqual([unwell?.exit, unwell?.message], [null, "web crashed: not ready within 30s; started again at once"]);
});

Deno.test("who hears what", () => {
  const settings: NotifySettings = { name: "n", on: ["crash_loop", "recovery"], timeout: 1, every: 1 };
  const news = { kind: "recovery", program: "web.2", job: null, at: 0, message: "", exit: null } as const;
  assert.equal(isWanted(settings, { ...news, from: "worse" }), true);
  assert.equal(isWanted(settings, { ...news, from: "crash" }), false, "nobody told it of the crash");
  assert.equal(isWanted({ ...settings, on: ["crash", "recovery"] }, { ...news, from: "crash" }), true);
  assert.equal(isWanted(settings, { ...news, kind: "failed" }), false);
  assert.equal(isWanted({ ...settings, programs: ["web"] }, { ...news, from: "worse" }), true);
  assert.equal(isWanted({ ...settings, programs: ["we", "db"] }, { ...news, from: "worse" }), false);
  assert.equal(isWanted({ ...settings, jobs: ["web.2"] }, { ...news, from: "worse" }), false, "it is no job");
});

Deno.test("of an address only the host is ever said", () => {
  const settings = { name: "n", on: [], timeout: 1, every: 1 };
  assert.equal(
    recipientOf({ ...settings, webhook: "https://u:p@hooks.example:8443/T0/secret?x#y" }),
    "hooks.example:8443",
  );
  assert.equal(recipientOf({ ...settings, command: ["/bin/page", "--token", "secret"] }), "/bin/page");
});
