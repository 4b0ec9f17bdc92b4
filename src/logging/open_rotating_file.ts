import { errnoOf } from "../base/errors.ts";
import type { Timer } from "../system/clock.ts";
import { Appender, type Loss } from "./appender.ts";
import { ArchiveKeeper } from "./archive_keeper.ts";
import { FileSwitch } from "./file_switch.ts";
import { gapLine } from "./gap.ts";
import { type Appended, logError, type LogFile, openInDirectory } from "./log_file.ts";
import type { LogProblem, Passage, RotatingFile, RotatingFileOptions } from "./rotating_file.ts";
import { RotationDemand } from "./rotation_demand.ts";
import type { RotationPolicy } from "./rotation_policy.ts";
import { SwitchNeed } from "./switch_need.ts";
import { type TroubleKind, Troubles } from "./troubles.ts";

/** Milliseconds between attempts after a failure, and between rounds of upkeep. */
const RETRY = 500;
const MAINTENANCE = 60_000;

/**
 * Opens a log for writing: takes up what a crash left, removes what the policy does not keep, compresses the rest.
 *
 * @throws AppdError when the file or its directory cannot be opened or made
 */
export function openRotatingFile(options: RotatingFileOptions): RotatingFile {
  return new Engine(options);
}

class Engine implements RotatingFile {
  readonly path: string;
  readonly #options: RotatingFileOptions;
  readonly #keeper: ArchiveKeeper;
  readonly #troubles: Troubles;
  readonly #upkeep: Timer;
  readonly #appender: Appender;
  readonly #need: SwitchNeed;
  readonly #switch: FileSwitch;
  readonly #demand: RotationDemand;
  #retry: Timer | undefined;
  #closed = false;

