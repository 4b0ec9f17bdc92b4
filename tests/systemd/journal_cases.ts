/** What the daemon says, in the journal. */
import assert from "node:assert/strict";
import { program, until } from "../support/instance.ts";
import type { SystemdLab } from "../support/systemd_lab.ts";
import type { LabTest } from "./lab_case.ts";
import { LabService } from "./lab_service.ts";

const LINES = 1000;

/** One record for each request, at the level debug. */
async function allLines(lab: SystemdLab): Promise<void> {
  await using service = await LabService.install(lab, "lines", {
    config: `[log]\nlevel = "debug"\noutputs = ["journald", "file"]\n`,
  });
  await service.start();
  await lab.ok([
    "curl",
    "-s",
    "-o",
    "/dev/null",
    "--unix-socket",
    `${service.home}/control.sock`,
    `http://localhost/n/[1-${LINES}]`,
  ]);
  const wanted = Array.from({ length: LINES }, (_, i) => i + 1);
  const numbers = (lines: readonly string[]) =>
    lines.flatMap((line) => /appd\.http: request .*path=\/n\/(\d+)/.exec(line)?.[1] ?? []).map(Number);
  await until("the last one", async () => numbers(await service.journal("-n", "50")).includes(LINES));
  assert.deepEqual(numbers(await service.journal()), wanted);
  assert.deepEqual(
    numbers(lab.read(`${service.home}/daemon.log`).split("\n")),
    wanted,
    "and in the file, which was asked for",
  );
}

async function priorities(lab: SystemdLab): Promise<void> {
  await using service = await LabService.install(lab, "levels", {
    config: `[log]\nlevel = "debug"\n` + program("broken", "exit 78"),
  });
  await service.start();
  const daemon = `_PID=${await service.mainPid()}`; // Not `appd reload`, which speaks to whoever called it.
  service.write("[log]\nlevel = 5\n");
  await lab.systemctl("reload", service.unit);
  const errors = await until("an error", async () => {
    const lines = await service.journal("-p", "err", daemon);
    return lines.some((line) => /cannot reload/.test(line)) ? lines : undefined;
  });
  assert.deepEqual(errors.filter((line) => !line.startsWith("ERROR ")), [], "nothing but errors");
  const only = async (level: string) => await service.journal("-p", `${level}..${level}`, daemon);
  for (const [level, word] of [["info", "INFO "], ["debug", "DEBUG"]] as const) {
    const lines = await only(level);
    assert.ok(lines.length > 0, level);
    assert.deepEqual(lines.filter((line) => !line.startsWith(word)), [], level);
  }
  const all = await service.journal(daemon);
  assert.deepEqual(
    all.filter((line) => /^<\d>|^\d{4}-/.test(line)),
    [],
    "neither prefixes nor times of our own are left in it",
  );
}

export const JOURNAL: readonly LabTest[] = [
  {
    name: `${LINES} numbered lines: all are in the journal, in order, and in the file that was asked for`,
    run: allLines,
  },
  { name: "journalctl -p filters by level", run: priorities },
];
