import { systemClock } from "../system/clock.ts";
import { systemDatagrams } from "../system/datagrams.ts";
import { systemFiles } from "../system/files.ts";
import { systemConnector } from "../system/sockets.ts";
import type { ProbeSpec } from "../base/probe_spec.ts";
import type { ProbeDeps } from "./probe.ts";
import type { Listener, Verdict } from "./scene.ts";

/** For tests: a probe with times that a test can wait for. */
export function probeSpec(method: ProbeSpec["method"], more: Partial<ProbeSpec> = {}): ProbeSpec {
  const usual = { initialDelay: 0, period: 20, timeout: 1000, successThreshold: 1, failureThreshold: 1 };
  return { method, ...usual, ...more };
}

/** The real machine, less commands. */
export function realDeps(more: Partial<ProbeDeps> = {}): ProbeDeps {
  return {
    clock: systemClock,
    connector: systemConnector,
    datagrams: systemDatagrams,
    files: systemFiles,
    run: () => Promise.reject(new Error("this test runs no commands")),
    program: "appd",
    agent: "appd-probe/test",
    uid: Deno.uid() ?? 0,
    runtimeDirectories: [],
    ...more,
  };
}

/** A listener that keeps what it hears. */
export class Ear implements Listener {
  readonly ready: Verdict[] = [];
  readonly live: Verdict[] = [];
  readonly notes: string[] = [];
  readonly extensions: { readonly generation: number; readonly ms: number }[] = [];

  onReady(verdict: Verdict): void {
    this.ready.push(verdict);
  }

  onLive(verdict: Verdict): void {
    this.live.push(verdict);
  }

  onNote(text: string): void {
    this.notes.push(text);
  }

  onExtend(wish: { readonly generation: number; readonly ms: number }): void {
    this.extensions.push(wish);
  }
}
