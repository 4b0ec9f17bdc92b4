import { canonicalJson } from "../base/canonical.ts";
import type { ProgramProbes, Shared } from "./deps.ts";
import { type ProgramSpec, specMark } from "./program_spec.ts";
import type { Life, State } from "./state.ts";

interface ProbeWatchOptions {
  /** Of the program. */
  readonly directory: string;
  readonly onReady: (result: { readonly generation: number; readonly ok: boolean; readonly why: string }) => void;
  readonly onExtend: (wish: { readonly generation: number; readonly ms: number }) => void;
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
  /** What the failing probe says, and what the program said of itself. */
  #failing: string | null = null;
  #said: string | null = null;

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
    return this.#failing ?? this.#said;
  }

  /** Takes the program's output; undefined while no probe wants it. */
  get output(): ((bytes: Uint8Array) => void) | undefined {
    return this.#probes?.output;
  }

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
    this.#probes ??= openProbes({ spec, directory }, {
      onReady: (result) => {
        this.#failing = result.ok ? null : result.why;
        this.#options.onReady(result);
      },
      onLive: (result) => this.#judge(result),
      onExtend: (wish) => this.#options.onExtend(wish),
      onNote: (text) => void (this.#said = text === "" ? null : text),
    });
    return this.#probes.env;
  }

  #judge({ generation, ok, why }: { readonly generation: number; readonly ok: boolean; readonly why: string }): void {
    this.#live = ok;
    this.#failing = ok ? null : why;
    this.#options.onChange();
    if (!ok) this.#options.onUnwell({ generation, reason: `its liveness probe failed: ${why}` });
  }

  /** @param ready it was seen ready before: by an earlier daemon, or by the probe that this one takes the place of */
  begin(life: Life, ready: boolean): void {
    this.#live = null;
    this.#failing = null;
    this.#said = null;
    this.#probes?.begin({ ...life, ready });
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
    this.begin(state.life, state.kind === "running" && state.ready);
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

/** Also of what an `exec` probe runs as, which is what the program runs as. */
function isSame(before: ProgramSpec | undefined, after: ProgramSpec): boolean {
  const mark = (spec: ProgramSpec) => canonicalJson([spec.ready, spec.live, specMark(spec)]);
  return before !== undefined && mark(before) === mark(after);
}
