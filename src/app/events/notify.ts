import { versionText } from "../../base/version.ts";
import type { Outside } from "../../notify/courier.ts";
import { createNotifier, type Notifier } from "../../notify/notify.ts";
import type { NotifySettings } from "../../notify/settings.ts";
import { inheritedOf } from "../../programs/environment.ts";
import type { JobEvent } from "../../jobs/events.ts";
import { failureIn, type ProgramEvent } from "../../programs/events.ts";
import { systemPost } from "../../system/post.ts";
import { type Processes, trySignal } from "../../system/processes.ts";
import type { Context } from "../context.ts";
import type { Logs } from "../logs.ts";

/** The notifier of this instance. */
export function openNotifier(context: Context, logs: Logs, settings: readonly NotifySettings[]): Notifier {
  const { clock, host, processes } = context.system;
  const { product } = context.app;
  const agent = `${product.name}/${versionText(product)}`;
  const headers = { "content-type": "application/json; charset=utf-8", "user-agent": agent };
  return createNotifier(settings, {
    clock,
    log: logs.logging.logger("notify"),
    outside: {
      post: (url, body, signal) => systemPost(url, { body, signal, headers }),
      run: commandRunner(processes, { cwd: context.paths.home, env: host.env }),
    },
    sender: { host: host.name, instance: context.instance },
  });
}

/** Hands on what is news or may become news. */
export function tellNotifier(notifier: Notifier, event: ProgramEvent): void {
  switch (event.kind) {
    case "ended":
    case "retrying":
    case "crash_loop":
    case "stable":
      return notifier.tell(event);
  }
  const reason = failureIn(event);
  if (reason !== undefined) notifier.tell({ ...event, kind: "failed", reason });
}

/** As {@link tellNotifier}, of a job. That it is overdue no more is heard of with the run that ended well. */
export function tellNotifierOfJob(notifier: Notifier, event: JobEvent): void {
  if (event.kind === "job_overdue") return notifier.tellJob(event);
  if (event.kind !== "job_ended") return;
  const { job, at, kind, run } = event;
  switch (run.state) {
    case "ok":
    case "failed":
    case "timeout":
    case "interrupted":
      return notifier.tellJob({ job, at, kind, run: { ...run, outcome: run.state } });
  }
}

/** Runs commands in sessions of their own; an abort kills the whole group. */
export function commandRunner(
  processes: Pick<Processes, "spawn" | "kill">,
  around: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Outside["run"] {
  return async (command, variables, signal) => {
    const env = { ...inheritedOf(around.env), ...variables };
    const child = processes.spawn({ command, cwd: around.cwd, env, output: null, umask: 0o077 });
    const kill = () => void trySignal(processes, -child.pid, "SIGKILL");
    if (signal.aborted) kill();
    signal.addEventListener("abort", kill);
    try {
      return await child.exited;
    } finally {
      signal.removeEventListener("abort", kill);
    }
  };
}
