/** Where a file is in its life. Up to `failed` it is in the inbox. */
export const FILE_STATES = [
  /** It has come to rest and waits for its turn. */
  "waiting",
  /** A run works on it. */
  "processing",
  /** It is decided where it goes and under which name; whoever comes next brings that to its end. */
  "moving",
  /** Its run was cancelled; the next daemon takes it up again. */
  "interrupted",
  /** This host was at fault, more often than it is tried again. */
  "failed",
  /** In the outbox. */
  "done",
  /** In the quarantine, with its reason. */
  "quarantined",
  /** Somebody took it away or changed it before it was done. */
  "gone",
] as const;
export type FileState = (typeof FILE_STATES)[number];

/** What can happen to a file. */
export const FILE_EVENTS = [
  /** It lies at rest in the inbox. */
  "found",
  /** A run takes it. */
  "begun",
  /** Its place and its name there are chosen. */
  "decided",
  /** It is in the outbox and no longer in the inbox. */
  "published",
  /** It is in the quarantine and no longer in the inbox. */
  "refused",
  /** Its run was cancelled. */
  "stopped",
  /** Its run failed by this host's fault. */
  "troubled",
  /** It is no longer what was found. */
  "missing",
  /** Its run is over without an end of the file: it is taken up anew. */
  "requeued",
  /** Somebody asks for another try. */
  "retried",
] as const;
export type FileEvent = (typeof FILE_EVENTS)[number];

type Row = Readonly<Record<FileEvent, FileState | null>>;

const NOTHING: Row = {
  found: null,
  begun: null,
  decided: null,
  published: null,
  refused: null,
  stopped: null,
  troubled: null,
  missing: null,
  requeued: null,
  retried: null,
};

/** Every state and every event; null: it changes nothing. */
export const FILE_TABLE: Readonly<Record<FileState, Row>> = {
  waiting: { ...NOTHING, begun: "processing", requeued: "waiting" },
  // Begun once more: after a retry, or by the next daemon when the last one was killed.
  processing: {
    ...NOTHING,
    begun: "processing",
    decided: "moving",
    stopped: "interrupted",
    troubled: "failed",
    missing: "gone",
    requeued: "waiting",
  },
  // From here on it only goes forward: neither a stop nor a trouble takes the decision back.
  moving: {
    ...NOTHING,
    begun: "moving",
    decided: "moving",
    published: "done",
    refused: "quarantined",
    stopped: "moving",
    troubled: "moving",
    missing: "gone",
    requeued: "moving",
  },
  interrupted: { ...NOTHING, begun: "processing", missing: "gone", requeued: "waiting", retried: "waiting" },
  failed: { ...NOTHING, begun: "processing", missing: "gone", requeued: "waiting", retried: "waiting" },
  // The same file again, brought back by hand.
  done: { ...NOTHING, found: "waiting" },
  quarantined: { ...NOTHING, found: "waiting", retried: "waiting" },
  gone: { ...NOTHING, found: "waiting" },
};

/** States of files that are in the inbox and known. */
export const OPEN_STATES: readonly FileState[] = ["waiting", "processing", "moving", "interrupted", "failed"];

/** The states in which an event changes something. */
export function statesFor(event: FileEvent): readonly FileState[] {
  return FILE_STATES.filter((state) => FILE_TABLE[state][event] !== null);
}

export function isFileState(text: string): text is FileState {
  return (FILE_STATES as readonly string[]).includes(text);
}
