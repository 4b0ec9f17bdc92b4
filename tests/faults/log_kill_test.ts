/** Fault 30 with real processes: SIGKILL while lines are written, rotated and compressed. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { until } from "../../src/system/until.ts";
import { failures, inDirectory, NONE } from "./log_lab.ts";
import { checkLog, logFiles, readWhole } from "./numbered_lines.ts";
import { random, sized } from "./seed.ts";

const CHILD = fileURLToPath(new URL("log_kill_child.ts", import.meta.url));

/** The highest number in the youngest files, and whether the log ends inside a line. */
function endOf(path: string): { highest: number; torn: boolean } {
  const text = logFiles(path).slice(-3).map((file) => new TextDecoder().decode(readWhole(file))).join("");
  const numbers = [...text.matchAll(/^s (\d+) x+ [0-9a-f]{8}$/gm)].map((match) => Number(match[1]));
  return { highest: Math.max(0, ...numbers), torn: text !== "" && !text.endsWith("\n") };
}

function size(path: string): number {
  return logFiles(path).length * 1e6 + (fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0);
}

Deno.test("30: SIGKILL at any time loses no line and leaves no bad archive", async () => {
  const dice = random("kill");
  await inDirectory(async (path) => {
    let [next, torn] = [1, 0];
    for (let round = 0; round < sized(8, 500); round++) {
      const args = ["run", "-A", "--no-check", CHILD, path, String(next)];
      const before = size(path);
      const child = new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "null", stderr: "inherit" })
        .spawn();
      const isUnderWay = () => size(path) > before && (round > 0 || logFiles(path).length > 1);
      await until("the child writes", isUnderWay, 60_000);
      await new Promise((resolve) => setTimeout(resolve, dice.next(150)));
      child.kill("SIGKILL");
      await child.status;
      const end = endOf(path);
      if (end.torn) torn++;
      next = end.highest + 1;
    }
    const report = checkLog(path, { expected: { s: next - 1 } });
    assert.ok(report.torn <= torn, `${report.samples}, seed ${dice.seed}`);
    assert.deepEqual(failures({ ...report, torn: 0 }), NONE, `seed ${dice.seed}`);
    assert.ok(next > 100 && logFiles(path).length > 1, `${next} lines in ${logFiles(path).length} files`);
  });
});
