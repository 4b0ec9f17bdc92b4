import { delayed } from "./delay.ts";
import { execLook } from "./exec.ts";
import { httpLook } from "./http.ts";
import { logPattern } from "./log_pattern.ts";
import { announced, type NotifyInbox } from "./notify.ts";
import type { ProbeSpec } from "../base/probe_spec.ts";
import type { Probe, ProbeDeps } from "./probe.ts";
import { asking } from "./prober.ts";
import { tcpLook } from "./tcp.ts";
import { watchdog } from "./watchdog.ts";

/** A configured probe, ready to be started for one life after the other. */
export interface Method {
  readonly probe: Probe;
  /** Takes the program's output, where and while the method wants it. */
  readonly feed?: ((bytes: Uint8Array) => void) | undefined;
}

/** Where notifications cannot be received nobody is told anything. */
const MUTE: Probe = () => ({ [Symbol.dispose]() {} });

/**
 * What a probe does. Of the times, `log`, `delay` and readiness by `notify` need none: their one word is enough.
 *
 * @param parts the inbox is missing where there is no place for one
 */
export function methodOf(
  spec: ProbeSpec,
  parts: { readonly role: "ready" | "live"; readonly deps: ProbeDeps; readonly inbox: NotifyInbox | undefined },
): Method {
  const { method } = spec;
  const { deps, inbox, role } = parts;
  const { clock, connector, run } = deps;
  switch (method.kind) {
    case "http":
      return { probe: asking(spec, httpLook(method.url, deps), clock) };
    case "tcp":
      return { probe: asking(spec, tcpLook(method, connector), clock) };
    case "exec":
      return { probe: asking(spec, execLook(method.command, run), clock) };
    case "delay":
      return { probe: delayed(method.ms, clock) };
    case "log":
      return logPattern(method.pattern);
    case "notify":
      if (inbox === undefined) return { probe: MUTE };
      return { probe: role === "ready" ? announced(inbox) : watchdog(spec, { clock, inbox }) };
  }
}
