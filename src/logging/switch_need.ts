import type { Clock } from "../system/clock.ts";
import type { LogFile } from "./log_file.ts";
import { periodOf, type RotationPolicy, sizeLimit } from "./rotation_policy.ts";

/** What {@link SwitchNeed} looks at. */
export interface SwitchNeedOptions {
  readonly clock: Pick<Clock, "now" | "monotonic">;
  readonly policy: RotationPolicy;
  /** Wall time in milliseconds: the current file belongs to its period. */
  readonly since: number;
}

/** The part of a log file that decides. */
type Extent = Pick<LogFile, "size" | "lineBytes">;

/** Whether writing is to go on in another file, why, and before which byte: always at the start of a line. */
export class SwitchNeed {
  /** What is needed; undefined when nothing is. Its owner may know of a need too. */
  kind: "rotate" | "reopen" | undefined;
  readonly #clock: SwitchNeedOptions["clock"];
  #policy: RotationPolicy;
  #limit: number;
  #period: number;
  /** Monotonic time in milliseconds before which no switch is tried again. */
  #notBefore = 0;

  constructor({ clock, policy, since }: SwitchNeedOptions) {
    [this.#clock, this.#policy] = [clock, policy];
    this.#limit = sizeLimit(policy);
    this.#period = periodOf(policy, since);
  }

  get policy(): RotationPolicy {
    return this.#policy;
  }

  apply(policy: RotationPolicy): void {
    this.#policy = policy;
    this.#limit = sizeLimit(policy);
    this.#period = periodOf(policy, this.#clock.now());
  }

  /** Bytes that fit into the file before it is rotated. */
  roomIn({ size }: Extent): number {
    return this.#limit - size;
  }

  /** Looks at the clock: a file that is not empty is rotated when its period is over. */
  lookAtPeriod({ size }: Extent): void {
    if (this.#policy.rotateEvery <= 0) return;
    const period = periodOf(this.#policy, this.#clock.now());
    if (period > this.#period && size > 0) this.kind ??= "rotate";
    else this.#period = period;
  }

  /** Bytes of `rest` to write before a switch; all of them when none is due. */
  bytesBefore(rest: Uint8Array, log: Extent): number {
    const room = this.roomIn(log);
    if (this.kind === undefined && rest.length <= room) return rest.length;
    if (this.#notBefore > 0 && this.#clock.monotonic() < this.#notBefore) return rest.length;
    const atLineStart = log.lineBytes === 0;
    if (this.kind !== undefined) return atLineStart ? 0 : firstLine(rest);
    this.kind = "rotate";
    const fitting = room > 0 ? rest.lastIndexOf(NEWLINE, room - 1) + 1 : 0;
    if (fitting > 0) return fitting;
    if (atLineStart && log.size > 0) return 0;
    return firstLine(rest);
  }

  /** A switch can be made now. */
  isDue({ lineBytes }: Extent): boolean {
    if (this.kind === undefined || lineBytes > 0) return false;
    return this.#clock.monotonic() >= this.#notBefore;
  }

  /** It did not work: no other attempt for so many milliseconds. */
  postpone(ms: number): void {
    this.#notBefore = this.#clock.monotonic() + ms;
  }

  /** Whatever failed before, the next attempt is made at once. */
  hurry(): void {
    this.#notBefore = 0;
  }

  /** Another file is being written from now on: nothing is needed, and it belongs to the period that holds. */
  begin(): void {
    this.#period = periodOf(this.#policy, this.#clock.now());
    this.#notBefore = 0;
    this.kind = undefined;
  }
}

const NEWLINE = 0x0a;

function firstLine(bytes: Uint8Array): number {
  const newline = bytes.indexOf(NEWLINE);
  return newline < 0 ? bytes.length : newline + 1;
}
