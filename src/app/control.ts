import { type AppdError, type AppdErrorOptions, cannot } from "../base/errors.ts";
import type { HealthReport } from "../base/health_reports.ts";
import type { ReloadResult } from "../base/reload_reports.ts";
import type { StatusReport } from "../base/status_report.ts";
import { answerOf, type ControlClient, controlClient } from "../http/control_client.ts";
import type { Context } from "./context.ts";
import type { Presence } from "../instance/inspect.ts";
import { type AskInit, type Patience, patience } from "./patience.ts";

/** How long the daemon may take to answer a question, in milliseconds. */
const ANSWER_MS = 3000;
/** How long an action such as a reload or a rotation with its compression may take, in milliseconds. */
const ACTION_MS = 120_000;

/** The daemon's control socket. */
export function clientOf(context: Context, timeoutMs = ANSWER_MS): ControlClient {
  return controlClient(context.paths.socket, { timeoutMs });
}

/**
 * The daemon's own report, or undefined when nobody runs or answers. A free lock spares the question.
 *
 * @param timeoutMs milliseconds that the answer may take
 */
export async function askStatus(context: Context, timeoutMs = ANSWER_MS): Promise<StatusReport | undefined> {
  if (!context.system.locks.isHeld(context.paths.lock)) return undefined;
  return await clientOf(context, timeoutMs).get<StatusReport>("/api/v1/status");
}

/** What `status` shows, with the LSB exit code: 0 running, 1 dead with PID file, 3 not running, 4 unknown. */
export async function daemonStatus(context: Context): Promise<{ exit: 0 | 1 | 3 | 4; report: StatusReport }> {
  const report = await askStatus(context);
  if (report) return { exit: 0, report };
  const presence = await look(context);
  const { stoppedReport } = await import("./stopped_report.ts");
  const guard = presence.kind === "running"
    ? undefined
    : (await import("./guard_report.ts")).guardReport(context, presence.kind === "dead");
  const stopped = { ...stoppedReport(context), ...(guard === undefined ? {} : { guard }) };
  if (presence.kind === "stopped") return { exit: 3, report: stopped };
  if (presence.kind === "dead") return { exit: 1, report: stopped };
  return { exit: 4, report: { ...stopped, state: "starting", pid: presence.pid ?? null, answers: false } };
}

/**
 * What a daemon that has to run says of itself.
 *
 * @param action what cannot be done without it
 * @throws AppdError (notRunning, unavailable)
 */
export async function reportFor(
  context: Context,
  action: readonly [verb: string, object: string],
): Promise<StatusReport> {
  const { exit, report } = await daemonStatus(context);
  if (exit === 0) return report;
  if (exit === 4) throw cannot(action, ...silent(report.pid ?? undefined));
  throw cannot(action, "the daemon is not running", { exit: "notRunning", hint: "start it: appd start" });
}

/** What `/health` says, or undefined when the daemon does not run. */
export async function health(context: Context): Promise<HealthReport | undefined> {
  return await clientOf(context).get<HealthReport>("/health");
}

/** The last results of the health checks, by name. @throws AppdError (unavailable) when the daemon does not answer */
export async function checksOf(
  context: Context,
  action: readonly [verb: string, object: string],
): Promise<HealthReport["checks"]> {
  return (await healthFor(context, action)).checks;
}

/** What `/health` says. @throws AppdError (unavailable) when the daemon does not answer */
export async function healthFor(
  context: Context,
  action: readonly [verb: string, object: string],
): Promise<HealthReport> {
  const report = await health(context);
  if (report !== undefined) return report;
  throw cannot(action, ...silent(undefined));
}

/** What a reload shall do; times in milliseconds. */
export interface ReloadRequest {
  /** Only say what would be done. */
  readonly plan?: boolean;
  /** Take it back after this time, unless it is confirmed. */
  readonly confirmMs?: number;
}

/** Applies the configuration, or plans it. @throws AppdError (notRunning) */
export async function reloadDaemon(context: Context, { plan, confirmMs }: ReloadRequest = {}): Promise<ReloadResult> {
  return await act<ReloadResult>(context, ["reload", context.called], "/api/v1/reload", {
    ...(plan ? { plan } : {}),
    ...(confirmMs === undefined ? {} : { confirm_s: confirmMs / 1000 }),
  });
}