  constructor(options: RotatingFileOptions) {
    const { path, policy, files, clock, mode = 0o600 } = options;
    [this.#options, this.path] = [options, path];
    this.#troubles = new Troubles(path, options.complain ?? (() => {}));
    this.#keeper = new ArchiveKeeper({
      ...options,
      onRemove: (error) => this.#tell("remove old archives of", error),
      onCompress: (error) => this.#tell("compress an archive of", error),
    });
    const log = openOrThrow(options, mode);
    this.#appender = new Appender(log, {
      ...options,
      onTrouble: (error) => this.#tell("write", error),
      onResumed: (gap) => options.log?.warn("lines were lost", { file: path, ...gap }),
      refresh: () => this.reopen(),
    });
    this.#switch = new FileSwitch({
      ...{ files, clock, path, mode, log: options.log, appender: this.#appender, keeper: this.#keeper },
      onAdopted: () => this.#adopted(),
    });
    this.#demand = new RotationDemand({ clock, attempt: () => this.#attempt(), failure: () => this.#stuck });
    this.#need = new SwitchNeed({ clock, policy, since: log.size > 0 ? log.modified : clock.now() });
    this.#keeper.sweep();
    this.#tend();
    this.#upkeep = clock.every(MAINTENANCE, () => this.#maintain());
  }

  get problem(): LogProblem | undefined {
    const worst = this.#troubles.worst;
    if (worst === undefined) return undefined;
    const { bytes = 0, lines = 0 } = this.#appender.gap ?? {};
    return { since: worst.since, error: worst.error.message, droppedBytes: bytes, droppedLines: lines };
  }

  get dropped(): Loss {
    return this.#appender.lost;
  }

  get #log(): LogFile {
    return this.#appender.log;
  }

  get lineBytes(): number {
    return this.#log.lineBytes;
  }

  write(bytes: Uint8Array): void {
    if (this.#closed) return this.#appender.discard(bytes);
    this.#options.compressor.writing();
    this.#look();
    for (let rest = bytes; rest.length > 0;) {
      const length = this.#need.bytesBefore(rest, this.#log);
      const whole = length === rest.length;
      if (length > 0) this.#appender.put(whole ? rest : rest.subarray(0, length));
      if (whole) return this.#switchIfDue();
      this.#goOn();
      rest = rest.subarray(length);
    }
  }

  passage(): Passage | undefined {
    if (this.#closed || this.#appender.gap !== undefined) return undefined;
    this.#look();
    if (this.#need.kind !== undefined) return undefined;
    return { room: this.#need.roomIn(this.#log), descriptor: this.#log.descriptor, settle: this.#takeUp };
  }

  readonly #takeUp = (bytes: Uint8Array, result: Appended): void => {
    this.#options.compressor.writing();
    this.#appender.account(bytes, result);
  };

  async rotate(): Promise<void> {
    await this.#demand.request();
    await this.#keeper.settled();
  }

  reopen(): void {
    if (this.#closed) return;
    this.#need.kind = "reopen";
    this.#need.hurry();
    this.#switchIfDue();
  }

  setPolicy(policy: RotationPolicy): void {
    this.#need.apply(policy);
    this.#tend();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#upkeep[Symbol.dispose]();
    this.#retry?.[Symbol.dispose]();
    const gap = this.#appender.close();
    if (gap !== undefined) this.#options.complain?.(`"${this.path}": ${gapLine(gap, this.#options.program)}`);
    this.#settle();
    this.#switch.close();
    await this.#demand.ended();
  }

  // ---- going on in another file

  /** Looks at the clock and at the path for a reason. */
  #look(): void {
    this.#need.lookAtPeriod(this.#log);
    const away = this.#switch.look();
    if (away === undefined) return;
    this.#need.kind = "reopen";
    if (away === "gone") this.#goOn(); // Else it waits for the newline, so that no line is torn.
  }

  #switchIfDue(): void {
    if (this.#need.isDue(this.#log)) this.#goOn();
  }

  #goOn(): void {
    if (this.#need.kind === "rotate" && this.#switch.isInPlace) this.#rotateNow();
    else if (this.#need.kind !== undefined) this.#reopenNow();
  }

  #rotateNow(): void {
    if (this.#log.size === 0) return this.#settle();
    try {
      const { archive, bytes } = this.#switch.rotate();
      this.#tend();
      this.#options.log?.debug("rotated", { file: this.path, archive, bytes });
    } catch (error) {
      this.#postpone("rotate", error);
      if (errnoOf(error) === "ENOENT") this.#need.kind = "reopen"; // The directory or the file is not there any more.
    }
  }

  #reopenNow(): void {
    try {
      this.#switch.reopen();
    } catch (error) {
      this.#postpone("reopen", error);
    }
  }

  /** Another file is being written. */
  #adopted(): void {
    this.#need.begin();
    this.#tell("reopen", undefined);
    this.#tell("rotate", undefined);
    this.#demand.wake();
  }

  /** Nothing is to be done, or nothing any more. */
  #settle(): void {
    this.#need.kind = undefined;
    this.#demand.wake();
  }

  #postpone(kind: "rotate" | "reopen", error: unknown): void {
    this.#tell(kind, error);
    this.#need.postpone(RETRY);
    this.#retry?.[Symbol.dispose]();
    if (!this.#closed) this.#retry = this.#options.clock.after(RETRY, () => this.#switchIfDue());
    this.#demand.wake();
  }

  // ---- on demand

  /** Rotates now unless a line is open; true when that is done, or nothing is to be done. */
  #attempt(): boolean {
    if (this.#closed) return true;
    this.#need.kind ??= "rotate";
    this.#need.hurry();
    this.#switchIfDue();
    return this.#need.kind === undefined;
  }

  get #stuck(): Error | undefined {
    return (this.#troubles.get("rotate") ?? this.#troubles.get("reopen"))?.error;
  }

  // ---- upkeep

  #maintain(): void {
    this.#look();
    this.#switchIfDue();
    this.#tend();
  }

  #tend(): void {
    const { policy } = this.#need;
    this.#keeper.prune(policy, { current: this.#log.size, now: this.#options.clock.now() });
    if (policy.compress) this.#keeper.compressAll();
  }

  #tell(kind: TroubleKind, cause: unknown): void {
    if (cause === undefined) this.#troubles.end(kind);
    else this.#troubles.begin(kind, { cause, now: this.#options.clock.now() });
  }
}

function openOrThrow({ files, path }: RotatingFileOptions, mode: number): LogFile {
  try {
    return openInDirectory(files, path, { mode });
  } catch (error) {
    throw logError(path, error);
  }
}
