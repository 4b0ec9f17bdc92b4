import assert from "node:assert/strict";
import type { ProgramStatus } from "../base/program_reports.ts";
import { createApi } from "./api.ts";
import { fakeDaemon } from "./fake_daemon.ts";
import type { ApiDeps } from "./route.ts";

/** A daemon with `db`, and `web` in two instances. */
function setUp(deps: Partial<ApiDeps> = {}) {
  const base = fakeDaemon().status();
  const [model] = base.programs as [ProgramStatus];
  const programs = ["web.1", "web.2"].map((name) => ({ ...model, name, family: "web" }));
  const status = { ...base, programs: [{ ...model, name: "db" }, ...programs] };
  const daemon = fakeDaemon({ access: "socket", status: () => status, ...deps });
  const app = createApi(daemon);
  const ask = async (path: string, body?: unknown) => {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const response = await app.request(`http://localhost/api/v1/${path}`, { ...init, headers: { host: "localhost" } });
    return { code: response.status, answer: await response.json() };
  };
  return { daemon, ask };
}

Deno.test("one program is shown by the name of its instance", async () => {
  const { ask } = setUp();
  assert.equal((await ask("programs")).answer.programs.length, 3);
  assert.equal((await ask("programs/web.2")).answer.name, "web.2");
  assert.deepEqual((await ask("programs/db/history")).answer, { program: "db", interval_s: 10, samples: [] });
  const family = await ask("programs/web");
  assert.deepEqual([family.code, family.answer.error.hint], [404, "name one of its instances: web.1, web.2"]);
  const wrong = await ask("programs/wbe.1/history");
  assert.equal(wrong.code, 404);
  assert.match(wrong.answer.error.hint, /^did you mean "web\.1"\? programs: db, web, web\.1, web\.2$/);
});

Deno.test("actions take the name of a program for all its instances", async () => {
  const { daemon, ask } = setUp();
  for (const action of ["start", "stop", "reset"]) assert.equal((await ask(`programs/web/${action}`, {})).code, 200);
  assert.equal((await ask("programs/web.2/stop", {})).code, 200);
  assert.deepEqual((await ask("programs/web/signal", { signal: "hup" })).answer, {
    ok: true,
    signal: "SIGHUP",
    programs: 1,
  });
  assert.deepEqual((await ask("programs/web/scale", { instances: 3 })).answer, { ok: true, programs: ["web"] });
  assert.deepEqual(daemon.calls, [
    "start web",
    "stop web",
    "reset web",
    "stop web.2",
    "signal web SIGHUP",
    "scale web 3",
  ]);
});

Deno.test("what makes no sense is refused before anything is done", async () => {
  const { daemon, ask } = setUp();
  const bad: readonly (readonly [path: string, body: unknown, code: number, says: RegExp])[] = [
    ["programs/web/signal", { signal: "TREM" }, 400, /did you mean \\"TERM/],
    ["programs/web/signal", { signal: 15 }, 400, /signals: TERM, HUP/],
    ["programs/web/signal", { signal: "15" }, 400, /signals: TERM, HUP/],
    ["programs/web/signal", {}, 400, /name of a signal/],
    ["programs/nobody/signal", { signal: "TERM" }, 404, /no such program/],
    ["programs/web/scale", { instances: 0 }, 400, /from 1 to 1000/],
    ["programs/web/scale", { instances: 1001 }, 400, /from 1 to 1000/],
    ["programs/web/scale", { instances: 1.5 }, 400, /whole number/],
    ["programs/web/scale", { instances: "2" }, 400, /whole number/],
    ["programs/web/scale", {}, 400, /instances is missing/],
    ["programs/web.1/scale", { instances: 2 }, 400, /instance of \\"web\\"/],
    ["reload", { plan: "yes" }, 400, /true or false/],
    ["reload", { confirm_s: 0 }, 400, /from 1 to 86400/],
    ["reload", { plan: true, confirm_s: 5 }, 400, /exclude each other/],
    ["stop", { keep_programs: 1 }, 400, /true or false/],
  ];
  for (const [path, body, code, says] of bad) {
    const result = await ask(path, body);
    assert.equal(result.code, code, `${path} ${JSON.stringify(body)}`);
    assert.match(JSON.stringify(result.answer), says);
  }
  assert.deepEqual(daemon.calls, []);
});

Deno.test("a reload is planned, or applied on probation and confirmed", async () => {
  const { daemon, ask } = setUp();
  await ask("reload", { plan: true });
  await ask("reload", { confirm_s: 1.5 });
  await ask("reload", {});
  assert.equal((await ask("reload/confirm", {})).code, 200);
  assert.deepEqual(daemon.calls, ["reload plan=true", "reload confirmMs=1500", "reload", "confirm"]);
  const { actions } = fakeDaemon();
  const late = await setUp({ actions: { ...actions, confirmReload: () => false } }).ask("reload/confirm", {});
  assert.deepEqual([late.code, late.answer.error.exit], [409, "generic"]);
});

Deno.test("the daemon can be stopped without its programs", async () => {
  const { daemon, ask } = setUp();
  assert.deepEqual(await ask("stop", { keep_programs: true }), {
    code: 202,
    answer: { ok: true, keeps_programs: true },
  });
  await ask("stop", { keep_programs: false });
  assert.deepEqual(daemon.calls, ["leave", "stop undefined"]);
});
