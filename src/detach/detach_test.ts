import assert from "node:assert/strict";
import { join } from "node:path";
import type { ExitStatus, Processes } from "../system/processes.ts";
import { scratchDirectory } from "../system/scratch.ts";
import { realSystem } from "../system/system.ts";
import { until } from "../system/until.ts";
import { detach } from "./detach.ts";
import { ORDER_VARIABLE, scrubEnvironment } from "./environment.ts";
import { parseReadiness, sendReadiness } from "./readiness.ts";

const REFUSED = { type: "error", message: "cannot listen", hint: null, exit: "unavailable" } as const;

Deno.test("a failed start is told of when the daemon that failed is gone", async () => {
  const happened: string[] = [];
  const exit = Promise.withResolvers<ExitStatus>();
  let waits = 0;
  const spawn: Processes["spawn"] = ({ env }) => {
    void sendReadiness(JSON.parse(env?.[ORDER_VARIABLE] ?? "{}").readySocket, REFUSED);
    return {
      pid: 7,
      get exited() {
        waits++;
        return exit.promise;
      },
    };
  };
  using scratch = scratchDirectory("detach-test");
  const files = { directory: scratch.path, lateOutput: join(scratch.path, "daemon.err") };
  const system = { ...realSystem(), processes: { spawn } as Processes };
  const start = detach(system, { command: ["x"], env: {}, order: {}, ...files, timeoutMs: 60_000 });
  const told = start.catch((error) => happened.push(error.message));
  await until("it waits for the end, once more than for the news", () => waits === 2);
  happened.push("gone");
  exit.resolve({ code: 69 });
  await told;
  assert.deepEqual(happened, ["gone", "cannot listen"]);
});

Deno.test("what steers the runtime or the loader does not reach the daemon", () => {
  const env = { PATH: "/bin", DENO_SERVE_ADDRESS: "x", NODE_OPTIONS: "x", LD_PRELOAD: "x", APPD_INTERNAL_READY: "x" };
  const mark = { APPD_PROGRAM: "x", APPD_PROGRAM_ID: "x", APPD_INSTANCE: "1" };
  const more = { APPD_SERVER_PORT: "1" };
  assert.deepEqual(scrubEnvironment({ ...env, ...mark, ...more }), { PATH: "/bin", ...more });
});

Deno.test("only a whole message counts", () => {
  assert.equal(parseReadiness('{"type":"ready","pid":7,"url":nu'), undefined);
  assert.equal(parseReadiness("[]"), undefined);
  assert.deepEqual(parseReadiness('{"type":"ready","pid":7,"url":null}\n'), { type: "ready", pid: 7, url: null });
});