/** Keeps what a reload on probation did. @throws AppdError (notRunning), (generic) when none waits for it */
export async function confirmReload(context: Context): Promise<void> {
  await act(context, ["confirm the reload of", context.called], "/api/v1/reload/confirm");
}

/** Rotates every log; resolves when the archives are complete. @throws AppdError (notRunning) */
export async function rotateLogs(context: Context): Promise<void> {
  await act(context, ["rotate the logs of", context.called], "/api/v1/rotate");
}

/** What there is of a daemon. Loaded only where the daemon has not answered for itself: a verb that it answers stays fast. */
export async function look(context: Context): Promise<Presence> {
  const { presenceOf } = await import("./presence.ts");
  return presenceOf(context);
}

/**
 * Lets the daemon do something.
 *
 * @param action verb and object, for the message when nobody is there to do it
 * @throws AppdError (notRunning, unavailable) and what the daemon itself says against it
 */
export async function act<T>(
  context: Context,
  action: readonly [string, string],
  path: string,
  body: Readonly<Record<string, unknown>> = {},
): Promise<T> {
  // The socket first: root may ask a daemon of another user, whose PID file it would not trust.
  if (await askStatus(context) === undefined) throw await unheard(context, action);
  const answer = await clientOf(context, ACTION_MS).post<T>(path, body);
  if (answer === undefined) throw await unheard(context, action);
  return answer;
}

/**
 * Asks the daemon anything, one of the app's own endpoints for example, and hands on what it answers. The time that is
 * given is that until the answer begins; its body may be a stream without an end.
 *
 * @param path with the leading slash
 * @throws AppdError (notRunning), (unavailable) when there is no answer in time, (usage) for what is no path; the reason of
 * the caller's own signal
 */
export async function requestDaemon(context: Context, path: string, init: AskInit = {}): Promise<Response> {
  using waiting = patience(context, path, init);
  return await send(context, path, { init, waiting });
}

/**
 * Asks the daemon for JSON, all of which has to be there in time.
 *
 * @param path as for {@link requestDaemon}
 * @throws AppdError as {@link requestDaemon}, and the daemon's own with its hint and exit code
 */
export async function askDaemon<T>(context: Context, path: string, init: AskInit = {}): Promise<T> {
  using waiting = patience(context, path, init);
  const response = await send(context, path, { init, waiting });
  const text = await response.text().catch((error) => {
    throw waiting.errorOf(error);
  });
  const answer = answerOf(path, text);
  if (response.ok) return answer as T;
  throw cannot(["ask for", path], `the daemon answers ${response.status}`, { exit: "generic", hint: "see: appd logs" });
}

async function send(
  context: Context,
  path: string,
  { init, waiting }: { readonly init: AskInit; readonly waiting: Patience },
): Promise<Response> {
  const { timeoutMs: _, ...rest } = init;
  try {
    const response = await clientOf(context).request(path, { ...rest, signal: waiting.signal });
    if (response !== undefined) return response;
  } catch (error) {
    throw waiting.errorOf(error);
  }
  init.signal?.throwIfAborted(); // Its own time limit looks as if nobody were there.
  throw await unheard(context, ["ask", context.called]);
}

/** Why nobody answered. */
async function unheard(context: Context, action: readonly [string, string]): Promise<AppdError> {
  const presence = await look(context);
  if (presence.kind === "running") return cannot(action, ...silent(presence.pid));
  return cannot(action, "the daemon is not running", { exit: "notRunning", hint: "start it: appd start" });
}

/** Words for a daemon that holds its lock and does not answer: it starts, or it hangs. */
export function silent(pid: number | undefined): [cause: string, options: AppdErrorOptions] {
  const who = pid === undefined ? "the daemon" : `the daemon, PID ${pid},`;
  return [`${who} runs but does not answer`, { exit: "unavailable", hint: "end it by force if need be: appd stop" }];
}
