import { join } from "node:path";
import { type Found, type Holder, judge, scanHolders } from "./adoption.ts";
import { withDescendants } from "./census.ts";
import type { Shared } from "./deps.ts";
import { isKept, readExit } from "./exit_keeper.ts";
import { Program } from "./program.ts";
import { lifeOfRecord, type ProgramRecord, readRecord } from "./record.ts";
import { recalled, unitsIn } from "./rest.ts";
import { PLAIN_LOG, type ProgramSpec, specMark } from "./program_spec.ts";
import type { Life } from "./state.ts";
import type { ProcessStat } from "../system/processes.ts";
import { salvage } from "./stream.ts";
import { killIdentity } from "./sweep.ts";

/**
 * Takes over the programs that an earlier daemon left running. Those that are not configured any more come back as
 * programs too, so that they can be stopped as they should be. What a dead main process left behind is killed: its
 * program is about to be started again.
 */
export function takeOver(shared: Shared, specs: readonly ProgramSpec[]): Program[] {
  const known = unitsIn(shared.files, shared.directory); // Usually there is nobody in it.
  if (specs.length === 0 && known.length === 0) return []; // No program is wanted, and none ever ran here: the look at all processes can be spared.
  const kept = shared.keeper?.succeed() ?? false;
  const holders = scanHolders(shared.processes, shared.directory);
  const taken: Program[] = [];
  for (const name of new Set([...specs.map((spec) => spec.name), ...holders.keys(), ...known])) {
    const spec = specs.find((one) => one.name === name);
    const record = readRecord(shared.files, join(shared.directory, name));
    const found = judge({ ...shared, holders: holders.get(name) ?? [], record, command: spec?.command });
    if (found.strays.length > 0) clearStrays(shared, name, found.strays);
    if (kept && found.main === undefined) salvage(shared, spec ?? specOfRecord(name, record));
    const program = adopted(shared, { name, spec, record, found });
    if (program !== undefined) taken.push(program);
  }
  return taken;
}

/** Who descends from them may be known by nothing else. */
function clearStrays({ processes, log, census }: Shared, program: string, strays: readonly Holder[]): void {
  for (const stray of withDescendants<ProcessStat>(strays, census.glance())) {
    const command = processes.commandLine(stray.pid).join(" ");
    if (stray.state !== "Z" && killIdentity(processes, stray)) {
      log.warn("killed what a former life left behind", { program, pid: stray.pid, command });
    }
  }
}

interface Candidate {
  readonly name: string;
  readonly spec: ProgramSpec | undefined;
  readonly record: ProgramRecord | undefined;
  readonly found: Found;
}

function adopted(shared: Shared, { name, spec, record, found }: Candidate): Program | undefined {
  const { main } = found;
  if (main === undefined) {
    return spec === undefined ? undefined : succeeded(shared, spec, record) ?? atRest(shared, spec);
  }
  const program = new Program(shared, spec ?? specOfRecord(name, record));
  const mine = found.recorded ? record : undefined;
  const life = mine === undefined ? lifeOfStranger(shared, main, record) : lifeOfRecord(mine, shared.clock);
  program.adopt(life, { restarts: record?.restarts ?? 0, wasReady: mine?.ready ?? false, mark: mine?.spec });
  if (spec !== undefined) restartIfStale(shared, program, { changed: mine && mine.spec !== specMark(spec), main });
  return program;
}

/** A program that ended while no daemon was there, if it is known how: it is not for us to run it again regardless. */
function succeeded(shared: Shared, spec: ProgramSpec, record: ProgramRecord | undefined): Program | undefined {
  if (record === undefined || record.bootId !== shared.bootId || !isKept(spec)) return undefined;
  const { generation, restarts, ready } = record;
  const exit = readExit(shared.files, { directory: join(shared.directory, spec.name), generation });
  if (exit === "unknown") return undefined;
  const program = new Program(shared, spec);
  program.succeed(lifeOfRecord(record, shared.clock), { restarts, wasReady: ready ?? false });
  return program;
}

/** A program that was stopped by hand, or had done what it had to do. */
function atRest(shared: Shared, spec: ProgramSpec): Program | undefined {
  const rest = recalled(shared, { directory: join(shared.directory, spec.name), mark: specMark(spec) });
  if (rest === undefined) return undefined;
  const program = new Program(shared, spec);
  program.recall(rest);
  return program;
}

/** The daemon died between spawn and record. How old the process is does not matter much: it is at most that old. */
function lifeOfStranger({ clock }: Shared, main: Holder, record: ProgramRecord | undefined): Life {
  const { pid, startTime } = main;
  const generation = (record?.generation ?? 0) + 1;
  return { pid, startTime, generation, startedAt: clock.now(), startedMono: clock.monotonic(), adopted: true };
}

function restartIfStale(shared: Shared, program: Program, why: { changed: boolean | undefined; main: Holder }): void {
  if (!why.changed && !why.main.cutOff) return;
  const reason = why.changed ? "its configuration has changed" : "its output is cut off, the FIFO was replaced";
  shared.log.info("restarting an adopted program", { program: program.name, reason });
  program.machine.dispatch({ type: "restart", cause: reason });
}

/** Enough of a configuration to stop a program that has none any more. */
function specOfRecord(name: string, record: ProgramRecord | undefined): ProgramSpec {
  return {
    name,
    command: [],
    cwd: "/",
    env: {},
    restart: "never",
    stopSignal: record?.stopSignal ?? "SIGTERM",
    stopTimeout: record?.stopTimeout ?? 10_000,
    startTimeout: 0,
    stableAfter: 10_000,
    critical: false,
    log: PLAIN_LOG,
  };
}
