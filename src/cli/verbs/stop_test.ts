import assert from "node:assert/strict";
import fs from "node:fs";
import { createContext } from "../../app/context.ts";
import { stopDaemon } from "../../app/stop.ts";
import { until } from "../../system/until.ts";
import { realSystem } from "../../system/system.ts";
import { fakeInstance, fakeProgram } from "../fake_instance.ts";
import { stopText } from "./stop.ts";

const contextOf = (home: string) => createContext({ home, flags: {}, system: realSystem() });

Deno.test("a daemon that is asked to keep its programs leaves, and nobody is signalled", async () => {
  await using test = fakeInstance([], (self) => ({
    leave: () => void self.end(),
    stop: () => assert.fail("it must not stop its programs"),
  }));
  const context = contextOf(test.home);
  const kill = (pid: number) => assert.fail(`nobody is to be signalled: ${pid}`);
  const system = { ...context.system, processes: { ...context.system.processes, kill } };
  const result = await stopDaemon({ ...context, system }, { keepPrograms: true });
  assert.deepEqual([result.was, result.how, result.late, result.orphans, result.kept], [
    "running",
    "graceful",
    [],
    [],
    [],
  ]);
});

/** A process that looks like a program of a dead daemon; its session is ended with the test. */
function leftBehind(home: string, name: string, script: string) {
  const { processes } = realSystem();
  fs.mkdirSync(`${home}/programs/${name}`, { recursive: true });
  const mark = `${fs.realpathSync(`${home}/programs`)}/${name}`;
  const child = processes.spawn({
    command: ["/bin/sh", "-c", script],
    cwd: "/",
    env: { PATH: "/usr/bin:/bin", APPD_PROGRAM_ID: mark },
    output: null,
  });
  return {
    ...child,
    async [Symbol.asyncDispose]() {
      processes.kill(-child.pid, "SIGKILL");
      await child.exited;
    },
  };
}

Deno.test("a daemon that is killed while it stops: what it left is ended, and nobody calls that graceful", async () => {
  await using test = fakeInstance([], (self) => ({
    stop(timeoutMs) {
      fs.writeFileSync(`${self.home}/daemon.pid`, "4194305\n"); // As after kill -9: it stays.
      void self.end();
      return timeoutMs ?? 30_000;
    },
  }));
  await using polite = leftBehind(test.home, "web", "exec sleep 600");
  await using deaf = leftBehind(test.home, "db", `trap '' TERM; : > ${test.home}/deaf; while :; do sleep 600; done`);
  await until("the trap", () => fs.existsSync(`${test.home}/deaf`));
  const { code, stdout } = await test.run("stop", "--timeout", "3s"); // Less may be over before the polite one has heard.
  assert.match(
    stdout,
    /^appd: stopped PID 4194305, but it died on the way, \d\.\d s; ended what it had left: (web, db|db, web); had to be killed: db\n$/,
  );
  assert.equal(code, 0);
  assert.deepEqual([await polite.exited, await deaf.exited], [{ signal: "SIGTERM" }, { signal: "SIGKILL" }]);
  assert.ok(!fs.existsSync(`${test.home}/daemon.pid`));
});

Deno.test("kept is what ran, not what an ended program has left behind", async () => {
  const programs = [fakeProgram("web"), fakeProgram("once", { state: "exited", pid: null }), fakeProgram("gone")];
  await using test = fakeInstance(programs, (self) => ({ leave: () => void self.end() }));
  await using _web = leftBehind(test.home, "web", "exec sleep 600");
  await using _once = leftBehind(test.home, "once", "exec sleep 600");
  const result = await stopDaemon(contextOf(test.home), { keepPrograms: true });
  assert.deepEqual([result.how, result.kept], ["graceful", ["web"]]);
});

Deno.test("the text of a stop names who was killed and who runs on", () => {
  const base = { was: "running", pid: 7, how: "graceful", ms: 260, late: [], cancelled: [], orphans: [] } as const;
  assert.equal(stopText(base), "stopped PID 7, graceful, 0.3 s");
  const late = { ...base, how: "forced", late: ["web", "till"], lingering: ["till"] } as const;
  assert.equal(
    stopText(late),
    "stopped PID 7, forced, 0.3 s; had to be killed: web; ended with the daemon, it ignored its signal: till",
  );
  assert.equal(stopText({ ...base, kept: ["web", "db"] }), "stopped PID 7, graceful, 0.3 s; kept running: web, db");
  const none = { ...base, was: "not running" } as const;
  assert.equal(stopText({ ...none, kept: ["web"] }), "not running; runs without a daemon: web");
  assert.equal(stopText({ ...none, orphans: ["web"] }), "not running; ended what it had left: web");
});
