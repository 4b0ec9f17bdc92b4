/** How the servers' own names look under the gateway's roof, and back. Two servers can never have one name there. */

/** A small letter first, so that it can begin a URI; no `_` and no `+`, so that what follows is always told apart. */
export const SERVER_NAME = /^[a-z][a-z0-9-]{0,31}$/;

/** Whose something is, and what its server calls it. */
export interface Owned {
  readonly server: string;
  readonly own: string;
}

/** A tool's or prompt's name under the roof: `docs__search`. */
export function roofName({ server, own }: Owned): string {
  return `${server}__${own}`;
}

/** Undefined for a name that the gateway never gave. */
export function ownerOfName(name: string): Owned | undefined {
  return parted(name, name.indexOf("__"), 2);
}

/** A resource's URI, or a template of URIs, under the roof: `docs+file:///readme.md`, a scheme as RFC 3986 3.1 has it. */
export function roofUri({ server, own }: Owned): string {
  return `${server}+${own}`;
}

/** Undefined for a URI that the gateway never gave. */
export function ownerOfUri(uri: string): Owned | undefined {
  return parted(uri, uri.indexOf("+"), 1);
}

function parted(text: string, at: number, width: number): Owned | undefined {
  const server = text.slice(0, Math.max(0, at));
  const own = text.slice(at + width);
  return SERVER_NAME.test(server) && own !== "" ? { server, own } : undefined;
}
