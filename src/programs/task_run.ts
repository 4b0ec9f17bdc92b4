import { AppdError, messageOf } from "../base/errors.ts";
import type { Exit } from "./program_spec.ts";
import type { TaskWork } from "./task_spec.ts";

/** Who hears of a run. */
interface TaskRunListener {
  /** The function says that it serves. */
  onReady(): void;
  /** It has returned or thrown. */
  onEnd(exit: Exit): void;
  /** It threw, and was not asked to end. */
  onThrow(stack: string | null): void;
}

/** How a task ends that did not throw. */
const RETURNED: Exit = { code: 0, error: "it returned" };

/** One call of the function of a task: one of its lives. */
export class TaskRun {
  readonly generation: number;
  readonly #work: TaskWork;
  readonly #listener: TaskRunListener;
  readonly #abort = new AbortController();
  #note: string | null = null;
  #isOver = false;

  constructor(work: TaskWork, options: TaskRunListener & { readonly generation: number }) {
    this.#work = work;
    this.#listener = options;
    this.generation = options.generation;
  }

  /** The function has returned, or what it returned has settled. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What it says that it does now. */
  get note(): string | null {
    return this.#note;
  }

  begin(): void {
    void this.#call().then(() => RETURNED, (error) => this.#exitOf(error)).then((exit) => {
      this.#isOver = true;
      this.#listener.onEnd(exit);
    });
  }

  /** Asks it to end. */
  end(reason: string): void {
    this.#abort.abort(new DOMException(reason, "AbortError"));
  }

  /** The function is called in a turn of its own: what it does at once must not come in the middle of a step. */
  async #call(): Promise<void> {
    const { signal } = this.#abort;
    await Promise.resolve();
    if (signal.aborted) return;
    await this.#work.run({
      ...{ generation: this.generation, signal },
      ready: () => void (this.#work.probed && !this.#isOver && this.#listener.onReady()),
      note: (text) => void (this.#note = text === "" ? null : text),
    });
  }

  /** An end that it was asked for is none that it was not, in whatever way it says so. */
  #exitOf(error: unknown): Exit {
    const { signal } = this.#abort;
    if (signal.aborted && (error === signal.reason || (error as Error | null)?.name === "AbortError")) {
      return { code: 0 };
    }
    this.#listener.onThrow(error instanceof Error ? error.stack ?? null : null);
    return exitOf(error);
  }
}

/** What was thrown, and what can be done about it. */
function exitOf(error: unknown): Exit {
  const text = messageOf(error) || String(error);
  if (!(error instanceof AppdError)) return { code: 1, error: text };
  const { exitCode, hint } = error;
  return { code: exitCode, error: text, ...(hint === undefined ? {} : { hint }) };
}
