import { canonicalJson } from "../base/canonical.ts";
import type { ProgramProbes, Shared } from "./deps.ts";
import { environmentOf } from "./environment.ts";
import type { ProgramSpec } from "./program_spec.ts";
import type { Life, State } from "./state.ts";

interface ProbeWatchOptions {
  /** Of the program. */
  readonly directory: string;
  readonly onReady: (result: { readonly generation: number; readonly ok: boolean; readonly why: string }) => void;
  readonly onUnwell: (result: { readonly generation: number; readonly reason: string }) => void;
  /** Liveness, which others may wait for, is not what it was. */
  readonly onChange: () => void;
}

/** The probes of one program, opened when its first life begins, and what they last said. */
export class ProbeWatch implements Disposable {
  readonly #shared: Shared;
  readonly #options: ProbeWatchOptions;
  #probes: ProgramProbes | undefined;
  #spec: ProgramSpec | undefined;
  #live: boolean | null = null;
  #note: string | null = null;

  constructor(shared: Shared, options: ProbeWatchOptions) {
    this.#shared = shared;
    this.#options = options;
  }

  /** Null without a liveness probe, or before its first word. */
  get live(): boolean | null {
    return this.#live;
  }

  /** False once the liveness probe has failed. */
  get isLive(): boolean {
    return this.#live !== false;
  }

  /** What the failing probe says, or the program of itself. */
  get note(): string | null {
    return this.#note;
  }

  /** Takes the program's output, when a probe wants it. */
  readonly output = (bytes: Uint8Array): void => this.#probes?.output?.(bytes);

  /**
   * Opens what has to be there before the program is.
   *
   * @returns variables that the program is to be started with
   * @throws AppdError when a socket cannot be made
   */
  open(spec: ProgramSpec): Readonly<Record<string, string>> {
    if (!isSame(this.#spec, spec)) this.#close();
    this.#spec = spec;
    const { openProbes } = this.#shared;
    if (openProbes === undefined || (spec.ready === undefined && spec.live === undefined)) return {};
    const { directory } = this.#options;
    const env = environmentOf(this.#shared, spec, {});
    this.#probes ??= openProbes({ spec, directory, env }, {
      onReady: (result) => {
        this.#note = result.ok ? null : result.why;
        this.#options.onReady(result);
      },
      onLive: (result) => this.#judge(result),
      onNote: (text) => void (this.#note = text),
    });
    return this.#probes.env;
  }

  #judge({ generation, ok, why }: { readonly generation: number; readonly ok: boolean; readonly why: string }): void {
    this.#live = ok;
    this.#note = ok ? null : why;
    this.#options.onChange();
    if (!ok) this.#options.onUnwell({ generation, reason: `its liveness probe failed: ${why}` });
  }

  begin(life: Life): void {
    this.#live = null;
    this.#note = null;
    this.#probes?.begin(life);
  }

  watch(): void {
    this.#probes?.watch();
  }

  end(): void {
    this.#probes?.end();
  }

  /** Takes up changed probes of a program that goes on. */
  change(spec: ProgramSpec, state: State): void {
    if (this.#spec === undefined || isSame(this.#spec, spec)) return;
    this.open(spec);
    if (state.kind !== "starting" && state.kind !== "running") return;
    this.begin(state.life);
    if (state.kind === "running") this.watch();
  }

  #close(): void {
    this.#probes?.[Symbol.dispose]();
    this.#probes = undefined;
  }

  [Symbol.dispose](): void {
    this.#close();
  }
}

function isSame(before: ProgramSpec | undefined, after: ProgramSpec): boolean {
  return before !== undefined &&
    canonicalJson([before.ready, before.live]) === canonicalJson([after.ready, after.live]);
}
