import { dirname } from "node:path";
import type { WaySeen } from "../../doctor/scene.ts";
import { isReadOnlyPlace } from "../../system/access.ts";
import type { Files } from "../../system/files.ts";
import type { Context } from "../context.ts";
import { targetOf, unlessRefused } from "./seen.ts";

/**
 * The binary, and every directory above it and above the home, with links and without; the home itself is looked at with
 * its files. What is on a read-only file system nobody exchanges.
 */
export function lookAtWays({ paths: { home }, system: { files, host } }: Context): WaySeen[] {
  const [self] = host.self;
  const ways = [
    ...(self === undefined
      ? []
      : [self, ...above(files, self)].map((path) => ({ path, to: self, of: "binary" as const }))),
    ...above(files, home).map((path) => ({ path, to: home, of: "home" as const })),
  ];
  const once = ways.filter(({ path }, index) => ways.findIndex((one) => one.path === path) === index);
  return once.flatMap((way) => {
    const stat = targetOf(files, way.path);
    if (stat === undefined || isReadOnlyPlace(way.path, stat.kind === "directory")) return [];
    return [{ ...way, stat }];
  });
}

/** The nearest first. */
function above(files: Files, path: string): string[] {
  const real = unlessRefused(() => files.realPath(path)) ?? path;
  return [...new Set([...lineage(path), ...lineage(real)])];
}

function lineage(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...lineage(parent)];
}
