import type { MiddlewareHandler } from "hono";
import { CONNECTION_LIMITS } from "./connection.ts";
import { routedPath } from "./pattern.ts";
import { type Problem, replyProblem, tooLong } from "./problem.ts";

/** Which door a request came through: the unix socket is the owner's, TCP is any local user's and any web page's. */
export type Access = "tcp" | "socket";

/** What the guards must know about the listener. */
export interface GuardPolicy {
  readonly access: Access;
  /** The port that was bound. Not asked for a socket. */
  readonly port: () => number;
  /** Host name or IP address that was bound. Not asked for a socket. */
  readonly bind: string;
  /** Bearer token (RFC 6750) that opens the actions over TCP; without one they are closed. */
  readonly token?: string | undefined;
  /** What the token opens, RFC 9110: the name of the program. */
  readonly realm: string;
  /** The refusal where nothing is served at a path, as the router compares it; without this every path may be one. */
  readonly missing?: (path: string) => Problem | undefined;
  /** Whether anything but reading is possible at a path; without this at each. */
  readonly isAction?: (path: string) => boolean;
  /** Paths of an app, and which of them are open; none by default. */
  readonly paths?: AppPaths | undefined;
}

/** What guards know of an app's endpoints; `path` as the router compares it. */
export interface AppPaths {
  /** Takes every method from those who may act. */
  readonly isServed: (path: string) => boolean;
  /** Takes every method from everybody on this host; from others with the token. */
  readonly isOpen: (path: string) => boolean;
  /** Takes no method without the token. */
  readonly isClosed: (path: string) => boolean;
  /** Most bytes of a body for any of them. */
  readonly bodyLimit: number;
}

type Guard = (request: Request, policy: GuardPolicy) => Problem | undefined;

const LOOPBACK_NAMES: readonly string[] = ["127.0.0.1", "localhost", "[::1]"];
/** What an orchestrator must reach without a token; they tell nothing but yes or no. */
const OPEN_PATHS: readonly string[] = ["/livez", "/readyz"];

/** In the order in which they are asked; the first that objects answers. */
const GUARDS: readonly Guard[] = [host, upgrade, origin, fetchSite, method, reading, bodySize];

/**
 * Why a request is refused, or undefined when it may go on.
 *
 * Host, Origin and Fetch Metadata keep web pages out, also by DNS rebinding: they cannot forge these headers. The method
 * and the token keep other local users from acting.
 */
export function checkRequest(request: Request, policy: GuardPolicy): Problem | undefined {
  for (const guard of GUARDS) {
    const problem = guard(request, policy);
    if (problem) return problem;
  }
  return undefined;
}

/** {@link checkRequest} as the first middleware of an app. */
export function guard(policy: GuardPolicy): MiddlewareHandler {
  return async (context, next) => {
    const problem = checkRequest(context.req.raw, policy);
    if (problem) return replyProblem(problem);
    await next();
  };
}

/** The Host field and the authority of an absolute-form target must both be ours. Two Host fields arrive as `a, b`. */
function host(request: Request, policy: GuardPolicy): Problem | undefined {
  if (policy.access === "socket") return undefined;
  const authority = URL.parse(request.url)?.host ?? "";
  if (isOurs(request.headers.get("host") ?? "", policy) && isOurs(authority, policy)) return undefined;
  return {
    status: 421,
    message: "the Host field does not name this server",
    hint: `use http://127.0.0.1:${policy.port()}`,
  };
}

function isOurs(text: string, { port, bind }: GuardPolicy): boolean {
  const [, name = "", given = "80"] = /^(\[[0-9a-f:.]+\]|[0-9a-z.-]+)(?::(\d{1,5}))?$/.exec(text.toLowerCase()) ?? [];
  if (given !== String(port())) return false;
  return LOOPBACK_NAMES.includes(name) || name === bracketed(bind) || (isWildcard(bind) && isAddress(name));
}

function bracketed(bind: string): string {
  return (bind.includes(":") ? `[${bind}]` : bind).toLowerCase();
}

function isWildcard(bind: string): boolean {
  return bind === "0.0.0.0" || bind === "::";
}

