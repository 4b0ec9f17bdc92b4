import assert from "node:assert/strict";
import { systemFiles } from "../system/files.ts";
import { systemProcesses } from "../system/processes.ts";
import { forgetExits, keepExit, readExit } from "./exit_keeper.ts";
import { until } from "../system/until.ts";

const ENDS: readonly (readonly [script: string, exit: object])[] = [
  ["exit 0", { code: 0 }],
  ["exit 7", { code: 7 }],
  ["kill -KILL $$", { signal: "SIGKILL" }],
  ["kill -SEGV $$", { signal: "SIGSEGV" }],
  ["kill -TERM $$", { signal: "SIGTERM" }],
];

for (const [script, expected] of ENDS) {
  Deno.test(`the keeper ends as its program does, and leaves a note: ${script}`, async () => {
    const directory = Deno.makeTempDirSync();
    const at = { directory, generation: 3 };
    const command = keepExit(["/bin/sh", "-c", script], at);
    const child = systemProcesses.spawn({ command, cwd: "/", env: { PATH: "/usr/bin:/bin" }, output: null });
    assert.deepEqual(await child.exited, expected);
    assert.deepEqual(readExit(systemFiles, at), expected);
    forgetExits(systemFiles, directory);
    assert.equal(readExit(systemFiles, at), "unknown");
    Deno.removeSync(directory, { recursive: true });
  });
}

Deno.test("a signal to the group reaches the program, which has its own handlers and the default ones", async () => {
  const directory = Deno.makeTempDirSync();
  const at = { directory, generation: 1 };
  const ready = `${directory}/ready`;
  for (
    const [script, expected] of [
      [`trap 'exit 5' TERM; touch ${ready}; while :; do sleep 0.05; done`, { code: 5 }],
      [`touch ${ready}; exec sleep 1000`, { signal: "SIGTERM" }],
    ] as const
  ) {
    const command = keepExit(["/bin/sh", "-c", script], at);
    const child = systemProcesses.spawn({ command, cwd: "/", env: { PATH: "/usr/bin:/bin" }, output: null });
    await until("it is up", () => systemFiles.stat(ready) !== undefined);
    systemProcesses.kill(-child.pid, "SIGTERM");
    assert.deepEqual(await child.exited, expected);
    assert.deepEqual(readExit(systemFiles, at), expected);
    Deno.removeSync(ready);
  }
  Deno.removeSync(directory, { recursive: true });
});
