import { AppdError, cannot } from "../base/errors.ts";
import { EXIT_CODES, type ExitName } from "../base/exit_codes.ts";

/** Talks to a daemon over its control socket. Loads nothing but the runtime's fetch, because every verb pays for it. */
export interface ControlClient {
  /**
   * The JSON that the daemon answers, also when it answers 503, as `/health` does. Undefined when nobody answers: there is
   * no socket, nobody listens on it, or nothing came in time.
   *
   * @throws AppdError when the daemon refuses
   */
  get<T>(path: string): Promise<T | undefined>;
  /**
   * The JSON that an action answers. Undefined when there is no socket or nobody listens on it: nothing was done.
   *
   * @throws AppdError the daemon's own error; (unavailable) when no answer came in time, so that it may have been done
   */
  post<T>(path: string, body?: Readonly<Record<string, unknown>>): Promise<T | undefined>;
  /**
   * Whatever the daemon answers, of any status and type; its body may be a stream. Undefined when nobody answers.
   *
   * @param init a `signal` of its own takes the place of the time limit
   */
  request(path: string, init: RequestInit): Promise<Response | undefined>;
  /**
   * The JSON values of a stream of server-sent events, until the daemon ends it or `signal` aborts. Without a daemon that
   * answers there are none.
   *
   * @throws AppdError when the daemon refuses
   */
  stream<T>(path: string, signal: AbortSignal): AsyncGenerator<T>;
}

export interface ControlClientOptions {
  /** Milliseconds for a whole request. */
  readonly timeoutMs: number;
}

/** @param socket path of the control socket */
export function controlClient(socket: string, { timeoutMs }: ControlClientOptions): ControlClient {
  async function send(path: string, init: RequestInit): Promise<unknown> {
    const client = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch(`http://localhost${path}`, { ...init, signal, client });
      return answerOf(path, await response.text());
    } catch (error) {
      return failed(error, socket);
    } finally {
      client.close();
    }
  }

  async function request(path: string, init: RequestInit): Promise<Response | undefined> {
    const client = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });
    try {
      const signal = init.signal ?? AbortSignal.timeout(timeoutMs);
      const { body, status, headers } = await fetch(`http://localhost${path}`, { ...init, signal, client });
      const close = () => client.close();
      const closing = new TransformStream<Uint8Array, Uint8Array>({ flush: close, cancel: close });
      if (body === null) client.close();
      // With the signal: the runtime forgets that of a fetch together with its Response, of which only the body is kept.
      return new Response(body?.pipeThrough(closing, { signal }) ?? null, { status, headers });
    } catch (error) {
      client.close();
      failed(error, socket);
      return undefined;
    }
  }

  async function* stream<T>(path: string, signal: AbortSignal): AsyncGenerator<T> {
    const client = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });
    try {
      const response = await fetch(`http://localhost${path}`, { signal, client });
      if (response.ok && response.body !== null) return yield* valuesOf<T>(response.body);
      answerOf(path, await response.text());
    } catch (error) {
      if (!signal.aborted) failed(error, socket);
    } finally {
      client.close();
    }
  }

  return {
    request,
    stream,
    async get<T>(path: string) {
      const answer = await send(path, {});
      return answer === NO_ANSWER || answer === NOBODY ? undefined : answer as T;
    },
    async post<T>(path: string, body: Readonly<Record<string, unknown>> = {}) {
      const answer = await send(path, { method: "POST", body: JSON.stringify(body) });
      if (answer === NOBODY) return undefined;
      if (answer !== NO_ANSWER) return answer as T;
      throw cannot(["ask", path], `the daemon gave no answer (limit ${timeoutMs} ms)`, {
        exit: "unavailable",
        hint: "see what it is doing: appd status; appd logs",
      });
    },
  };
}

async function* valuesOf<T>(body: ReadableStream<Uint8Array>): AsyncGenerator<T> {
  const { readMessages } = await import("./event_reader.ts");
  for await (const { data } of readMessages(body)) yield JSON.parse(data) as T;
}

const NOBODY = Symbol("nobody listens");
const NO_ANSWER = Symbol("no answer");

/**
 * What an answer says.
 *
 * @param path that was asked, for messages
 * @throws AppdError the daemon's own, with its hint and exit code; (internal) when it is not JSON
 */
export function answerOf(path: string, text: string): unknown {
  let answer: { readonly error?: unknown } | null;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw cannot(["read the answer to", path], "it is not JSON", { exit: "internal", cause: error });
  }
  const { message, hint, exit } = (answer?.error ?? {}) as Record<string, unknown>;
  if (typeof message !== "string") return answer;
  throw new AppdError(message, {
    exit: isExitName(exit) ? exit : "generic",
    ...(typeof hint === "string" ? { hint } : {}),
  });
}

function isExitName(name: unknown): name is ExitName {
  return typeof name === "string" && Object.hasOwn(EXIT_CODES, name);
}

/** fetch tells why it could not connect only in the text of its TypeError. */
function failed(error: unknown, socket: string): symbol {
  if (error instanceof AppdError) throw error;
  if (error instanceof DOMException && error.name === "TimeoutError") return NO_ANSWER;
  const text = error instanceof Error ? error.message : String(error);
  if (/\(Connect\).*(os error 2|os error 111|os error 61)\b/.test(text)) return NOBODY;
  if (/\(Connect\).*os error (13|1)\b/.test(text)) {
    throw cannot(["open", socket], "permission denied (EACCES)", {
      exit: "noPermission",
      cause: error,
      hint: "only the user that runs the daemon, and root, may control it",
    });
  }
  if (error instanceof TypeError) return NO_ANSWER; // The daemon died, or dropped us, before it had answered.
  throw error;
}
