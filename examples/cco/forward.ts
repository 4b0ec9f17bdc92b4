/** Fields that are about one connection and never go further, RFC 9110 7.6.1. */
const HOP_BY_HOP: readonly string[] = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** What a request says to this server alone; the client of the upstream says its own. */
const OWN_FIELDS: readonly string[] = ["host", "content-length", "expect"];

/** The pseudonym of RFC 9110 7.6.3, by which a chain of proxies shows itself. */
const VIA = "1.1 cco";

/** The fields that are meant for the other end: without those of the connection and those that `Connection` names. */
export function endToEnd(headers: Headers): Headers {
  const named = (headers.get("connection") ?? "").split(",").map((name) => name.trim().toLowerCase());
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  return new Headers([...headers].filter(([name]) => !dropped.has(name)));
}

/**
 * The fields of the request to the upstream. Its answer is asked for as it is, not compressed: the client would unpack it,
 * and what is kept would depend on who asked first.
 *
 * @param token that opens this daemon: whoever had to show it here shows it to nobody else
 */
export function requestFields(headers: Headers, token?: string): Headers {
  const kept = endToEnd(headers);
  for (const name of OWN_FIELDS) kept.delete(name);
  if (token !== undefined && bearerOf(headers) === token) kept.delete("authorization");
  kept.set("accept-encoding", "identity");
  kept.append("via", VIA);
  return kept;
}

/** RFC 6750 2.1. */
function bearerOf(headers: Headers): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
}

/** The fields of an upstream's answer for the client of the proxy. */
export function answerFields(headers: Headers): Headers {
  const kept = endToEnd(headers);
  kept.append("via", VIA);
  // A page of somebody else's must not have the daemon's own origin, from which its API can be read.
  kept.append("content-security-policy", "sandbox");
  return kept;
}

/**
 * The address at the upstream.
 *
 * @param upstream address that the paths below the prefix stand for; may have a path of its own
 * @param url of the request, normalized; the first step of its path is the prefix, in whatever spelling: `/prox%79` too
 */
export function targetOf(upstream: string, { pathname, search }: URL): string {
  const slash = pathname.indexOf("/", 1); // Never a count of characters: what is left over would go on the upstream's host.
  return `${upstream.replace(/\/+$/, "")}${slash < 0 ? "/" : pathname.slice(slash)}${search}`;
}
