import type { Hono } from "hono";
import { inspectRoutes } from "hono/dev";
import { type AppdError, cannot } from "../base/errors.ts";
import { BUILT_IN_PATHS } from "./built_in_paths.ts";
import { matches, openApiPath, overlap, type Pattern, patternOf } from "./pattern.ts";

/**
 * Endpoints, such as `/v1/*`, that take every method without a token, on a loopback address. With `unless: "token"` only
 * while there is no `server.token_file`; where there is one, every method needs it, reading too.
 */
export type OpenPath = string | { readonly path: string; readonly unless: "token" };

/** Endpoints of an app, beside the built-in ones. */
export interface AppRoutes {
  /** Undefined while the app has not made them yet. */
  readonly hono: Hono | undefined;
  /** Every path that it answers, once for each method; `ALL` for all of them. */
  readonly patterns: readonly AppPattern[];
  /** Paths that take every method over TCP without a token. */
  readonly open: readonly OpenPattern[];
  /** Most bytes of a request's body. */
  readonly bodyLimit: number;
}

export interface AppPattern extends Pattern {
  readonly method: string;
}

/** A path in `open`. */
export interface OpenPattern extends Pattern {
  /** Not where there is a token: then every method needs it. */
  readonly unlessToken: boolean;
}

/** What an app brings. */
export interface AppRoutesOptions {
  readonly hono: Hono;
  readonly open: readonly OpenPath[];
  /** Most bytes of a request's body. */
  readonly bodyLimit: number;
  /** Name of the app, for messages. */
  readonly name: string;
}

/**
 * The endpoints of an app, unless one of them would stand in the way of a built-in one. Middleware may have any
 * path: it never hears of a built-in endpoint.
 *
 * @throws AppdError (config) naming both
 */
export function appRoutes({ hono, open, bodyLimit, name }: AppRoutesOptions): AppRoutes {
  const own = inspectRoutes(hono).filter(({ isMiddleware }) => !isMiddleware)
    .map(({ path, method }): AppPattern => ({ ...patternOf(path), method }));
  refuseTaken(own, { verb: "serve", name });
  return { hono, patterns: own, open: openPatterns({ open, name }), bodyLimit };
}

/** What `open` stands for; known before the endpoints are. @throws AppdError (config) for what a built-in endpoint has */
export function openPatterns({ open, name }: Pick<AppRoutesOptions, "open" | "name">): readonly OpenPattern[] {
  const patterns = open.map(openPatternOf);
  refuseTaken(patterns, { verb: "open", name });
  return patterns;
}

/** The paths in `open` that no endpoint of the app has, nor middleware of a path of its own. */
export function openInVain({ hono, open }: Pick<AppRoutesOptions, "hono" | "open">): readonly string[] {
  const served = inspectRoutes(hono).filter(({ path, isMiddleware }) => !isMiddleware || !/^\/?\*$/.test(path))
    .map(({ path }) => patternOf(path));
  return open.map(openPatternOf).filter((one) => !served.some((each) => overlap(one, each))).map(({ text }) => text);
}

/** What is known of the endpoints of an app before it has made them. */
export function routesToCome({ open, bodyLimit }: Pick<AppRoutesOptions, "open" | "bodyLimit">): AppRoutes {
  return { hono: undefined, patterns: [], open: open.map(openPatternOf), bodyLimit };
}

function openPatternOf(open: OpenPath): OpenPattern {
  const isPath = typeof open === "string";
  return { ...patternOf(isPath ? open : open.path), unlessToken: !isPath };
}

function refuseTaken(
  patterns: readonly Pattern[],
  { verb, name }: { readonly verb: string; readonly name: string },
): void {
  const builtIn = BUILT_IN_PATHS.map(patternOf);
  for (const pattern of patterns) {
    const other = builtIn.find((each) => overlap(pattern, each));
    if (other !== undefined) throw taken(pattern, { other, verb, name });
  }
}

function taken(
  pattern: Pattern,
  { other, verb, name }: { readonly other: Pattern; readonly verb: string; readonly name: string },
): AppdError {
  const cause = pattern.text === other.text
    ? "a built-in endpoint has this path"
    : `it takes "${other.text}" too, which is a built-in endpoint`;
  return cannot([verb, pattern.text], cause, {
    exit: "config",
    hint: `give the endpoint of ${name} another path, such as /${name}${pattern.text === "/" ? "" : "/…"}`,
  });
}

/** Whether a path is one of the app's. */
export function isServed({ patterns, open }: Pick<AppRoutes, "patterns" | "open">, path: string): boolean {
  return [...patterns, ...open].some((pattern) => matches(pattern, path));
}

/** Which of the paths take every method over TCP without a token, and which take none without it, reading included. */
export function opened({ open }: Pick<AppRoutes, "open">, { hasToken }: { readonly hasToken: boolean }) {
  const closed = open.filter(({ unlessToken }) => hasToken && unlessToken);
  const free = open.filter((pattern) => !closed.includes(pattern));
  return {
    isOpen: (path: string) => free.some((pattern) => matches(pattern, path)),
    isClosed: (path: string) => closed.some((pattern) => matches(pattern, path)),
  };
}

/** Methods as `Allow` names them (RFC 9110, 10.2.1): whoever answers GET answers HEAD. */
export function allowOf(methods: readonly string[]): readonly string[] {
  return methods.flatMap((method) => method === "GET" ? ["GET", "HEAD"] : [method]);
}

/** The methods that an app takes at a path, for `Allow`; undefined where it takes all or none. */
export function methodsAt({ patterns }: Pick<AppRoutes, "patterns">, path: string): readonly string[] | undefined {
  const methods = new Set(patterns.filter((pattern) => matches(pattern, path)).map(({ method }) => method));
  if (methods.size === 0 || methods.has("ALL")) return undefined;
  return allowOf([...methods]);
}

/** The pattern of a path, for metrics; undefined when it is none of the app's. */
export function patternFor({ patterns }: Pick<AppRoutes, "patterns">, path: string): string | undefined {
  return patterns.find((pattern) => matches(pattern, path))?.text;
}

function securityOf(method: string, { opening, hasToken }: { opening: OpenPattern | undefined; hasToken: boolean }) {
  if (opening === undefined) return method === "get" ? {} : { security: [{ token: [] }] };
  return opening.unlessToken && hasToken ? { security: [{ token: [] }] } : {};
}

const METHODS = ["get", "put", "post", "delete", "patch"];

/** The paths as OpenAPI lists them: that they are there, and nothing more, because nothing more is known. */
export function openApiPaths(
  { patterns, open }: Pick<AppRoutes, "patterns" | "open">,
  { hasToken }: { readonly hasToken: boolean },
) {
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
    const opening = open.find((each) => overlap(each, pattern));
    for (const method of methods) {
      paths[path] = {
        ...paths[path],
        [method]: {
          summary: "An endpoint of the app",
          ...securityOf(method, { opening, hasToken }),
          ...(parameters.length > 0 ? { parameters } : {}),
          responses: { default: { description: "as the app answers" } },
        },
      };
    }
  }
  return paths;
}