/** A page can rebind a name of its own, never an address. */
function isAddress(name: string): boolean {
  return name.startsWith("[") || /^\d{1,3}(\.\d{1,3}){3}$/.test(name);
}

function upgrade({ headers }: Request): Problem | undefined {
  const wanted = headers.has("upgrade") || /\bupgrade\b/i.test(headers.get("connection") ?? "");
  return wanted ? { status: 403, message: "no protocol upgrades here" } : undefined;
}

function origin({ headers }: Request): Problem | undefined {
  return headers.has("origin") ? { status: 403, message: "requests of web pages are refused" } : undefined;
}

/** `none` is a person's own navigation, `same-origin` the dashboard; older browsers and tools send nothing. */
function fetchSite({ headers }: Request): Problem | undefined {
  const site = headers.get("sec-fetch-site");
  if (site === null || site === "none" || site === "same-origin") return undefined;
  return { status: 403, message: "requests from other sites are refused" };
}

function method(request: Request, policy: GuardPolicy): Problem | undefined {
  if (request.method === "GET" || request.method === "HEAD" || isOpen(request, policy)) return undefined;
  const mayAct = policy.access === "socket" || policy.token !== undefined;
  const path = pathOf(request);
  const isKnown = request.method === "POST" || policy.paths?.isServed(path) === true;
  if (isKnown && mayAct) return policy.access === "socket" ? undefined : bearer(request, policy);
  const missing = policy.missing?.(path);
  if (missing !== undefined) return missing;
  const acts = policy.isAction?.(path) ?? true;
  const allow = mayAct ? "GET, HEAD, POST" : "GET, HEAD";
  return {
    status: 405,
    message: `method ${request.method} is not served here`,
    hint: mayAct
      ? undefined
      : acts
      ? "actions go over the control socket, or need server.token_file"
      : "this path can only be read: GET, HEAD",
    headers: { allow },
  };
}

/** Beyond the loopback interface even reading needs the token, and so do an app's open paths; its closed ones always. */
function reading(request: Request, policy: GuardPolicy): Problem | undefined {
  const isFree = isLoopback(policy.bind) && policy.paths?.isClosed(pathOf(request)) !== true;
  if (policy.access === "socket" || isFree) return undefined;
  if (OPEN_PATHS.includes(pathOf(request))) return undefined;
  return bearer(request, policy);
}

function isOpen(request: Request, { paths }: GuardPolicy): boolean {
  return paths?.isOpen(pathOf(request)) === true;
}

function pathOf(request: Request): string {
  return routedPath(URL.parse(request.url)?.pathname ?? "");
}

/** Whether only this host can reach an address. */
export function isLoopback(bind: string): boolean {
  return bind === "localhost" || bind === "::1" || /^127(\.\d{1,3}){3}$/.test(bind);
}

/** The token may stand in Proxy-Authorization (RFC 9110, 11.7), where Authorization is for a server behind an app. */
function bearer({ headers }: Request, { token, realm }: GuardPolicy): Problem | undefined {
  const given = ["authorization", "proxy-authorization"].flatMap((name) =>
    /^Bearer +([\x21-\x7e]+)$/i.exec(headers.get(name) ?? "")?.[1] ?? []
  );
  if (token !== undefined && token !== "" && given.some((one) => equalInConstantTime(one, token))) return undefined;
  return {
    status: 401,
    message: "a valid bearer token is needed",
    hint: "send the content of server.token_file as: Authorization: Bearer TOKEN",
    headers: { "www-authenticate": `Bearer realm="${realm}"` },
  };
}

/** Takes as long for a near miss as for a far one; only the length of `given` shows in the time. */
export function equalInConstantTime(given: string, secret: string): boolean {
  let difference = given.length ^ secret.length;
  for (let at = 0; at < given.length; at++) difference |= given.charCodeAt(at) ^ secret.charCodeAt(at % secret.length);
  return difference === 0;
}

function bodySize(request: Request, { paths }: GuardPolicy): Problem | undefined {
  const most = paths?.isServed(pathOf(request)) ? paths.bodyLimit : CONNECTION_LIMITS.body;
  return Number(request.headers.get("content-length") ?? 0) > most ? tooLong(most) : undefined;
}
