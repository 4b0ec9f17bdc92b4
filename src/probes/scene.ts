import type { ProbeSpec } from "../base/probe_spec.ts";

/** One program, as far as its probes are concerned. */
export interface Scene {
  readonly spec: {
    readonly name: string;
    readonly user?: string;
    readonly group?: string;
    readonly ready?: ProbeSpec;
    readonly live?: ProbeSpec;
  };
  /** Of the program, absolute, 0700. */
  readonly directory: string;
}

/** A verdict on one life of a program. */
export interface Verdict {
  readonly generation: number;
  readonly ok: boolean;
  readonly why: string;
}

/** Who hears what the probes say. */
export interface Listener {
  onReady(verdict: Verdict): void;
  onLive(verdict: Verdict): void;
  /** STATUS= of sd_notify(3), fit to be shown; and why the program's notifications cannot be received. */
  onNote(text: string): void;
  /** EXTEND_TIMEOUT_USEC= of sd_notify(3): the program asks for so many milliseconds from now on. */
  onExtend?(wish: { readonly generation: number; readonly ms: number }): void;
}

/** The probes of one program. */
export interface Probes extends Disposable {
  /** Variables that the program has to be started with. */
  readonly env: Readonly<Record<string, string>>;
  /** @param life `ready`: it was ready before, and is until the probe fails as often as it takes */
  begin(life: { readonly generation: number; readonly ready?: boolean }): void;
  watch(): void;
  end(): void;
  readonly output: ((bytes: Uint8Array) => void) | undefined;
}
