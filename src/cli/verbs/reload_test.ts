import assert from "node:assert/strict";
import type { ReloadResult } from "../../base/reload_reports.ts";
import { fakeInstance, runIn } from "../fake_instance.ts";

const PLAN = { start: ["new"], stop: ["old"], restart: ["web"], update: ["db"], keep: ["a", "b"] };
const RESULT: ReloadResult = {
  ok: true,
  changes: [
    { key: "log.level", effect: "applied" },
    { key: "server.port", effect: "needs restart" },
    { key: "log.format", effect: "unchanged" },
    { key: "program.web", effect: "applied" },
  ],
  error: null,
  programs: PLAN,
};
const NOTHING: ReloadResult = {
  ...RESULT,
  changes: [],
  programs: { ...PLAN, start: [], stop: [], restart: [], update: [] },
};

const answering = (result: ReloadResult, confirms = true) =>
  fakeInstance([], () => ({ reload: () => Promise.resolve(result), confirmReload: () => confirms }));

const LINES = `  + start          new
  - stop           old
  ! restart        web
  ~ update         db
  = keep           a, b
  * applied        log.level
  * needs restart  server.port
`;

Deno.test("a plan says what would be done and asks the daemon to do nothing", async () => {
  await using test = fakeInstance([]);
  await test.run("reload", "--plan");
  await test.run("reload", "--confirm", "1m");
  assert.deepEqual(test.daemon.calls, ["reload plan=true", "reload confirmMs=60000"]);
  await using planned = answering({ ...RESULT, planned: true });
  const { code, stdout } = await planned.run("reload", "--plan", "--quiet");
  assert.deepEqual([code, stdout], [0, `appd: a reload would do this (nothing was changed):\n${LINES}`]);
  await using idle = answering({ ...NOTHING, planned: true });
  assert.equal((await idle.run("reload", "--plan")).stdout, "appd: a reload would change nothing\n  = keep  a, b\n");
});

Deno.test("a reload says what it did, and how to keep it when it is on probation", async () => {
  await using test = answering(RESULT);
  assert.equal((await test.run("reload")).stdout, `appd: reloaded\n${LINES}restart to apply the rest: appd restart\n`);
  await using idle = answering({ ...NOTHING, confirm_until: "2025-11-01T10:31:00.000Z" });
  assert.equal((await idle.run("reload")).stdout, "appd: reloaded, nothing changed\n");
  const { stdout } = await idle.run("reload", "--confirm", "90s");
  assert.match(stdout, /\nconfirm it within 1m30s, or it is taken back: appd reload confirm\n$/);
});

Deno.test("a service that goes on under the old configuration is an error of a reload that was applied", async () => {
  const since = "2025-11-01T10:30:00.000Z";
  const lingering = [{ name: "web", since, then: "start" }, { name: "old", since, then: "stop" }] as const;
  await using test = answering({ ...RESULT, lingering });
  const { code, stdout, stderr } = await test.run("reload");
  assert.equal(code, 1);
  assert.match(stdout, /^appd: reloaded\n/);
  assert.equal(
    stderr,
    'appd: cannot restart "web": it ignores its signal since 2025-11-01 10:30:00 UTC, ' +
      "and begins again when it has ended after all\nhint: end it with the daemon: appd restart\n" +
      'appd: cannot stop "old": it ignores its signal since 2025-11-01 10:30:00 UTC, ' +
      "and goes on inside the daemon\nhint: end it with the daemon: appd restart\n",
  );
  const json = await test.run("reload", "--json");
  assert.deepEqual([json.code, JSON.parse(json.stdout).lingering], [1, lingering]);
  const { error } = JSON.parse(json.stderr);
  assert.deepEqual([error.code, error.problems.length], [1, 2]);
});

Deno.test("an invalid configuration is 78 for a plan too", async () => {
  await using test = answering({ ok: false, changes: [], error: "config.toml:1:1: bad" });
  for (const args of [["reload"], ["reload", "--plan"], ["reload", "--json"]]) {
    assert.equal((await test.run(...args)).code, 78, args.join(" "));
  }
  const { stdout, stderr } = await test.run("reload", "--json");
  const { error } = JSON.parse(stderr);
  assert.deepEqual([stdout, error.code], ["", 78]);
  assert.match(error.message, /^cannot reload ".*": config.toml:1:1: bad$/);
  assert.match(error.hint, /the old configuration stays live/);
});

Deno.test("a reload is confirmed once", async () => {
  await using test = answering(RESULT);
  assert.match((await test.run("reload", "confirm")).stdout, /confirmed, the new configuration stays/);
  await using late = answering(RESULT, false);
  const { code, stderr } = await late.run("reload", "confirm");
  assert.equal(code, 1);
  assert.match(stderr, /none waits for it\nhint: /);
});

Deno.test("what makes no sense is refused without a daemon", async () => {
  for (const args of [["--confirm", "0s"], ["--confirm", "2d"], ["--plan", "--confirm", "5s"], ["confrim"]]) {
    assert.equal((await runIn("/nonexistent", ["reload", ...args])).code, 2, args.join(" "));
  }
});
