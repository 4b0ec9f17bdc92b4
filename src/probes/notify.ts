import { messageOf } from "../base/errors.ts";
import { type Clock, delay } from "../system/clock.ts";
import type { DatagramSocket } from "../system/datagrams.ts";
import { LONGEST_MESSAGE, type NotifyMessage, parseNotify } from "./notify_message.ts";
import { type NotifyPlace, prepare } from "./notify_place.ts";
import type { Probe, ProbeDeps } from "./probe.ts";

/** So many messages are read in so many milliseconds, then their sender waits: a flood costs us little. */
const BURST = 32;
const BURST_MS = 100;

type InboxDeps = Pick<ProbeDeps, "clock" | "datagrams" | "files" | "uid">;

/** Hears one message. */
export type Hearer = (message: NotifyMessage) => void;

/**
 * The receiving end of sd_notify(3) for one program. Whoever may write to the socket is believed: that is the program's
 * user, since the runtime does not say which process sent a datagram.
 */
export class NotifyInbox implements Disposable {
  readonly #place: NotifyPlace;
  readonly #deps: InboxDeps;
  readonly #hearers = new Set<Hearer>();
  #socket: DatagramSocket | undefined;

  constructor(place: NotifyPlace, deps: InboxDeps) {
    this.#place = place;
    this.#deps = deps;
  }

  /** What the program is told as NOTIFY_SOCKET. */
  get path(): string {
    return this.#place.path;
  }

  /**
   * Binds, unless it is bound.
   *
   * @returns why that was not possible
   */
  open(): string | undefined {
    if (this.#socket !== undefined) return undefined;
    try {
      prepare(this.#place, this.#deps);
      this.#socket = this.#deps.datagrams.bind(this.#place.path, this.#place.owner);
    } catch (error) {
      return `cannot receive notifications at "${this.#place.path}": ${messageOf(error)}`;
    }
    this.#receive(this.#socket);
  }

  /** Binds anew: what waits unread in the old socket is of a life that is over. */
  renew(): void {
    this.#close();
    this.open(); // Where it fails, the next life tries again and says why.
  }

  hear(hearer: Hearer): Disposable {
    this.#hearers.add(hearer);
    return { [Symbol.dispose]: () => void this.#hearers.delete(hearer) };
  }

  [Symbol.dispose](): void {
    this.#close();
    if (this.#place.directory !== undefined) this.#deps.files.removeDirectory(this.#place.directory.path);
  }

  #close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  async #receive(socket: DatagramSocket): Promise<void> {
    const buffer = new Uint8Array(LONGEST_MESSAGE + 1);
    const pace = bursts(this.#deps.clock);
    try {
      for (let bytes = await socket.receive(buffer); bytes !== undefined; bytes = await socket.receive(buffer)) {
        if (this.#socket !== socket) return;
        const message = parseNotify(bytes);
        for (const hearer of [...this.#hearers]) hearer(message);
        await pace();
      }
    } catch {
      if (this.#socket === socket) this.#close(); // A socket that cannot be read is bound anew at the next life.
    }
  }
}

/** Resolves at once for the first messages of a while, and at the end of the while for the one after. */
function bursts(clock: Clock): () => Promise<void> | undefined {
  let began = -Infinity;
  let seen = 0;
  return () => {
    const age = clock.monotonic() - began;
    if (age >= BURST_MS) [began, seen] = [clock.monotonic(), 0];
    return ++seen < BURST ? undefined : delay(clock, BURST_MS - Math.min(age, BURST_MS));
  };
}

/** Readiness by the program's own word: READY=1 until STOPPING=1. A reload leaves it ready, as systemd leaves it active. */
export function announced(inbox: Pick<NotifyInbox, "hear">): Probe {
  return (tell) =>
    inbox.hear((message) => {
      if (message.stopping) tell({ ok: false, why: "it says that it is stopping", decisive: true });
      else if (message.ready) tell({ ok: true, why: "it sent READY=1", decisive: true });
    });
}
