import type { Child, ExitStatus, Processes, ProcessStat, SpawnOptions } from "../system/processes.ts";
import type { Fifos } from "../system/fifo.ts";

/** A process that exists only in a test. */
export interface FakeProcess extends ProcessStat {
  readonly environment: readonly string[];
  readonly outputs: readonly string[];
  readonly command: readonly string[];
  /** Signals that it got, in order. */
  readonly signals: string[];
  /** What TERM does to it. */
  obedient: boolean;
}

/** A host for supervisor tests: processes do what they are told and nothing else, FIFOs are always empty. */
export class FakeHost {
  readonly table = new Map<number, FakeProcess>();
  readonly spawned: SpawnOptions[] = [];
  /** Thrown by the next spawns, first to last. */
  readonly failures: Error[] = [];
  /** Whether what is spawned next dies by TERM. */
  obedient = true;
  #exits = new Map<number, (status: ExitStatus) => void>();
  #nextPid = 100;

  readonly processes: Processes = {
    self: 2,
    spawn: (options) => this.#spawn(options),
    kill: (pid, signal) => this.#kill(pid, signal),
    stat: (pid) => this.table.get(pid),
    list: () => [...this.table.values()],
    commandLine: (pid) => [...this.table.get(pid)?.command ?? []],
    outputs: (pid) => [...this.table.get(pid)?.outputs ?? []],
    environment: (pid) => [...this.table.get(pid)?.environment ?? []],
    bootId: () => "boot",
  };

  readonly fifos: Fifos = {
    ensure: () => true,
    prepare() {},
    open: () => ({ keeper: 9, read: () => 0, mayHold: () => true, [Symbol.dispose]() {} }),
    isHeld: () => false,
    openStage: () => ({ source: { read: () => 0 }, destination: 9, [Symbol.dispose]() {} }),
    hasRoom: () => true,
    nextTurn: (fn) => void setTimeout(fn, 0),
  };

  /** Adds a process that nobody spawned through us. */
  add(process: Partial<FakeProcess>): FakeProcess {
    const pid = process.pid ?? this.#nextPid++;
    const full: FakeProcess = {
      pid,
      startTime: `${pid}`,
      state: "S",
      ppid: 1,
      pgid: pid,
      sid: pid,
      cpuTicks: 0,
      childTicks: 0,
      threads: 1,
      rssBytes: 4096,
      environment: [],
      outputs: [],
      command: ["stranger"],
      signals: [],
      obedient: true,
      ...process,
    };
    this.table.set(pid, full);
    return full;
  }

  #spawn(options: SpawnOptions): Child {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    this.spawned.push(options);
    const environment = Object.entries(options.env).map(([name, value]) => `${name}=${value}`);
    const { pid } = this.add({ environment, command: options.command, obedient: this.obedient, ppid: 2 });
    const { promise, resolve } = Promise.withResolvers<ExitStatus>();
    this.#exits.set(pid, resolve);
    return { pid, exited: promise };
  }

  #kill(pid: number, signal: Deno.Signal | 0): boolean {
    if (pid >= 0 && pid <= 1) throw new Error(`kill(${pid})`);
    const hit = [...this.table.values()].filter((one) => pid < 0 ? one.pgid === -pid : one.pid === pid);
    for (const one of hit) {
      one.signals.push(`${signal}`);
      if (signal === "SIGKILL" || (signal === "SIGTERM" && one.obedient)) this.exit(one.pid, { signal });
    }
    return hit.length > 0;
  }

  /** Ends a process; who spawned it hears of it in a microtask. */
  exit(pid: number, status: ExitStatus): void {
    this.table.delete(pid);
    this.#exits.get(pid)?.(status);
    this.#exits.delete(pid);
  }
}
