/** Uses up all descriptors, tries to start a program, gives them back, and says what became of it: `DIRECTORY`. */
import { openSync } from "node:fs";
import { closeSync } from "node:fs";
import { createSupervisor } from "../../src/programs/supervisor.ts";
import { realDeps, shellSpec } from "../../src/programs/testing.ts";
import { until } from "../../src/system/until.ts";

const [directory = ""] = Deno.args;
const supervisor = createSupervisor(realDeps(directory, new Map()));
const good = await supervisor.apply([shellSpec("old", "exec sleep 1000")]);
const hoard: number[] = [];
try {
  while (true) hoard.push(openSync("/dev/null", "r"));
} catch (error) {
  if ((error as { code?: string }).code !== "EMFILE") throw error;
}
const applied = supervisor.apply([shellSpec("old", "exec sleep 1000"), shellSpec("new", "exec sleep 1000")]);
await applied;
const status = () => supervisor.list().find((one) => one.name === "new");
const starved = status();
for (const fd of hoard) closeSync(fd);
await until("the next start", () => status()?.state === "starting");
const alive = supervisor.list()[0]?.pid !== null && good.start.length === 1;
const fed = status()?.state;
await supervisor.stopAll({ deadlineMs: 5000 });
const said = { starved: starved?.state, errno: /\(E(MFILE|AGAIN)\)$/.test(starved?.error ?? ""), alive, fed };
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(said)));
Deno.exit(0);
