/** What fifty programs that do nothing cost their manager. All managers stand side by side and see the same machine. */
import fs from "node:fs";
import { systemProcesses } from "../src/system/processes.ts";
import { beside, openers, OURS, pause, PROGRAMS, type Samples } from "./fifty.ts";
import type { Lab } from "./lab.ts";
import { boot, type Manager, programPids } from "./managers.ts";
import { median } from "./measure.ts";
import { type Candidate, candidates, peersOf } from "./peers.ts";
import type { Row } from "./rows.ts";

/** Clock ticks in a second, sysconf(_SC_CLK_TCK) of Linux. */
const TICKS = 100;

/** The manager and its helpers: all that stems from it and is no program. */
function ownProcesses(manager: Manager): number[] {
  const programs = new Set(programPids(manager));
  const own = new Set([manager.pid()]);
  const rest = systemProcesses.list().filter(({ pid }) => !programs.has(pid));
  for (let size = 0; size !== own.size;) {
    size = own.size;
    for (const { pid, ppid } of rest) if (own.has(ppid)) own.add(pid);
  }
  return [...own];
}

/** CPU seconds that a manager has used so far. */
function cpuSeconds(manager: Manager): number {
  const ticks = ownProcesses(manager).map((pid) => systemProcesses.stat(pid)?.cpuTicks ?? 0);
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS;
}

/** Bytes of a manager, proc_pid_smaps(5). */
function memory(manager: Manager, field: "Rss" | "Pss"): number {
  const sizes = ownProcesses(manager).map((pid) => {
    const text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(text)?.[1]) * 1024;
  });
  return sizes.reduce((sum, one) => sum + one, 0);
}

/** Lets all managers run so many programs, for as long as `work` takes. */
async function together<T>(
  setting: { readonly lab: Lab; readonly peers: readonly Candidate[]; readonly programs: number },
  work: (managers: ReadonlyMap<string, Manager>) => Promise<T>,
): Promise<T> {
  await using stack = new AsyncDisposableStack();
  const managers = new Map<string, Manager>();
  for (const [name, open] of Object.entries(openers(setting.lab, setting.peers))) {
    const manager = stack.use(open());
    await boot(manager, setting.programs);
    managers.set(name, manager);
  }
  return await work(managers);
}

function add(samples: Record<string, number[]>, name: string, value: number): void {
  (samples[name] ??= []).push(value);
}

const percent = (value: number) => `${value.toFixed(3)} %`;
const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} KB`;
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** Percent of one CPU over so many seconds. The kernel's tick of 10 ms is the grain. */
async function idle(managers: ReadonlyMap<string, Manager>, seconds: number): Promise<Samples> {
  const began = performance.now();
  const before = new Map([...managers].map(([name, manager]) => [name, cpuSeconds(manager)]));
  await pause(seconds);
  const wall = (performance.now() - began) / 1000;
  return Object.fromEntries(
    [...managers].map(([name, manager]) => [name, [(cpuSeconds(manager) - (before.get(name) ?? NaN)) / wall * 100]]),
  );
}

export const IDLE_FIFTY: Row = {
  id: "idle50",
  what: "CPU of the daemon with 50 idle programs, of one processor",
  limit: 0.2,
  unit: "%",
  async measure(lab, { quick }) {
    const peers = await candidates(lab);
    const seconds = quick ? 10 : 120;
    const samples = await together({ lab, peers, programs: PROGRAMS }, async (managers) => {
      await pause(quick ? 3 : 15);
      return await idle(managers, seconds);
    });
    return {
      value: median(samples[OURS] ?? []),
      detail: `in ${seconds} s`,
      peers: peersOf(peers, (name) => beside(samples, name, percent)),
    };
  },
};

interface Sizes {
  readonly rss: Samples;
  readonly pss: Samples;
}

/** Memory of all managers with so many programs, once they have settled. */
async function sizes(
  lab: Lab,
  options: { peers: readonly Candidate[]; programs: number; rounds: number; seconds: number },
) {
  const [rss, pss]: [Record<string, number[]>, Record<string, number[]>] = [{}, {}];
  for (let round = 0; round < options.rounds; round++) {
    await together({ lab, ...options }, async (managers) => {
      await pause(options.seconds);
      for (const [name, manager] of managers) {
        add(rss, name, memory(manager, "Rss"));
        add(pss, name, memory(manager, "Pss"));
      }
    });
  }
  return { rss, pss } satisfies Sizes;
}

/** Bytes for each program, round by round. */
function growth(empty: Samples, full: Samples): Samples {
  return Object.fromEntries(
    Object.entries(full).map(([name, values]) => [
      name,
      values.map((value, round) => (value - (empty[name]?.[round] ?? NaN)) / PROGRAMS),
    ]),
  );
}

export const MEMORY_FIFTY: Row = {
  id: "memory50",
  what: "memory that the daemon grows by with each of 50 programs",
  limit: 200,
  unit: "KB",
  async measure(lab, { quick }) {
    const peers = await candidates(lab);
    const options = { peers, rounds: quick ? 1 : 3, seconds: quick ? 3 : 15 };
    const empty = await sizes(lab, { ...options, programs: 0 });
    const full = await sizes(lab, { ...options, programs: PROGRAMS });
    const grown = growth(empty.rss, full.rss);
    const total = (name: string) => megabytes(median(full.rss[name] ?? []));
    const pss = median(growth(empty.pss, full.pss)[OURS] ?? []);
    return {
      value: median(grown[OURS] ?? []) / 1000,
      detail: `resident; ${kilobytes(pss)} proportional; ${total(OURS)} resident in all`,
      peers: peersOf(peers, (name) => {
        const { ratio, detail } = beside(grown, name, kilobytes);
        return { ratio, detail: `${detail}; in all ${total(OURS)} ÷ ${total(name)}` };
      }),
    };
  },
};
