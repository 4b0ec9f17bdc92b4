import { isAbsolute, relative } from "node:path";
import { type AppConfig, argv, duration, integer, list, oneOf, path, section, setting } from "../../src/mod.ts";
import { CONTAINERS } from "./container.ts";

/** `[library]`: the folders, and what is done to each file. */
export const LIBRARY = section("library", {
  help: "the folders of the library, and what is done to each file",
  doc: "A file goes from the inbox to the outbox, or with the reason to the quarantine, and is never in two of them.",
  fields: {
    inbox: setting(path("directory"), {
      default: "inbox",
      help: "folder whose files are taken up, with the folders in it; names that begin with a dot are left alone",
      reload: "applied",
      example: "/srv/video/inbox",
    }),
    outbox: setting(path("directory"), {
      default: "outbox",
      help: "the library: where files go that are done",
      reload: "applied",
      example: "/srv/video/library",
    }),
    quarantine: setting(path("directory"), {
      default: "quarantine",
      help: "where files go that are refused, each with its reason beside it",
      reload: "applied",
      example: "/srv/video/quarantine",
    }),
    containers: setting(list(oneOf(CONTAINERS), { label: "array of containers", min: 1, unique: true }), {
      default: [...CONTAINERS],
      help: "what is taken for a video; other files are refused",
      doc: "Told by what a file begins with, not by its name.",
      reload: "applied",
      example: ["matroska", "mp4"],
    }),
    command: setting(argv(), {
      defaultText: "none: files are copied as they are, with a checksum",
      help: "command that makes a file of the outbox, with {input} and {output} for the two paths",
      doc: "Exit code 0 and an output are success; with anything else the file is refused.",
      reload: "applied",
      example: ["ffmpeg", "-nostdin", "-i", "{input}", "-c", "copy", "{output}"],
    }),
    timeout: setting(duration({ min: 0 }), {
      default: "6h",
      help: "longest time that the command may take for one file; 0: no limit",
      reload: "applied",
      example: "30m",
    }),
    settle: setting(duration({ min: 0 }), {
      default: "2s",
      help: "how long a file must not change before it is taken up",
      reload: "applied",
      example: "10s",
    }),
    scan_every: setting(duration({ min: 50 }), {
      default: "1s",
      help: "time from one look into the inbox to the next",
      reload: "applied",
      example: "5s",
    }),
    concurrency: setting(integer({ min: 1, max: 1000 }), {
      default: 2,
      help: "most files that are worked on at once",
      reload: "applied",
      example: 4,
    }),
    retries: setting(integer({ min: 0, max: 1000 }), {
      default: 3,
      help: "how often a file is tried again when this host was at fault: a full disk, a folder that is not there",
      reload: "applied",
      example: 10,
    }),
    retry_delay: setting(duration({ min: 0 }), {
      default: "10s",
      help: "time before the first retry, doubled for each further one",
      reload: "applied",
      example: "1m",
    }),
  },
  finish(values, reading) {
    const places = ["inbox", "outbox", "quarantine"] as const;
    for (const [index, key] of places.entries()) {
      const clash = places.slice(0, index).find((other) => overlap(values[key], values[other]));
      if (clash === undefined) continue;
      reading.flaw(`is "${values[key]}", and ${clash} is "${values[clash]}": one is in the other`, {
        path: [key],
        hint: "give each folder a place of its own",
      });
    }
    for (const word of values.command === undefined ? [] : ["{input}", "{output}"]) {
      if (values.command?.some((given) => given.includes(word))) continue;
      reading.flaw(`does not say ${word}`, { path: ["command"], hint: 'such as ["cp", "{input}", "{output}"]' });
    }
    return values;
  },
});

export type VpoConfig = AppConfig<[typeof LIBRARY]>;
export type Library = VpoConfig["library"];

function overlap(a: string, b: string): boolean {
  return isInside(a, b) || isInside(b, a);
}

function isInside(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way === "" || (way !== ".." && !way.startsWith("../") && !isAbsolute(way));
}
