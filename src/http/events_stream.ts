import type { Context } from "hono";
import { AppdError } from "../base/errors.ts";
import { isInstanceOf } from "../base/instance_name.ts";
import type { EventReport } from "../base/event_report.ts";
import { type Clock, systemClock } from "../system/clock.ts";
import { EVENT_STREAM } from "./output.ts";
import { replyJson, SECURITY_HEADERS } from "./problem.ts";
import type { EventSource, RouteDeps } from "./route.ts";

/** Milliseconds between two signs of life, and how many events may wait for a client that does not read. */
export const STREAM_LIMITS = { heartbeatMs: 15_000, queue: 256 };

/** How long a client is asked to wait before it connects again, in milliseconds. */
const RECONNECT_MS = 3000;

/** Answers `GET /api/v1/events`, by WHATWG HTML 9.2. */
export function serveEvents(context: Context, { events, clock = systemClock }: RouteDeps): Response {
  const asked = context.req.header("last-event-id") || context.req.query("since");
  const after = asked === undefined ? undefined : parseId(asked);
  const program = context.req.query("program");
  const wanted = (event: EventReport) =>
    program === undefined || isInstanceOf(event.program, program) || event.job === program || event.check === program;
  if (!wantsStream(context.req.query("stream"))) {
    return replyJson({ events: events.since(after ?? 0).filter(wanted) });
  }
  const body = eventStream(events, { after, wanted, clock });
  return new Response(body, { headers: { ...SECURITY_HEADERS, "content-type": EVENT_STREAM } });
}

function parseId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new AppdError("Last-Event-ID and since must be the id of an event", { exit: "usage" });
}

function wantsStream(text = "true"): boolean {
  if (text === "true" || text === "false") return text === "true";
  throw new AppdError("stream must be true or false", { exit: "usage" });
}

export interface StreamOptions {
  /** Events after this one are sent first, as far as they are remembered. Undefined: only what happens from now on. */
  readonly after?: number | undefined;
  readonly wanted: (event: EventReport) => boolean;
  readonly clock: Pick<Clock, "every">;
}

/**
 * Events as bytes, for as long as somebody reads. Nothing is made ready before it is asked for: a client that is slow
 * costs a queue of at most {@link STREAM_LIMITS}`.queue` references, and when that is full the stream ends; the client can
 * come back and ask for what it missed. Cancelling lets go of everything.
 */
export function eventStream(source: EventSource, options: StreamOptions): ReadableStream<Uint8Array> {
  const feed = new Feed(source, options);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const text = await feed.next();
      if (text === undefined) controller.close();
      else controller.enqueue(new TextEncoder().encode(text));
    },
    cancel: () => feed.end(),
  }, { highWaterMark: 0 });
}

/** What is to be sent to one client. */
class Feed {
  readonly #missed: EventReport[];
  readonly #held: DisposableStack;
  readonly #queue: EventReport[] = [];
  #greeted = false;
  #ended = false;
  #wake: (text: string | undefined) => void = () => {};
  #waiting = false;

  constructor(source: EventSource, { after, wanted, clock }: StreamOptions) {
    this.#missed = after === undefined ? [] : source.since(after).filter(wanted);
    using held = new DisposableStack();
    held.use(source.subscribe((event) => wanted(event) && this.#take(event)));
    held.use(clock.every(STREAM_LIMITS.heartbeatMs, () => this.#give(": alive\n\n")));
    this.#held = held.move();
  }

  /** The next piece of the stream; undefined at its end. */
  async next(): Promise<string | undefined> {
    if (!this.#greeted) {
      this.#greeted = true;
      return `retry: ${RECONNECT_MS}\n\n`;
    }
    const event = this.#missed.shift() ?? this.#queue.shift();
    if (event !== undefined) return format(event);
    if (this.#ended) return undefined;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#wake = resolve;
    this.#waiting = true;
    return await promise;
  }

  end(): void {
    this.#ended = true;
    this.#held[Symbol.dispose]();
    this.#missed.length = 0;
    this.#queue.length = 0;
    this.#give(undefined);
  }

  #take(event: EventReport): void {
    if (this.#waiting) return this.#give(format(event));
    this.#queue.push(event);
    if (this.#queue.length > STREAM_LIMITS.queue) this.end();
  }

  /** Hands a piece to the reader when it waits for one; a reader that is busy needs no sign of life. */
  #give(text: string | undefined): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    this.#wake(text);
  }
}

/** JSON has no line ends of its own, so that one `data` field holds it. */
function format(event: EventReport): string {
  return `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}
