import { type Archive, archiveAfter, GZ, nextPathOf } from "./archives.ts";
import { LogFile } from "./log_file.ts";
import type { Files } from "../system/files.ts";
import { errnoOf } from "../base/errors.ts";

/**
 * A rotation under way. Each state owns what its steps have made so far; a step that fails leaves the state as it is,
 * so it is tried again later while writing goes on to the old descriptor.
 */
export type Rotation =
  | { readonly step: "open-next" }
  | { readonly step: "reserve"; readonly next: LogFile }
  | { readonly step: "archive"; readonly next: LogFile; readonly archive: Archive }
  | { readonly step: "publish"; readonly next: LogFile; readonly archive: Archive }
  | { readonly step: "done"; readonly next: LogFile; readonly archive: Archive };

/** What the steps work on. */
export interface RotationPlace {
  readonly files: Files;
  readonly path: string;
  /** Permission bits of the new file. */
  readonly mode: number;
  /** Wall time in milliseconds. */
  readonly now: number;
  /** The youngest archive there is. */
  readonly last: Archive | undefined;
}

type Steps = {
  readonly [S in Rotation["step"]]: (state: Extract<Rotation, { step: S }>, at: RotationPlace) => Rotation;
};

/**
 * The steps in their order. Killed between any two, no line is lost or found twice: the old file is complete under the
 * one name or the other, and what else lies there is an empty file.
 */
const STEPS: Steps = {
  "open-next": (_state, at) => ({ step: "reserve", next: openNext(at) }),
  "reserve": ({ next }, at) => ({ step: "archive", next, archive: reserveName(at) }),
  "archive": ({ next, archive }, at) => {
    at.files.rename(at.path, archive.path);
    return { step: "publish", next, archive };
  },
  "publish": ({ next, archive }, at) => {
    at.files.rename(nextPathOf(at.path), at.path);
    return { step: "done", next, archive };
  },
  "done": (state) => state,
};

/** The state after the next step; throws what the step threw. */
export function advance(state: Rotation, at: RotationPlace): Rotation {
  return (STEPS[state.step] as (state: Rotation, at: RotationPlace) => Rotation)(state, at);
}

/** The current file no longer has its usual name, because the rotation renamed it and did not publish the next one. */
export function isRenamed(state: Rotation | undefined): boolean {
  return state?.step === "publish";
}

/** Undoes what has no content yet: closes and removes the next file, frees the reserved name. Never throws. */
export function abandon(state: Rotation, at: Pick<RotationPlace, "files" | "path">): void {
  if (state.step === "open-next" || state.step === "done") return;
  ignoringErrno(() => state.next.close());
  ignoringErrno(() => at.files.unlink(nextPathOf(at.path)));
  if (state.step === "archive") {
    ignoringErrno(() => at.files.stat(state.archive.path)?.size === 0 && at.files.unlink(state.archive.path));
  }
}

function openNext(at: RotationPlace): LogFile {
  const path = nextPathOf(at.path);
  try {
    return LogFile.open(at.files, path, { exclusive: true, mode: at.mode });
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
    at.files.unlink(path); // Left by a crash; empty, because nothing is written to it under this name.
    return LogFile.open(at.files, path, { exclusive: true, mode: at.mode });
  }
}

/** Creates an empty file under a free archive name, which the rename then replaces: so none is ever overwritten. */
function reserveName(at: RotationPlace): Archive {
  for (let archive = archiveAfter(at.path, at.now, at.last);; archive = archiveAfter(at.path, at.now, archive)) {
    if (at.files.stat(archive.path + GZ) !== undefined) continue;
    try {
      at.files.close(at.files.open(archive.path, { access: "write", exclusive: true, mode: at.mode }));
      return archive;
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw error;
    }
  }
}

/** Runs a clean-up whose failure changes nothing: the leftover is swept when the log is opened next. */
function ignoringErrno(fn: () => unknown): void {
  try {
    fn();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}
