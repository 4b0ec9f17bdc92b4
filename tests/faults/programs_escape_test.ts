/**
 * Descendants that leave their program in every way there is (row 20 of the fault list), on the compiled binary. Who they
 * belong to is told by the session and group, by parentage at the time of the stop, by the mark in the environment, and
 * by a stdout or stderr on the program's FIFO. One of these is enough. Who has got rid of all four is nobody's: it is named
 * here too, as the one that stays.
 */
import assert from "node:assert/strict";
import { systemProcesses } from "../../src/system/processes.ts";
import { Instance, program, signal, until } from "../support/instance.ts";
import { talkTo } from "./control_socket.ts";
import { sized } from "./seed.ts";
import { tenantsOf } from "./tenants.ts";

const ROUNDS = sized(1, 20);

/** What a program's shell does before it waits; SLEEP is a sleep(1) whose argument tells it from all others. */
const ESCAPES: Readonly<Record<string, string>> = {
  child: "SLEEP &",
  session: "setsid SLEEP &",
  orphan: "(setsid SLEEP &)",
  silent: "(setsid SLEEP >/dev/null 2>&1 &)",
  nameless: "(setsid env -i SLEEP &)",
  "double-fork": "(setsid sh -c 'env -i SLEEP & exit')",
  // A stop without a daemon has ten seconds of patience with it.
  ...sized({}, { "double-fork-deaf": `(setsid sh -c 'trap "" TERM HUP INT; env -i SLEEP & exit')` }),
  "known-by-parentage": "setsid env -i SLEEP >/dev/null 2>&1 &",
  "known-by-grandparent": "setsid env -i sh -c 'SLEEP; true' >/dev/null 2>&1 &",
};
const GHOST = "(setsid env -i SLEEP >/dev/null 2>&1 &)";

/** Arguments of the sleeps, by the name of the escape. */
function tokensOf(round: number): Map<string, string> {
  const names = [...Object.keys(ESCAPES), "ghost"];
  return new Map(names.map((name, i) => [name, `${500_000 + round * 100 + i}.${Deno.pid}`]));
}

function sleeper(token: string): number | undefined {
  const found = systemProcesses.list().find(({ pid, state }) =>
    state !== "Z" && systemProcesses.commandLine(pid).join(" ") === `sleep ${token}`
  );
  return found?.pid;
}

/** Whether a process is a child of somebody who carries the mark of a program. */
function hasParentHere(pid: number): boolean {
  const { ppid } = systemProcesses.stat(pid) ?? assert.fail(`no process ${pid}`);
  return systemProcesses.environment(ppid).some((entry) => entry.startsWith("APPD_PROGRAM_ID="));
}

function configOf(tokens: ReadonlyMap<string, string>): string {
  return Object.entries({ ...ESCAPES, ghost: GHOST }).map(([name, escape]) => {
    const script = escape.replace("SLEEP", `sleep ${tokens.get(name)}`);
    return program(name, `${script}\nwhile :; do sleep 100000; done`);
  }).join("");
}

/** Starts all, lets `end` end them, and returns the names of those that are still there. */
async function escape(round: number, end: (daemon: Instance) => Promise<void>): Promise<string[]> {
  const tokens = tokensOf(round);
  await using daemon = new Instance(configOf(tokens));
  await daemon.start();
  for (const [name, token] of tokens) await until(`${name} has left`, () => sleeper(token));
  await until("the ghost's parent has ended, too", () => !hasParentHere(sleeper(tokens.get("ghost") ?? "") ?? 0));
  await end(daemon);
  const left = [...tokens].flatMap(([name, token]) => {
    const pid = sleeper(token);
    if (pid !== undefined) signal(pid, "SIGKILL");
    return pid === undefined ? [] : [name];
  });
  assert.deepEqual(tenantsOf(daemon), []);
  return left;
}

async function stop(daemon: Instance): Promise<void> {
  const { code, stderr } = await daemon.run(["stop"]);
  assert.equal(code, 0, stderr);
}

/** Without a daemon there is no parentage any more: who has a parent that lives goes with it, unless it left alone. */
async function killAndStop(daemon: Instance): Promise<void> {
  const pid = daemon.pid();
  signal(pid, "SIGKILL");
  await until("its end", () => !daemon.daemons().includes(pid));
  await stop(daemon);
}

async function killAndRemove(daemon: Instance): Promise<void> {
  signal(daemon.pid(), "SIGKILL");
  daemon.write("");
  await daemon.start();
  assert.deepEqual((await daemon.status()).programs, []);
}

for (
  const [what, end] of [
    ["a stop", stop],
    ["a stop after a kill -9 of the daemon", killAndStop],
    ["the next daemon, that has no such program", killAndRemove],
  ] as const
) {
  Deno.test(`20: however far a descendant went, ${what} ends all that can be known`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      assert.deepEqual(await escape(round, end), ["ghost"], `round ${round}`);
    }
  });
}

Deno.test("20: a daemon that was started out of a program, by hand in a terminal that it serves, is not a part of it", async () => {
  await using daemon = new Instance(program("web", "exec sleep 1000"));
  const env = daemon.env({ APPD_PROGRAM_ID: `${daemon.home}/programs/web` });
  await daemon.start();
  const first = daemon.pid();
  signal(first, "SIGKILL");
  const started = await daemon.run(["start"], { env });
  assert.equal(started.code, 0, started.stderr);
  await talkTo(daemon).post("/programs/web/restart");
  assert.equal((await daemon.run(["stop"])).code, 0);
  const foreground = daemon.spawn(["run"], { env });
  await until("it runs", async () => (await talkTo(daemon).program("web")).pid);
  await talkTo(daemon).post("/programs/web/restart");
  assert.equal((await daemon.run(["stop"])).code, 0);
  const { code } = await foreground.output();
  assert.equal(code, 0);
});
