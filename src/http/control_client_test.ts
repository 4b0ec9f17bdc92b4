import assert from "node:assert/strict";
import { AppdError } from "../base/errors.ts";
import type { HealthReport } from "../base/health_reports.ts";
import type { StatusReport } from "../base/status_report.ts";
import { createApi } from "./api.ts";
import { controlClient } from "./control_client.ts";
import { fakeDaemon } from "./fake_daemon.ts";
import { leaveStaleSocket } from "./testing_client.ts";
import { serveSocket } from "./unix_listener.ts";

const LIMIT = { timeoutMs: 5000 };

async function withSocket(test: (path: string) => Promise<void>): Promise<void> {
  const directory = Deno.makeTempDirSync();
  try {
    await test(`${directory}/control.sock`);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

async function refusal(work: Promise<unknown>): Promise<AppdError> {
  const error = await work.then(() => undefined, (error: unknown) => error);
  assert.ok(error instanceof AppdError, String(error));
  return error;
}

Deno.test("reports and actions go over the socket", () =>
  withSocket(async (path) => {
    const daemon = fakeDaemon({ access: "socket" });
    const app = createApi(daemon);
    await using _listener = serveSocket({ path, handler: (request) => app.fetch(request) });
    const client = controlClient(path, LIMIT);
    assert.deepEqual(await client.get<StatusReport>("/api/v1/status"), daemon.status());
    daemon.healthStatus = "stopping";
    assert.equal((await client.get<HealthReport>("/health"))?.status, "stopping");
    assert.deepEqual(await client.post("/api/v1/stop", { timeout_s: 2 }), { ok: true, timeout_s: 2 });
    assert.deepEqual(daemon.calls, ["stop 2000"]);
  }));

Deno.test("the daemon's refusal arrives as its own error", () =>
  withSocket(async (path) => {
    const app = createApi(fakeDaemon({ access: "socket" }));
    await using _listener = serveSocket({ path, handler: (request) => app.fetch(request) });
    const client = controlClient(path, LIMIT);
    const known = await refusal(client.post("/api/v1/programs/web/restart"));
    assert.deepEqual([known.message, known.hint, known.exit], ["cannot restart", "start it", "notRunning"]);
    const unknown = await refusal(client.post("/api/v1/programs/nobody/start"));
    assert.deepEqual([unknown.exit, unknown.hint], ["generic", "programs: web"]);
  }));

Deno.test("an invalid reload is a result, not an error", () =>
  withSocket(async (path) => {
    const result = { ok: false, changes: [], error: "config.toml:1:1: bad" };
    const daemon = fakeDaemon({ access: "socket" });
    const app = createApi({ ...daemon, actions: { ...daemon.actions, reload: () => Promise.resolve(result) } });
    await using _listener = serveSocket({ path, handler: (request) => app.fetch(request) });
    assert.deepEqual(await controlClient(path, LIMIT).post("/api/v1/reload"), result);
  }));

Deno.test("without a socket, or with a dead one, nobody answers", () =>
  withSocket(async (path) => {
    const client = controlClient(path, LIMIT);
    assert.equal(await client.get("/health"), undefined);
    assert.equal(await client.post("/api/v1/reload"), undefined);
    leaveStaleSocket(path);
    assert.equal(await client.get("/health"), undefined);
    assert.equal(await client.post("/api/v1/reload"), undefined);
  }));

Deno.test("a daemon that hangs: a question has no answer, an action an error", () =>
  withSocket(async (path) => {
    using _hung = Deno.listen({ transport: "unix", path });
    const client = controlClient(path, { timeoutMs: 50 });
    assert.equal(await client.get("/health"), undefined);
    assert.equal((await refusal(client.post("/api/v1/reload"))).exit, "unavailable");
  }));
