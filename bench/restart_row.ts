/** How long after a crash a program runs again, beside a loop of fork and wait in C. */
import fs from "node:fs";
import { join } from "node:path";
import { Instance, until } from "../tests/support/instance.ts";
import { type Lab, runCommand } from "./lab.ts";
import { ratioOf } from "./measure.ts";
import type { Row } from "./rows.ts";

interface Beat {
  readonly pid: number;
  /** Monotonic time of the program's first instruction, in microseconds. */
  readonly at: number;
}

function lastBeat(file: string): Beat | undefined {
  if (!fs.existsSync(file)) return undefined;
  const line = fs.readFileSync(file, "utf8").trimEnd().split("\n").at(-1) ?? "";
  const [pid, at] = line.split(" ").map(Number);
  return pid && at ? { pid, at } : undefined;
}

/** Kills the program that beats into `file`. @returns microseconds until it beats again */
async function crash(lab: Lab, file: string): Promise<number> {
  const before = await until("the program runs", () => lastBeat(file));
  const killedAt = Number(await runCommand(lab.tool("crash"), [`${before.pid}`]));
  const after = await until("it runs again", () => {
    const beat = lastBeat(file);
    return beat && beat.pid !== before.pid ? beat : undefined;
  });
  return after.at - killedAt;
}

async function bareLoop(lab: Lab, crashes: number): Promise<number[]> {
  const file = join(lab.directory, "bare");
  const loop = new Deno.Command(lab.tool("fork_wait"), { args: [lab.tool("beat"), file], stdin: "null" }).spawn();
  try {
    const times: number[] = [];
    for (let i = 0; i < crashes; i++) times.push(await crash(lab, file));
    return times;
  } finally {
    loop.kill("SIGKILL");
    await loop.status;
    await runCommand(lab.tool("crash"), [`${lastBeat(file)?.pid}`]);
  }
}

/** One program for each crash: only the first restart of a program that had been ready counts. */
async function supervised(lab: Lab, crashes: number): Promise<number[]> {
  const files = Array.from({ length: crashes }, (_, i) => join(lab.directory, `beat${i}`));
  const config = files.map((file, i) =>
    `[[program]]\nname = "beat${i}"\ncommand = ["${lab.tool("beat")}", "${file}"]\nrestart = "always"\n`
  );
  await using instance = new Instance(config.join("\n"));
  await instance.start();
  // A program that had been ready for ten seconds is restarted at once.
  await until("all have been ready for ten seconds", async () => {
    const { programs } = await instance.status();
    return programs.every((program: { uptime_s: number }) => program.uptime_s > 12);
  }, 60_000);
  const times: number[] = [];
  for (const file of files) times.push(await crash(lab, file));
  return times;
}

export const RESTART: Row = {
  id: "restart",
  what: "crash to running again ÷ a bare fork-wait loop in C",
  limit: 5,
  unit: "×",
  async measure(lab, { quick }) {
    const crashes = quick ? 5 : 20;
    const { ratio, ours, base } = ratioOf(await supervised(lab, crashes), await bareLoop(lab, crashes));
    return {
      value: ratio,
      detail: `${(ours / 1000).toFixed(2)} ms ÷ ${(base / 1000).toFixed(2)} ms, ${crashes} crashes`,
    };
  },
};
