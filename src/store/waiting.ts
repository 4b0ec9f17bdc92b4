import type { Row, Statement, StatementResult } from "./store.ts";

/** A call that waits for its turn or its outcome. */
export interface WaitingWrite {
  readonly statements: readonly Statement[];
  readonly resolve: (results: readonly StatementResult[]) => void;
  readonly reject: (error: Error) => void;
}

export interface WaitingRead {
  readonly statement: Statement;
  /** What has come of it. */
  readonly rows: Row[];
  readonly resolve: (rows: readonly Row[]) => void;
  readonly reject: (error: Error) => void;
}

export interface Turn {
  readonly reads: readonly WaitingRead[];
  readonly writes: readonly WaitingWrite[];
  /** It was carried out before, in a database that was lost. */
  readonly isRepeated?: true;
}

/** A turn takes about 5 ms: a commit's wait for the disk counts little, and nobody waits for long. */
const STATEMENTS_PER_TURN = 500;
const READS_PER_TURN = 8;

/** Calls in the order in which they came; reads and writes take turns together, so that none waits for a long row of the other. */
export class Waiting {
  #reads: WaitingRead[] = [];
  #writes: WaitingWrite[] = [];
  /** Turns that come before all that waits: first those of {@link ahead}, then those of {@link repeat}. */
  readonly #ahead: Turn[] = [];
  readonly #repeated: Turn[] = [];

  get isEmpty(): boolean {
    return [this.#reads, this.#writes, this.#ahead, this.#repeated].every(({ length }) => length === 0);
  }

  /** The calls that are made meanwhile come before everything else, in a turn of their own. */
  ahead(make: () => void): void {
    const [reads, writes] = [this.#reads, this.#writes];
    [this.#reads, this.#writes] = [[], []];
    try {
      make();
    } finally {
      if (this.#reads.length + this.#writes.length > 0) this.#ahead.push({ reads: this.#reads, writes: this.#writes });
      [this.#reads, this.#writes] = [reads, writes];
    }
  }

  /** The turn is to be carried out once more. */
  repeat(turn: Turn): void {
    for (const { rows } of turn.reads) rows.length = 0; // They are those of another database.
    this.#repeated.unshift({ ...turn, isRepeated: true });
  }

  addRead(read: WaitingRead): void {
    this.#reads.push(read);
  }

  addWrite(write: WaitingWrite): void {
    this.#writes.push(write);
  }

  /** Takes out what goes together now. */
  next(): Turn {
    const first = this.#ahead.shift() ?? this.#repeated.shift();
    if (first !== undefined) return first;
    let statements = 0;
    const end = this.#writes.findIndex((write) => (statements += write.statements.length) > STATEMENTS_PER_TURN);
    const count = end === -1 ? this.#writes.length : Math.max(1, end);
    return { reads: this.#reads.splice(0, READS_PER_TURN), writes: this.#writes.splice(0, count) };
  }

  /** Rejects everything that waits. */
  rejectAll(error: Error): void {
    const turns = [...this.#ahead.splice(0), ...this.#repeated.splice(0)];
    for (const turn of turns) rejectTurn(turn, error);
    rejectTurn({ reads: this.#reads.splice(0), writes: this.#writes.splice(0) }, error);
  }
}

export function rejectTurn({ reads, writes }: Turn, error: Error): void {
  for (const call of [...reads, ...writes]) call.reject(error);
}
