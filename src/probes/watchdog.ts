import { formatDuration } from "../base/duration.ts";
import type { Clock, Timer } from "../system/clock.ts";
import type { NotifyInbox } from "./notify.ts";
import { afterAwake } from "./patience.ts";
import type { ProbeSpec } from "../base/probe_spec.ts";
import type { Probe } from "./probe.ts";

/** How long a program may be silent, in milliseconds: it is told so as WATCHDOG_USEC, and it is what is acted on. */
export function watchdogTime({ period, failureThreshold }: Pick<ProbeSpec, "period" | "failureThreshold">): number {
  return period * failureThreshold;
}

/**
 * Liveness by WATCHDOG=1, sd_watchdog_enabled(3): silence for {@link watchdogTime} is bad at once, as WATCHDOG=trigger is.
 * The program may change that time by a message; it does well to send twice in it.
 */
export function watchdog(
  times: Pick<ProbeSpec, "initialDelay" | "period" | "failureThreshold">,
  { clock, inbox }: { readonly clock: Clock; readonly inbox: Pick<NotifyInbox, "hear"> },
): Probe {
  return (tell) => {
    let patience = watchdogTime(times);
    let timer: Timer;
    const wait = (ms: number) => {
      timer = afterAwake(clock, ms, () => {
        wait(patience);
        tell({ ok: false, why: `no WATCHDOG=1 within ${formatDuration(patience)}`, decisive: true });
      });
    };
    const again = () => {
      timer[Symbol.dispose]();
      wait(patience);
    };
    wait(times.initialDelay + patience);
    const hearing = inbox.hear((message) => {
      if (message.watchdogPeriod !== undefined) patience = message.watchdogPeriod;
      if (message.watchdogPeriod !== undefined || message.watchdog === "alive") again();
      if (message.watchdog === "alive") tell({ ok: true, why: "it sends WATCHDOG=1" });
      if (message.watchdog === "trigger") tell({ ok: false, why: "it sent WATCHDOG=trigger", decisive: true });
    });
    return {
      [Symbol.dispose]() {
        hearing[Symbol.dispose]();
        timer[Symbol.dispose]();
      },
    };
  };
}
