import { errnoOf, messageOf, systemError } from "../base/errors.ts";

/** What a rotating file may fail at; each is tried again by itself. */
export type TroubleKind = "write" | "rotate" | "reopen" | "remove old archives of" | "compress an archive of";

/** A failure that lasts. */
export interface Trouble {
  /** Wall time in milliseconds. */
  readonly since: number;
  /** An AppdError when the cause was an errno. */
  readonly error: Error;
}

/** The failures that last, each told once when it begins. */
export class Troubles {
  readonly #path: string;
  readonly #complain: (text: string) => void;
  readonly #all = new Map<TroubleKind, Trouble>();

  /** `complain` gets one line of text at the beginning of each trouble. */
  constructor(path: string, complain: (text: string) => void) {
    this.#path = path;
    this.#complain = complain;
  }

  /** Notes that `kind` failed with `cause` at the wall time `now` (ms). */
  begin(kind: TroubleKind, { cause, now }: { cause: unknown; now: number }): void {
    const since = this.#all.get(kind)?.since;
    const error = this.#describe(kind, cause);
    this.#all.set(kind, { since: since ?? now, error });
    if (since === undefined) this.#complain(error.message);
  }

  end(kind: TroubleKind): void {
    this.#all.delete(kind);
  }

  get(kind: TroubleKind): Trouble | undefined {
    return this.#all.get(kind);
  }

  /** The one that matters most, lost lines first. */
  get worst(): Trouble | undefined {
    return this.#all.get("write") ?? this.#all.values().next().value;
  }

  #describe(kind: TroubleKind, cause: unknown): Error {
    if (errnoOf(cause) !== undefined) return systemError([kind, this.#path], cause);
    return new Error(`cannot ${kind} "${this.#path}": ${messageOf(cause)}`, { cause });
  }
}
