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
}

/** A turn takes about 5 ms: a commit's wait for the disk counts little, and nobody waits for long. */
const STATEMENTS_PER_TURN = 500;
const READS_PER_TURN = 8;

/** Calls in the order in which they came; reads and writes take turns together, so that none waits for a long row of the other. */
export class Waiting {
  #reads: WaitingRead[] = [];
  #writes: WaitingWrite[] = [];

  get isEmpty(): boolean {
    return this.#reads.length === 0 && this.#writes.length === 0;
  }

  addRead(read: WaitingRead): void {
    this.#reads.push(read);
  }

  addWrite(write: WaitingWrite): void {
    this.#writes.push(write);
  }

  /** Takes out what goes together now. */
  next(): Turn {
    let statements = 0;
    const end = this.#writes.findIndex((write) => (statements += write.statements.length) > STATEMENTS_PER_TURN);
    const count = end === -1 ? this.#writes.length : Math.max(1, end);
    return { reads: this.#reads.splice(0, READS_PER_TURN), writes: this.#writes.splice(0, count) };
  }

  /** Rejects everything that waits. */
  rejectAll(error: Error): void {
    const { reads, writes } = { reads: this.#reads.splice(0), writes: this.#writes.splice(0) };
    rejectTurn({ reads, writes }, error);
  }
}

export function rejectTurn({ reads, writes }: Turn, error: Error): void {
  for (const call of [...reads, ...writes]) call.reject(error);
}
