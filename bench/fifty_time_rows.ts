/** Fifty programs: how long until all run, and until none does. */
import fs from "node:fs";
import { join } from "node:path";
import { signal } from "../tests/support/instance.ts";
import { beside, type Opener, openers, OURS, pause, PROGRAMS, type Samples } from "./fifty.ts";
import { type Lab, runCommand } from "./lab.ts";
import { boot, type Invocation, programPids } from "./managers.ts";
import { inTurn, median, type Sample } from "./measure.ts";
import { candidates, peersOf } from "./peers.ts";
import type { Figure, Row } from "./rows.ts";

const BARE = "bare";

/** Microseconds from the command's start to the first instruction of the last of the programs. */
async function untilBegun(lab: Lab, beats: string, { command, env }: Invocation): Promise<number> {
  return Number(await runCommand(lab.tool("until_begun"), [beats, `${PROGRAMS}`, ...command], env));
}

/** The same without a manager: a loop of spawns that leaves them running. */
async function bareSpawns(lab: Lab): Promise<number> {
  const beats = join(lab.directory, "bare.beats");
  const command = [lab.spawns, `${PROGRAMS}`, lab.tool("beat"), beats];
  try {
    return await untilBegun(lab, beats, { command, env: {} });
  } finally {
    for (const pid of programPids({ beats })) signal(pid, "SIGKILL");
    fs.rmSync(beats, { force: true });
  }
}

/** A running manager without programs is given all of them by one command. */
async function added(lab: Lab, open: Opener): Promise<number> {
  await using manager = open();
  await boot(manager, 0);
  await pause(1);
  manager.configure(PROGRAMS);
  return await untilBegun(lab, manager.beats, manager.add);
}

/** The manager itself is started. */
async function booted(lab: Lab, open: Opener): Promise<number> {
  await using manager = open();
  manager.configure(PROGRAMS);
  return await untilBegun(lab, manager.beats, manager.boot);
}

/** Microseconds until the programs and the command have ended; `appd stop` waits for the daemon's end too. */
async function stopped(lab: Lab, open: Opener): Promise<number> {
  await using manager = open();
  await boot(manager, PROGRAMS);
  await pause(2); // All of them call a program running after a second.
  const { command, env } = manager.stop;
  return Number(await runCommand(lab.tool("until_ended"), [programPids(manager).join(","), ...command], env));
}

/** Measures all of them in turn, `rounds` times. */
function race(
  rounds: number,
  all: Readonly<Record<string, Opener>>,
  sides: { readonly measure: (open: Opener) => Promise<number>; readonly more?: Readonly<Record<string, Sample>> },
): Promise<Samples> {
  const samples = Object.entries(all).map(([name, open]) => [name, () => sides.measure(open)] as const);
  return inTurn(rounds, { ...sides.more, ...Object.fromEntries(samples) });
}

const milliseconds = (us: number) => `${(us / 1000).toFixed(1)} ms`;

async function startFigure(lab: Lab, rounds: number, start: typeof added): Promise<Figure> {
  const peers = await candidates(lab);
  const more = { [BARE]: () => bareSpawns(lab) };
  const samples = await race(rounds, openers(lab, peers), { measure: (open) => start(lab, open), more });
  const { ratio, detail } = beside(samples, BARE, milliseconds);
  return { value: ratio, detail, peers: peersOf(peers, (name) => beside(samples, name, milliseconds)) };
}

export const START_FIFTY: Row = {
  id: "start50",
  what: "50 programs added by `appd reload` until all run ÷ 50 spawns by a compiled loop of `Deno.Command`",
  limit: 1.5,
  unit: "×",
  measure: (lab, { quick }) => startFigure(lab, quick ? 2 : 15, added),
};

export const BOOT_FIFTY: Row = {
  id: "boot50",
  what: "`appd start` with 50 programs until all run ÷ the same 50 spawns",
  unit: "×",
  measure: (lab, { quick }) => startFigure(lab, quick ? 2 : 15, booted),
};

export const STOP_FIFTY: Row = {
  id: "stop50",
  what: "`appd stop` with 50 programs that end on TERM, until all of them and the daemon have ended",
  limit: 0.3,
  unit: "s",
  async measure(lab, { quick }) {
    const peers = await candidates(lab);
    const samples = await race(quick ? 2 : 9, openers(lab, peers), { measure: (open) => stopped(lab, open) });
    const ours = samples[OURS] ?? [];
    return {
      value: median(ours) / 1e6,
      detail: `${milliseconds(Math.min(...ours))} to ${milliseconds(Math.max(...ours))}, ${ours.length} times`,
      peers: peersOf(peers, (name) => beside(samples, name, milliseconds)),
    };
  },
};
