import { Hono } from "hono";
import { AppdError, type Kit } from "../../src/mod.ts";
import { handOnSoon } from "./deliver.ts";
import type { Config } from "./settings.ts";
import { answerTrigger, listTriggers, type Trigger } from "./triggers.ts";

const MOST = 1000;
/** Milliseconds between two looks for triggers that a listener has not got. */
const LOOK_MS = 200;

/** What clients in any language talk to, over the control socket: the open questions, and a way to answer them. */
export function routes(kit: Kit<Config>): Hono {
  const { store, clock } = kit;
  const app = new Hono();
  app.get("/api/devtrack/triggers", async (context) => {
    const limit = Math.min(MOST, Math.max(1, Number(context.req.query("limit")) || 50)); // SQLite has no limit below 0.
    return context.json({ triggers: await listTriggers(store, { limit, open: context.req.query("open") === "true" }) });
  });
  app.post("/api/devtrack/triggers/:id/answer", async (context) => {
    const { answer } = await context.req.json<{ answer?: unknown }>().catch(noJson);
    if (typeof answer !== "string" || answer === "") {
      throw new AppdError('cannot answer: the body has to be {"answer": "TEXT"}', { exit: "usage" });
    }
    const trigger = await answerTrigger(store, { id: Number(context.req.param("id")), answer, at: clock.now() });
    await handOnSoon(kit);
    return context.json(trigger);
  });
  app.get("/api/devtrack/stream", (context) => {
    const after = Number(context.req.query("after") ?? context.req.header("last-event-id") ?? 0);
    return new Response(streamOf({ store, clock }, after), { headers: { "content-type": "text/event-stream" } });
  });
  return app;
}

/** @throws AppdError (usage) when the body was read and is no JSON; what it was else */
function noJson(error: unknown): never {
  if (!(error instanceof SyntaxError)) throw error;
  throw new AppdError('cannot answer: the body has to be {"answer": "TEXT"}', { exit: "usage", cause: error });
}

/**
 * Triggers with a number above `after` as they come, as server-sent events. Where none has such a high number another
 * database has taken the place of the one that was lost: what is open in that is news.
 */
function streamOf({ store, clock }: Pick<Kit<Config>, "store" | "clock">, after: number): ReadableStream<Uint8Array> {
  let last = after;
  let timer: Disposable | undefined;
  let looking = false;
  return new ReadableStream({
    start(controller) {
      const look = async () => {
        if (looking) return;
        looking = true;
        try {
          const newest = await listTriggers(store, { limit: MOST });
          const highest = newest[0]?.id ?? 0;
          const fresh = newest.filter(({ id, answer }) => highest < last ? answer === null : id > last);
          for (const trigger of fresh.reverse()) controller.enqueue(eventOf(trigger));
          last = highest;
        } catch (error) {
          timer?.[Symbol.dispose]();
          controller.error(error);
        } finally {
          looking = false;
        }
      };
      timer = clock.every(LOOK_MS, () => void look());
    },
    cancel: () => timer?.[Symbol.dispose](),
  });
}

function eventOf(trigger: Trigger): Uint8Array {
  return new TextEncoder().encode(`id: ${trigger.id}\nevent: trigger\ndata: ${JSON.stringify(trigger)}\n\n`);
}
