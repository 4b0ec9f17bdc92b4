import { type Kind, show } from "./kind.ts";
import { text } from "./kinds.ts";

/** Where something listens; an IPv6 address has no brackets. */
export interface Endpoint {
  readonly hostname: string;
  readonly port: number;
}

/** Host of a port that stands alone. */
const HERE = "127.0.0.1";

/** `host:port`, `[::1]:port`, or a port of this host. */
export function endpoint(): Kind<Endpoint> {
  const json = {
    anyOf: [{ type: "string", pattern: "^(\\[[0-9a-fA-F:.]+\\]|[^\\s:/]+):[0-9]{1,5}$" }, {
      type: "integer",
      minimum: 1,
      maximum: 65535,
    }],
  };
  return {
    label: "host:port or port",
    json,
    fromText: (given) => /^\d{1,5}$/.test(given) ? Number(given) : given,
    read(raw, reading) {
      const found = typeof raw === "number" ? { hostname: HERE, port: raw } : endpointOf(raw);
      if (found && Number.isInteger(found.port) && found.port >= 1 && found.port <= 65535) return found;
      const cause = found ? "and ports are 1 to 65535" : "expected host:port or a port number";
      const meant = typeof raw === "string" && /^\d+$/.test(raw);
      reading.flaw(`is ${show(raw)}, ${cause}`, {
        hint: meant ? `write it without quotes: ${raw}` : 'such as "127.0.0.1:5432", "[::1]:5432" or 5432',
      });
    },
  };
}

function endpointOf(raw: unknown): Endpoint | undefined {
  const match = typeof raw === "string" ? /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+)):(\d{1,9})$/.exec(raw) : null;
  return match ? { hostname: match[1] ?? match[2] ?? "", port: Number(match[3]) } : undefined;
}

/** Options of {@link webAddress}. */
export interface WebAddressOptions {
  readonly example: string;
  /** The address itself lets in who knows it: no message shows it. */
  readonly secret?: boolean;
}

/** An address that a request over HTTP or HTTPS can be sent to, as text. */
export function webAddress({ example, secret = false }: WebAddressOptions): Kind<string> {
  const plain = text({ label: "URL", expected: "a URL" });
  return {
    ...plain,
    json: { type: "string", pattern: "^https?://" },
    read(raw, reading) {
      if (typeof raw === "string" && isWebAddress(raw)) {
        if (!hasPassword(raw)) return raw;
        // What can be seen on the line would be seen in messages too.
        return void reading.flaw("has a user name or a password in it, which are not sent", {
          hint: "take what stands before the @ out",
        });
      }
      const shown = secret ? "is no URL" : `is ${show(raw)}, which is no URL`;
      const near = typeof raw === "string" && !secret ? meantAddress(raw) : undefined;
      reading.flaw(`${shown} that begins with http:// or https://`, {
        hint: near === undefined ? `such as "${example}"` : `did you mean "${near}"?`,
      });
    },
  };
}

function isWebAddress(raw: string): boolean {
  return /^https?:\/\/[^/]/i.test(raw) && !/\s/.test(raw) && URL.canParse(raw);
}

function hasPassword(raw: string): boolean {
  const { username, password } = new URL(raw);
  return username !== "" || password !== "";
}

/** `127.0.0.1:80/x` and `//127.0.0.1:80/x` with what they lack. */
function meantAddress(raw: string): string | undefined {
  const meant = `http://${raw.replace(/^(:?\/\/|:(?=\d))/, (lead) => lead === ":" ? `${HERE}:` : "")}`;
  const plausible = !/^[a-z]+:\/\//i.test(raw) && /[.:]|^localhost/.test(raw);
  return plausible && isWebAddress(meant) && !hasPassword(meant) ? meant : undefined;
}
