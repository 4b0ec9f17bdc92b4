import { formatDuration } from "../base/duration.ts";
import type { ProbeMethod, ProbeSpec } from "../base/probe_spec.ts";
import type { Kind, Reading } from "./kind.ts";
import { tableOf } from "./kind_table.ts";
import { duration, integer } from "./kinds.ts";
import { argv } from "./kinds_nested.ts";
import { endpoint, webAddress } from "./kinds_net.ts";
import { onlyTrue, regularExpression } from "./kinds_text.ts";
import { setting } from "./setting.ts";

/** What either probe can look at. */
const LOOKS = {
  http: setting(webAddress({ example: "http://127.0.0.1:9000/ready" }), {
    help: "GET of this URL answers 200 to 399",
    reload: "applied",
    example: "http://127.0.0.1:9000/ready",
  }),
  tcp: setting(endpoint(), {
    help: "something listens there; a port alone is one of 127.0.0.1",
    reload: "applied",
    example: "127.0.0.1:5432",
  }),
  exec: setting(argv(), {
    help: "this command, run as the program is, exits with 0",
    reload: "applied",
    example: ["pg_isready", "-q"],
  }),
} as const;

/** What only readiness can be told by. */
const READY_LOOKS = {
  log: setting(regularExpression(), {
    help: "a line of the output matches this regular expression, once in a life",
    reload: "applied",
    example: "ready to accept connections",
  }),
  delay: setting(duration({ min: 1 }), {
    help: "the program has been alive for so long",
    reload: "applied",
    example: "3s",
  }),
} as const;

function notifySetting(help: string) {
  return { notify: setting(onlyTrue(), { help, reload: "applied", example: true }) };
}

function pace<P extends string, S extends number>(usual: { readonly period: P; readonly mostSuccesses: S }) {
  return {
    initial_delay: setting(duration({ min: 0 }), {
      default: "0s",
      help: "time before the first look",
      reload: "applied",
      example: "5s",
    }),
    period: setting(duration({ min: 10 }), {
      default: usual.period,
      help: "time between two looks",
      reload: "applied",
      example: "5s",
    }),
    timeout: setting(duration({ min: 1 }), {
      default: "1s",
      help: "a look that takes longer has failed",
      reload: "applied",
      example: "3s",
    }),
    success_threshold: setting(integer({ min: 1, max: usual.mostSuccesses }), {
      default: 1,
      help: "successes in a row after which bad turns to good",
      reload: "applied",
      example: 1,
    }),
    failure_threshold: setting(integer({ min: 1, max: MOST_IN_A_ROW }), {
      default: 3,
      help: "failures in a row after which good turns to bad",
      reload: "applied",
      example: 5,
    }),
  } as const;
}

const MOST_IN_A_ROW = 1000;

/** The probe that says when a program can be used. */
export function readyProbe(): Kind<ProbeSpec> {
  const fields = {
    ...notifySetting("the program sends READY=1, sd_notify(3)"),
    ...LOOKS,
    ...READY_LOOKS,
    ...pace({ period: "1s", mostSuccesses: MOST_IN_A_ROW }),
  };
  return tableOf(fields, { label: "probe", example: EXAMPLE, finish: probeOf });
}

/** The probe that says whether a program has to be started again. Kubernetes, too, lets one success be enough here. */
export function liveProbe(): Kind<ProbeSpec> {
  const fields = {
    ...notifySetting(
      "the program sends WATCHDOG=1, sd_notify(3), at least once in period times failure_threshold, its WATCHDOG_USEC",
    ),
    ...LOOKS,
    ...pace({ period: "10s", mostSuccesses: 1 }),
  };
  const hints = { log: READY_ONLY, delay: READY_ONLY };
  return tableOf(fields, { label: "probe", example: EXAMPLE, hints, finish: probeOf });
}

const EXAMPLE = '{ http = "http://127.0.0.1:9000/ready" }';
const READY_ONLY = "log and delay are for ready; live takes notify, http, tcp or exec";

interface Given extends Omit<ProbeSpec, "method"> {
  readonly notify?: true;
  readonly http?: string;
  readonly tcp?: { readonly hostname: string; readonly port: number };
  readonly exec?: readonly string[];
  readonly log?: string;
  readonly delay?: number;
}

function probeOf(given: Given, reading: Reading): ProbeSpec | undefined {
  const { initialDelay, period, timeout, successThreshold, failureThreshold } = given;
  const [method, second] = methodsOf(given);
  if (method === undefined) {
    return void reading.flaw("says not what to look at", { hint: "add one of notify, http, tcp, exec, log, delay" });
  }
  if (second !== undefined) {
    return void reading.flaw(`has ${method.kind} and ${second.kind}, and takes one`, {
      hint: "keep one; a command of your own can look at several things: exec",
    });
  }
  return { method, initialDelay, period, timeout, successThreshold, failureThreshold };
}

function methodsOf({ notify, http, tcp, exec, log, delay }: Given): ProbeMethod[] {
  return [
    ...(notify === undefined ? [] : [{ kind: "notify" } as const]),
    ...(http === undefined ? [] : [{ kind: "http", url: http } as const]),
    ...(tcp === undefined ? [] : [{ kind: "tcp", ...tcp } as const]),
    ...(exec === undefined ? [] : [{ kind: "exec", command: exec } as const]),
    ...(log === undefined ? [] : [{ kind: "log", pattern: log } as const]),
    ...(delay === undefined ? [] : [{ kind: "delay", ms: delay } as const]),
  ];
}

/** A readiness probe that can never succeed in time is a mistake of writing. */
export function checkReadyInTime(
  { ready, startTimeout }: { readonly ready?: ProbeSpec; readonly startTimeout: number },
  reading: Reading,
): void {
  if (ready === undefined) return;
  const key = ready.method.kind === "delay" ? "delay" : "initial_delay";
  const least = ready.method.kind === "delay" ? ready.method.ms : ready.initialDelay;
  if (least < startTimeout) return;
  reading.flaw(`is ${formatDuration(least)}, and start_timeout is over by then (${formatDuration(startTimeout)})`, {
    path: ["ready", key],
    hint: `add: start_timeout = "${formatDuration(2 * least)}"`,
  });
}
