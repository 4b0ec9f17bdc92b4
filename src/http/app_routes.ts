import type { Hono } from "hono";
import { inspectRoutes } from "hono/dev";
import { cannot } from "../base/errors.ts";
import { BUILT_IN_PATHS } from "./built_in_paths.ts";
import { matches, openApiPath, overlap, type Pattern, patternOf } from "./pattern.ts";

/** Endpoints of an app, beside the built-in ones. */
export interface AppRoutes {
  /** Undefined while the app has not made them yet. */
  readonly hono: Hono | undefined;
  /** Every path that it answers, once for each method; `ALL` for all of them. */
  readonly patterns: readonly AppPattern[];
  /** Paths that take every method over TCP without a token. */
  readonly open: readonly Pattern[];
}

export interface AppPattern extends Pattern {
  readonly method: string;
}

/** What an app brings. */
export interface AppRoutesOptions {
  readonly hono: Hono;
  /** As patterns: `/v1/*`. */
  readonly open: readonly string[];
  /** Name of the app, for messages. */
  readonly name: string;
}

/**
 * The endpoints of an app, unless one of them would stand in the way of a built-in one. Middleware may have any
 * path: it never hears of a built-in endpoint.
 *
 * @throws AppdError (config) naming both
 */
export function appRoutes({ hono, open, name }: AppRoutesOptions): AppRoutes {
  const own = inspectRoutes(hono).filter(({ isMiddleware }) => !isMiddleware)
    .map(({ path, method }): AppPattern => ({ ...patternOf(path), method }));
  const opened = open.map(patternOf);
  const taken = BUILT_IN_PATHS.map(patternOf);
  for (const pattern of own) refuseTaken(pattern, { taken, verb: "serve", name });
  for (const pattern of opened) refuseTaken(pattern, { taken, verb: "open", name });
  return { hono, patterns: own, open: opened };
}

/** What is known of the endpoints of an app before it has made them. */
export function routesToCome(open: readonly string[]): AppRoutes {
  return { hono: undefined, patterns: [], open: open.map(patternOf) };
}

function refuseTaken(
  pattern: Pattern,
  { taken, verb, name }: { readonly taken: readonly Pattern[]; readonly verb: string; readonly name: string },
): void {
  const other = taken.find((each) => overlap(pattern, each));
  if (other === undefined) return;
  const cause = pattern.text === other.text
    ? "a built-in endpoint has this path"
    : `it takes "${other.text}" too, which is a built-in endpoint`;
  throw cannot([verb, pattern.text], `${cause}`, {
    exit: "config",
    hint: `give the endpoint of ${name} another path, such as /${name}${pattern.text === "/" ? "" : "/…"}`,
  });
}

/** Whether a path is one of the app's. */
export function isServed({ patterns }: Pick<AppRoutes, "patterns">, path: string): boolean {
  return patterns.some((pattern) => matches(pattern, path));
}

/** Whether a path takes every method over TCP without a token. */
export function isOpen({ open }: Pick<AppRoutes, "open">, path: string): boolean {
  return open.some((pattern) => matches(pattern, path));
}

/** The pattern of a path, for metrics; undefined when it is none of the app's. */
export function patternFor({ patterns }: Pick<AppRoutes, "patterns">, path: string): string | undefined {
  return patterns.find((pattern) => matches(pattern, path))?.text;
}

const METHODS = ["get", "put", "post", "delete", "patch"];

/** The paths as OpenAPI lists them: that they are there, and nothing more, because nothing more is known. */
export function openApiPaths({ patterns, open }: Pick<AppRoutes, "patterns" | "open">) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const pattern of patterns) {
    const methods = pattern.method === "ALL" ? METHODS : [pattern.method.toLowerCase()];
    const path = openApiPath(pattern);
    const parameters = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string" },
    }));
    const isFree = open.some((each) => overlap(each, pattern));
    for (const method of methods) {
      paths[path] = {
        ...paths[path],
        [method]: {
          summary: "An endpoint of the app",
          ...(method === "get" || isFree ? {} : { security: [{ token: [] }] }),
          ...(parameters.length > 0 ? { parameters } : {}),
          responses: { default: { description: "as the app answers" } },
        },
      };
    }
  }
  return paths;
}
