/**
 * The probes room finds out whether a program is ready, and whether it is well: it asks (HTTP, TCP, a command) or is told
 * (sd_notify(3), a line of output, time), counts the answers as Kubernetes does, and tells verdicts. It never acts on
 * them, knows no states of programs, and logs nothing: what a verdict means is for who listens.
 */
import { messageOf } from "../base/errors.ts";
import { type Method, methodOf } from "./method.ts";
import { NotifyInbox } from "./notify.ts";
import type { NotifyMessage } from "./notify_message.ts";
import { notifyPlace } from "./notify_place.ts";
import type { ProbeSpec } from "../base/probe_spec.ts";
import type { ProbeDeps } from "./probe.ts";
import type { Listener, Probes, Scene } from "./scene.ts";
import { judge, READY, UNKNOWN, UNREADY } from "./threshold.ts";
import { watchdogTime } from "./watchdog.ts";

/**
 * Opens the probes of one program; nothing is asked before a life begins. Where notifications cannot be received, it does
 * not throw: each life is told so.
 */
export function openProbes(deps: ProbeDeps, scene: Scene, listener: Listener): Probes {
  const { inbox, trouble } = openInbox(deps, scene);
  return new ProgramProbes({ deps, scene, listener, inbox, trouble });
}

interface Parts {
  readonly deps: ProbeDeps;
  readonly scene: Scene;
  readonly listener: Listener;
  readonly inbox: NotifyInbox | undefined;
  /** Why there is no place for an inbox that is wanted. */
  readonly trouble: string | undefined;
}

function openInbox(deps: ProbeDeps, scene: Scene): Pick<Parts, "inbox" | "trouble"> {
  const wanted = [scene.spec.ready, scene.spec.live].some((probe) => probe?.method.kind === "notify");
  if (!wanted) return { inbox: undefined, trouble: undefined };
  try {
    const inbox = new NotifyInbox(notifyPlace(scene, deps), deps);
    inbox.open(); // Where it fails, the first life tries again and says why.
    return { inbox, trouble: undefined };
  } catch (error) {
    return { inbox: undefined, trouble: messageOf(error) };
  }
}

/** What goes on for one life of the program. */
interface Life {
  readonly generation: number;
  readonly wasReady: boolean;
  readonly running: DisposableStack;
  watched: boolean;
}

type Told = { readonly ok: boolean; readonly why: string };

class ProgramProbes implements Probes {
  readonly #env: Readonly<Record<string, string>>;
  readonly #parts: Parts;
  readonly #ready: Method | undefined;
  readonly #live: Method | undefined;
  #life: Life | undefined;
  /** A life has ended, and no other was prepared. */
  #isStale = false;

  constructor(parts: Parts) {
    const { inbox, scene: { spec } } = this.#parts = parts;
    this.#ready = spec.ready && methodOf(spec.ready, { ...parts, role: "ready" });
    this.#live = spec.live && methodOf(spec.live, { ...parts, role: "live" });
    this.#env = inbox === undefined ? {} : { NOTIFY_SOCKET: inbox.path, ...watchdogVariable(spec.live) };
  }

  /** Asked for by each start: what was sent since the last life is dropped, however much the kernel keeps of it. */
  get env(): Readonly<Record<string, string>> {
    if (this.#isStale) this.#parts.inbox?.renew();
    this.#isStale = false;
    return this.#env;
  }

  /** Only readiness can be a matter of output. */
  get output(): ((bytes: Uint8Array) => void) | undefined {
    return this.#ready?.feed;
  }

  begin({ generation, ready = false }: { readonly generation: number; readonly ready?: boolean }): void {
    this.end();
    const { inbox, listener } = this.#parts;
    const life = this.#life = { generation, wasReady: ready, running: new DisposableStack(), watched: false };
    const trouble = this.#parts.trouble ?? inbox?.open();
    if (trouble !== undefined) listener.onNote(trouble);
    this.#beginReadiness(life, trouble);
    // After readiness: of a message that has both, what the program says of itself is heard last.
    if (inbox !== undefined && !life.running.disposed) life.running.use(inbox.hear(this.#hearer(generation)));
  }

  #beginReadiness(life: Life, trouble: string | undefined): void {
    const { listener, scene: { spec } } = this.#parts;
    const { generation } = life;
    if (spec.ready === undefined || this.#ready === undefined) return;
    const tell = (told: Told) => listener.onReady({ generation, ...told });
    if (trouble !== undefined && !life.wasReady && spec.ready.method.kind === "notify") {
      tell({ ok: false, why: trouble });
    }
    start(life, this.#ready, judge({ from: life.wasReady ? READY : UNREADY, policy: spec.ready, tell }));
  }

  watch(): void {
    const { listener, inbox, scene: { spec } } = this.#parts;
    const life = this.#life;
    if (life === undefined || life.watched || spec.live === undefined || this.#live === undefined) return;
    life.watched = true;
    // Silence on a socket that does not exist is no fault of the program's.
    if (spec.live.method.kind === "notify" && inbox?.open() !== undefined) return;
    const tell = (told: Told) => listener.onLive({ generation: life.generation, ...told });
    start(life, this.#live, judge({ from: UNKNOWN, policy: spec.live, tell }));
  }

  end(): void {
    if (this.#life === undefined) return;
    this.#life.running.dispose();
    this.#life = undefined;
    this.#isStale = true;
    this.#parts.inbox?.renew();
  }

  [Symbol.dispose](): void {
    this.#life?.running.dispose();
    this.#life = undefined;
    this.#parts.inbox?.[Symbol.dispose]();
  }

  #hearer(generation: number): (message: NotifyMessage) => void {
    const { listener } = this.#parts;
    let note: string | undefined;
    return ({ status, errno, extendTimeout }) => {
      if (extendTimeout !== undefined) listener.onExtend?.({ generation, ms: extendTimeout });
      if (status === undefined && errno === undefined) return;
      const text = [status ?? "", errno === undefined ? "" : `(errno ${errno})`].join(" ").trim();
      if (text !== note) listener.onNote(note = text);
    };
  }
}

/** Runs `method` until the life is over; a verdict may end it, and then the rest of the same answer is not told. */
function start({ running }: Life, method: Method, take: ReturnType<typeof judge>): void {
  running.use(method.probe((answer) => {
    if (!running.disposed) take(answer);
  }));
}

/** WATCHDOG_USEC of sd_watchdog_enabled(3), in microseconds. */
function watchdogVariable(live: ProbeSpec | undefined): Readonly<Record<string, string>> {
  if (live?.method.kind !== "notify") return {};
  return { WATCHDOG_USEC: String(Math.round(watchdogTime(live) * 1000)) };
}
