import { formatDuration } from "../base/duration.ts";
import type { Clock, Timer } from "../system/clock.ts";
import type { NotifyInbox } from "./notify.ts";
import { afterAwake } from "./patience.ts";
import type { Probe, ProbeSpec } from "./probe.ts";

/**
 * Liveness by WATCHDOG=1: each `period` without one is a failure, WATCHDOG=trigger is as bad as all of them. The program
 * is told the period as WATCHDOG_USEC and may change it by a message; as with systemd it does well to send twice in it.
 */
export function watchdog(
  times: Pick<ProbeSpec, "initialDelay" | "period">,
  { clock, inbox }: { readonly clock: Clock; readonly inbox: Pick<NotifyInbox, "hear"> },
): Probe {
  return (tell) => {
    let period = times.period;
    let timer: Timer;
    const wait = (ms: number) => {
      timer = afterAwake(clock, ms, () => {
        wait(period);
        tell({ ok: false, why: `no WATCHDOG=1 within ${formatDuration(period)}` });
      });
    };
    const again = () => {
      timer[Symbol.dispose]();
      wait(period);
    };
    wait(times.initialDelay + period);
    const hearing = inbox.hear((message) => {
      if (message.watchdogPeriod !== undefined) period = message.watchdogPeriod;
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
