import { join } from "node:path";
import { errnoOf, messageOf } from "../base/errors.ts";
import type { Timer } from "../system/clock.ts";
import type { Fifo } from "../system/fifo.ts";
import { isShortage, type ProcessIdentity } from "../system/processes.ts";
import { FIFO_NAME } from "./adoption.ts";
import type { SupervisorDeps } from "./deps.ts";
import { startTimeOf } from "./launch.ts";
import { killIdentity } from "./sweep.ts";

/** What marks a keeper: in its environment, with the programs' directory as value. */
const KEEPER_VARIABLE = "APPD_KEEPER";
/** Its stdin in the programs' directory; nobody ever writes into it. Two, so that the next keeper leaves the last one's alone. */
const STDIN_NAMES = [".keeper-1.fifo", ".keeper-2.fifo"] as const;

/** Milliseconds for which changes are collected, and that a new keeper has for opening everything before the old one ends. */
const SETTLE = 100;
/** Milliseconds until a keeper without programs is ended, and until one that died is replaced. */
const LINGER = 10_000;

type KeeperDeps = Pick<SupervisorDeps, "processes" | "clock" | "fifos" | "files" | "log" | "directory">;

/** A keeper of ours and the programs whose FIFOs it has open. */
interface Kept {
  readonly identity: ProcessIdentity;
  readonly names: Set<string>;
}

/**
 * What is in a FIFO dies with the last one who has it open: the last words of a program that ends while no daemon runs.
 * So one process, tee(1) with all the FIFOs to write to and nothing to read, has them open too, and outlives us. The next
 * daemon reads what was said and ends it. Without tee all goes on as before, but for those words.
 */
export class FifoKeeper {
  readonly #deps: KeeperDeps;
  readonly #wanted = new Set<string>();
  readonly #former = new Set<ProcessIdentity>();
  #stdin: Fifo | undefined;
  #kept: Kept | undefined;
  #timer: Timer | undefined;
  #farewell: Timer | undefined;
  #closed = false;
  /** That there can be none. */
  #told = false;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
  }

  /** A program is about to write. @param fresh its FIFO was just made: who holds one of that name holds another one */
  hold(name: string, fresh: boolean): void {
    this.#wanted.add(name);
    if (fresh) this.#kept?.names.delete(name);
    if (this.#kept?.names.has(name) !== true) this.#plan(SETTLE);
  }

  /** Nothing of the program runs any more. Its FIFO stays held for a while: most programs come back. */
  release(name: string): void {
    this.#wanted.delete(name);
    if (this.#wanted.size === 0) this.#plan(LINGER);
  }

  /**
   * Takes over from the keepers of a dead daemon, who are ended once ours is there. True when there was one: then what
   * nobody has read is still in the FIFOs.
   */
  succeed(): boolean {
    for (const one of findKeepers(this.#deps, this.#deps.directory)) this.#former.add(one);
    if (this.#former.size > 0) this.#plan(SETTLE);
    return this.#former.size > 0;
  }

  /** Leaves the keeper alone while programs run, for the next daemon; ends it when none does. */
  close(): void {
    this.#closed = true;
    this.#timer?.[Symbol.dispose]();
    this.#farewell?.[Symbol.dispose]();
    if (this.#wanted.size === 0) this.#endAll();
    this.#stdin?.[Symbol.dispose]();
  }

  #plan(ms: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#closed ? undefined : this.#deps.clock.after(ms, () => this.#renew());
  }

  #renew(): void {
    if (this.#wanted.size === 0) return this.#endAll();
    if ([...this.#wanted].every((name) => this.#kept?.names.has(name))) return;
    const next = this.#start();
    if (next === undefined) return;
    if (this.#kept !== undefined) this.#former.add(this.#kept.identity);
    this.#kept = next;
    this.#endLater(SETTLE);
  }

  #start(): Kept | undefined {
    const { processes, directory } = this.#deps;
    const names = new Set(this.#wanted);
    try {
      const child = processes.spawn({
        command: ["tee", "-a", ...[...names].map((name) => join(name, FIFO_NAME))],
        cwd: directory,
        env: { PATH: "/usr/bin:/bin", [KEEPER_VARIABLE]: directory },
        input: this.#openStdin(),
        output: null,
      });
      const startTime = startTimeOf(this.#deps, child.pid);
      if (startTime === "") return this.#giveUp(child.pid);
      const kept = { identity: { pid: child.pid, startTime }, names };
      child.exited.then(() => this.#gone(kept));
      return kept;
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      if (!this.#told) {
        this.#deps.log.debug("nobody keeps the output of programs while no daemon runs", { error: messageOf(error) });
      }
      this.#told = true;
      return undefined;
    }
  }

  /** Ends one that nobody could tell from another process later: no descriptor was left to look at it. */
  #giveUp(pid: number): undefined {
    this.#deps.processes.kill(pid, "SIGKILL");
    this.#plan(LINGER);
  }

  /** Held for reading and writing by whoever has it: a read from it waits for ever. A new one shows how times are kept. */
  #openStdin(): number {
    if (this.#stdin !== undefined) return this.#stdin.keeper;
    const { fifos, files, directory } = this.#deps;
    const paths = STDIN_NAMES.map((name) => join(directory, name));
    const free = paths.find((path) => !fifos.isHeld(path));
    if (free !== undefined) files.unlink(free);
    const path = free ?? paths[0] ?? "";
    this.#stdin = fifos.open(path, !fifos.ensure(path));
    return this.#stdin.keeper;
  }

  #gone(kept: Kept): void {
    this.#former.delete(kept.identity);
    if (this.#kept !== kept) return;
    this.#kept = undefined;
    this.#plan(LINGER);
  }

  #endAll(): void {
    if (this.#kept !== undefined) this.#former.add(this.#kept.identity);
    this.#kept = undefined;
    this.#endFormer();
  }

  #endFormer(): void {
    try {
      for (const one of this.#former) {
        killIdentity(this.#deps.processes, one);
        this.#former.delete(one);
      }
    } catch (error) {
      if (!isShortage(errnoOf(error) ?? "")) throw error;
      this.#endLater(LINGER); // No descriptor to look with.
    }
  }

  #endLater(ms: number): void {
    this.#farewell?.[Symbol.dispose]();
    this.#farewell = this.#deps.clock.after(ms, () => this.#endFormer());
  }
}

type KeeperPorts = Pick<SupervisorDeps, "processes" | "fifos">;

/**
 * The keepers that a dead daemon left. Where nobody holds a keeper's stdin there is none, and the look at all processes
 * is spared.
 *
 * @param directory of the programs, without symbolic links
 */
function findKeepers({ processes, fifos }: KeeperPorts, directory: string): ProcessIdentity[] {
  if (!STDIN_NAMES.some((name) => fifos.isHeld(join(directory, name)))) return [];
  const mark = `${KEEPER_VARIABLE}=${directory}`;
  return processes.list().filter(({ pid, state }) => state !== "Z" && processes.environment(pid).includes(mark));
}

/** Ends the keepers that a dead daemon left. @param directory of the programs, without symbolic links */
export function endKeepers(ports: KeeperPorts, directory: string): void {
  for (const one of findKeepers(ports, directory)) killIdentity(ports.processes, one);
}
