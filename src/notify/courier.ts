import { formatDuration } from "../base/duration.ts";
import { messageOf } from "../base/errors.ts";
import { type Clock, delay } from "../system/clock.ts";
import { UnsentError } from "../system/post.ts";
import { type Letter, variablesOf } from "./letter.ts";
import type { NotifySettings } from "./settings.ts";

/** The ways out of this process. Both stop at once when `signal` aborts, and reject. */
export interface Outside {
  /** POSTs JSON, follows no redirect; @returns the status code @throws UnsentError when there was no connection */
  post(url: string, body: string, signal: AbortSignal): Promise<number>;
  /** Runs argv with these variables in a session of its own; an abort kills all of it. @returns how it ended */
  run(
    command: readonly string[],
    env: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<{ readonly code: number } | { readonly signal: string }>;
}

/** When a letter is given up. */
export interface Patience {
  /** Aborted: what is under way is waited for, and nothing is tried again. */
  readonly stopping: AbortSignal;
  /** Aborted: at once. */
  readonly expired: AbortSignal;
}

/** Milliseconds before the second and each further try of a webhook. */
export const RETRY_DELAYS: readonly number[] = [1000, 5000, 25_000];

/** Nothing was done, and another try may help; with every other code of a failure below 500 it cannot. */
const PASSING: readonly number[] = [408, 425, 429];

interface Deps {
  readonly clock: Clock;
  readonly outside: Outside;
}

/**
 * Brings a letter to whom the settings name. A webhook is tried several times, as long as it is certain that the letter has
 * not been taken: who is only slow to answer has it perhaps, and would page somebody once for each try.
 *
 * @throws Error why it did not arrive; the text contains nothing of a webhook's address but its host
 */
export async function deliver(
  letter: Letter,
  settings: NotifySettings,
  patience: Patience,
  { clock, outside }: Deps,
): Promise<void> {
  const { webhook, command, timeout } = settings;
  const limited = <T>(work: (signal: AbortSignal) => Promise<T>) => within(timeout, { clock, work, ...patience });
  if (webhook !== undefined) {
    const post = () => limited((signal) => outside.post(webhook, JSON.stringify(letter), signal));
    return await postPatiently(post, { webhook, patience, clock });
  }
  const exit = await limited((signal) => outside.run(command ?? [], variablesOf(letter), signal));
  if ("signal" in exit) throw new Error(`the command was killed by ${exit.signal}`);
  if (exit.code !== 0) throw new Error(`the command ended with exit code ${exit.code}`);
}

async function postPatiently(
  post: () => Promise<number>,
  { webhook, patience, clock }: { webhook: string; patience: Patience; clock: Clock },
): Promise<void> {
  for (let tries = 0;; tries++) {
    const answer = await post().catch((error: unknown) => failed(error, webhook));
    if (typeof answer === "number" && answer >= 200 && answer < 300) return;
    const pause = RETRY_DELAYS[tries];
    if (pause === undefined || !mayPass(answer) || patience.stopping.aborted) throw failureOf(answer);
    await delay(clock, pause, patience.stopping);
    if (patience.stopping.aborted) throw failureOf(answer);
  }
}

function failed(error: unknown, webhook: string): Error {
  const text = withoutAddress(messageOf(error), webhook);
  if (error instanceof UnsentError) return new UnsentError(text);
  return new Error(`${text}; it may have arrived, so it is not sent again`);
}

function mayPass(answer: number | Error): boolean {
  if (answer instanceof Error) return answer instanceof UnsentError;
  return answer >= 500 || PASSING.includes(answer);
}

function failureOf(answer: number | Error): Error {
  if (answer instanceof Error) return answer;
  const redirect = answer >= 300 && answer < 400 ? ", and redirects are not followed" : "";
  return new Error(`the answer was HTTP ${answer}${redirect}`);
}

/** An address may carry a secret in any part but its host. */
export function withoutAddress(text: string, address: string): string {
  const url = URL.parse(address);
  if (url === null) return "the address is none";
  const short = text.replaceAll(address, url.host).replaceAll(url.href, url.host);
  const secrets = [url.pathname, url.search, url.hash, url.username, url.password].filter((part) => part.length > 1);
  return secrets.some((secret) => short.includes(secret)) ? "the request failed" : short;
}

interface Limited<T> extends Patience {
  readonly clock: Clock;
  readonly work: (signal: AbortSignal) => Promise<T>;
}

/** Waits for work that may hang even when it is told to stop. */
async function within<T>(ms: number, { clock, work, expired }: Limited<T>): Promise<T> {
  const over = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const end = (why: string) => {
    reject(new Error(why)); // First: what the work says to its abort is no news.
    over.abort();
  };
  const onExpired = () => end("the daemon has stopped");
  using _timer = clock.after(ms, () => end(`it took more than ${formatDuration(ms)}`));
  expired.addEventListener("abort", onExpired);
  try {
    if (expired.aborted) onExpired();
    return await Promise.race([promise, work(over.signal)]);
  } finally {
    expired.removeEventListener("abort", onExpired);
  }
}
