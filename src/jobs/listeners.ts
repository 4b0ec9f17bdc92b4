import type { Job } from "./job.ts";
import { type EventTrigger, triggerText } from "../base/event_trigger.ts";

/** Which jobs an event concerns, found without asking each. */
export class Listeners {
  readonly #by = new Map<string, { readonly job: Job; readonly trigger: EventTrigger }[]>();

  constructor(jobs: Iterable<Job>) {
    for (const job of jobs) {
      if (!job.spec.enabled || job.removed) continue;
      for (const trigger of job.spec.on) this.#add(job, trigger);
    }
  }

  #add(job: Job, trigger: EventTrigger): void {
    const key = keyOf(trigger);
    const list = this.#by.get(key) ?? [];
    this.#by.set(key, list);
    list.push({ job, trigger });
  }

  ofStart(): readonly Job[] {
    return this.#of({ kind: "start" });
  }

  ofRepository(repository: string): readonly Job[] {
    return this.#of({ kind: "git", repository });
  }

  ofProgram(program: string, state: string): readonly Job[] {
    return this.#of({ kind: "program", program, state }, state);
  }

  ofJob(job: string, outcome: string): readonly Job[] {
    return this.#of({ kind: "job", job, outcome }, outcome);
  }

  #of(event: EventTrigger, what?: string): readonly Job[] {
    const wanted = (this.#by.get(keyOf(event)) ?? []).filter(({ trigger }) =>
      what === undefined || fits(trigger, what)
    );
    return [...new Set(wanted.map(({ job }) => job))];
  }
}

/** What an event is about: a trigger may leave open which state or outcome it takes. */
function keyOf(trigger: EventTrigger): string {
  return triggerText(trigger).split(":").slice(0, 2).join(":");
}

function fits(trigger: EventTrigger, what: string): boolean {
  const wanted = trigger.kind === "program" ? trigger.state : trigger.kind === "job" ? trigger.outcome : "any";
  return wanted === "any" || wanted === what;
}
