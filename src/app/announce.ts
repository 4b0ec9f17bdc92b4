import { systemTimezone } from "../base/timezone.ts";
import type { Logger } from "../base/logger.ts";
import type { Context } from "./context.ts";
import type { Daemon } from "./running_daemon.ts";

/** Tells the service manager of a daemon; without one that listens it does nothing. */
export interface Announcement extends AsyncDisposable {
  /** From now on, what becomes of this daemon. */
  follow(daemon: Daemon): void;
}

/** Of a daemon that nobody asks: detached, or without NOTIFY_SOCKET. */
const UNHEARD: Announcement = { follow() {}, [Symbol.asyncDispose]: () => Promise.resolve() };

/** Begins to tell the service manager that started this process; nothing is loaded when there is none that listens. */
export async function announce(
  context: Context,
  { detached, log }: { detached: boolean; log: Logger },
): Promise<Announcement> {
  const { clock, host } = context.system;
  if (detached || !host.env.NOTIFY_SOCKET) return UNHEARD;
  const [{ Announcer }, { notifyVariables }, { openNotifySocket }, { monotonicMicroseconds }] = await Promise.all([
    import("../service/announcer.ts"),
    import("../service/notify_variables.ts"),
    import("../system/notify_socket.ts"),
    import("../system/monotonic.ts"),
  ]);
  const variables = notifyVariables(host.env, host.pid);
  const wire = variables && openNotifySocket(variables.address);
  if (wire === undefined) {
    log.warn("cannot tell the service manager how we are", { cause: "unknown kind of NOTIFY_SOCKET" });
    return UNHEARD;
  }
  const announcer = new Announcer({ clock, log, wire, monotonicMicroseconds, watchdogMs: variables?.watchdogMs });
  const zone = systemTimezone(host.env.TZ);
  return {
    follow(daemon) {
      announcer.follow({ facts: () => daemon.report(), timezone: () => daemon.config.timezone ?? zone });
      daemon.onState((from, to) => announcer.changed(from, to));
    },
    [Symbol.asyncDispose]: () => announcer[Symbol.asyncDispose](),
  };
}
