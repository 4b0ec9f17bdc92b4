import type { Config } from "../../schema/appd_schema.ts";
import { readLog } from "../../logging/read_log.ts";
import { openRotatingFile } from "../../logging/open_rotating_file.ts";
import type { RotatingFile } from "../../logging/rotating_file.ts";
import type { Context } from "../context.ts";
import { rotationPolicy } from "../log_settings.ts";
import type { Logs } from "../logs.ts";

/** Lines at the end that are looked at for what was written before a crash. */
const KNOWN_LINES = 1000;

/** One line for each commit that was seen, in a file that is opened with the first. */
export class CommitLog implements AsyncDisposable {
  readonly #context: Context;
  readonly #logs: Logs;
  readonly #settings: () => Config["log"];
  #file: RotatingFile | undefined;
  /** Lines that stand there already: an event whose telling a crash has cut short comes again. */
  #known: Promise<ReadonlySet<string>> | undefined;

  constructor(context: Context, logs: Logs, settings: () => Config["log"]) {
    this.#context = context;
    this.#logs = logs;
    this.#settings = settings;
  }

  /** @param line with its line feed */
  async append(line: string): Promise<void> {
    this.#known ??= this.#lastLines();
    if ((await this.#known).has(line.trimEnd())) return;
    this.#file ??= this.#open();
    this.#file.write(new TextEncoder().encode(line));
  }

  async #lastLines(): Promise<ReadonlySet<string>> {
    const { files } = this.#context.system;
    const path = this.#context.paths.commitLog;
    const lines = new Set<string>();
    if (files.stat(path) === undefined) return lines;
    for await (const line of readLog(path, { lines: KNOWN_LINES }, { files })) {
      lines.add(new TextDecoder().decode(line).trimEnd());
    }
    return lines;
  }

  #open(): RotatingFile {
    const { clock, files } = this.#context.system;
    const log = this.#logs.logging.logger("git");
    return openRotatingFile({
      path: this.#context.paths.commitLog,
      policy: rotationPolicy(this.#settings()),
      ...{ files, clock, log, program: this.#context.app.product.name },
      compressor: this.#logs.compressor,
      complain: (text) => log.error(text),
    });
  }

  get problem(): string | undefined {
    return this.#file?.problem?.error;
  }

  async rotate(): Promise<void> {
    await this.#file?.rotate();
  }

  reopen(): void {
    this.#file?.reopen();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }
}
