import type { Files } from "../../src/system/files.ts";

/** One call of the file system, numbered from 1 over all calls. */
export interface FilesCall {
  readonly index: number;
  readonly operation: keyof Files;
  readonly args: readonly unknown[];
}

/**
 * What happens to a call: it works, it fails with an errno, a write puts only some bytes down and the next fails, or
 * the process dies just before or after it. Dead, every later call fails and changes nothing.
 */
export type Fate = undefined | { errno: string } | { landed: number } | "die before" | "die after";

/** A file system with faults, its count of calls, and the descriptors that a dead process left open. */
export interface FaultyFiles {
  readonly files: Files;
  readonly calls: number;
  readonly dead: boolean;
  /** Closes what the dead process left open, as its kernel would. */
  bury(): void;
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

/** Wraps `inner` so that `fate` decides about every call. */
export function faultyFiles(inner: Files, fate: (call: FilesCall) => Fate): FaultyFiles {
  const open = new Set<number>();
  let index = 0;
  let dead = false;

  function run(operation: keyof Files, args: readonly unknown[]): unknown {
    const result = (inner[operation] as (...args: readonly unknown[]) => unknown)(...args);
    if (operation === "open") open.add(result as number);
    if (operation === "close") open.delete(args[0] as number);
    return result;
  }

  function call(operation: keyof Files, args: readonly unknown[]): unknown {
    if (dead) throw failure("ECRASH");
    const what = fate({ index: ++index, operation, args });
    if (what === undefined) return run(operation, args);
    if (what === "die before" || what === "die after") {
      if (what === "die after") run(operation, args);
      dead = true;
      throw failure("ECRASH");
    }
    if ("errno" in what) {
      if (operation === "close") run(operation, args); // Linux closes the descriptor also when close(2) fails.
      throw failure(what.errno);
    }
    return run(operation, [args[0], (args[1] as Uint8Array).subarray(0, what.landed)]);
  }

  const files = Object.fromEntries(
    (Object.keys(inner) as (keyof Files)[]).map((key) => [key, (...args: unknown[]) => call(key, args)]),
  ) as unknown as Files;
  return {
    files,
    get calls() {
      return index;
    },
    get dead() {
      return dead;
    },
    bury() {
      for (const fd of open) inner.close(fd);
      open.clear();
    },
  };
}
