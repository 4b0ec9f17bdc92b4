import { isTimezone, nearestTimezone } from "../base/timezone.ts";
import { type Kind, show } from "./kind.ts";
import { text } from "./kinds.ts";

/**
 * A file mode creation mask as umask(2) takes it, as text in octal: `"027"`. A number is refused: nobody can tell whether
 * `22` was meant in octal, as every shell has it, and TOML's `0o022` has become 18 by the time that it is read.
 */
export function umask(): Kind<number> {
  return {
    label: "octal mask",
    json: { type: "string", pattern: "^0?[0-7]{3}$" },
    fromText: (given) => given,
    read(raw, reading) {
      if (typeof raw === "string" && /^0?[0-7]{3}$/.test(raw)) return parseInt(raw, 8);
      const what = typeof raw === "number" ? "a number" : show(raw);
      reading.flaw(`is ${what}, expected an octal mask in quotes`, { hint: 'write it as "022"' });
    },
  };
}

/** Largest user or group number: the one above means "no change" to chown(2) and setuid(2). */
const MAX_ID = 2 ** 32 - 2;

/** A user or a group, by name or by number; always as text. Whether it exists is not known here. */
export function account(what: "user" | "group"): Kind<string> {
  const plain = text({
    label: "name or number",
    pattern: /^[^\s:\/-][^\s:\/]*$/,
    expected: `the name or the number of a ${what}`,
  });
  return {
    ...plain,
    json: { anyOf: [plain.json, { type: "integer", minimum: 0, maximum: MAX_ID }] },
    read(raw, reading) {
      const number = typeof raw === "string" && /^\d+$/.test(raw) ? Number(raw) : raw;
      if (typeof number !== "number") return plain.read(raw, reading);
      if (Number.isInteger(number) && number >= 0 && number <= MAX_ID) return String(number);
      reading.flaw(`is ${show(raw)}, expected the name or the number of a ${what}`, {
        hint: `a number is 0 to ${MAX_ID}`,
      });
    },
  };
}

/** An IPv4 or IPv6 address, or `localhost`; brackets around IPv6 are taken off. */
export function address(): Kind<string> {
  const plain = text({ label: "IP address", expected: "an IP address or localhost" });
  return {
    ...plain,
    read(raw, reading) {
      const given = plain.read(raw, reading)?.replace(/^\[(.*)\]$/, "$1");
      if (given === undefined || given === "localhost" || isIPv4(given) || isIPv6(given)) return given;
      const withPort = /^(.+):\d+$/.test(given);
      const hint = withPort ? "the port is a setting of its own: port" : "such as 127.0.0.1, ::1 or 0.0.0.0";
      reading.flaw(`is ${show(given)}, expected an IP address or localhost`, { hint });
    },
  };
}

function isIPv4(given: string): boolean {
  const parts = given.split(".");
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

function isIPv6(given: string): boolean {
  return /^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(given) && URL.canParse(`http://[${given}]/`);
}

/** Whether only processes of this host can reach a listener on `given`, as {@link address} reads it. */
export function isLoopback(given: string): boolean {
  return given === "localhost" || given.startsWith("127.") || /^(0{0,4}:){2,7}0{0,3}1$/.test(given);
}

/** A time zone of the IANA database, as the runtime knows it. */
export function timezone(): Kind<string> {
  const plain = text({ label: "IANA time zone", expected: "an IANA time zone" });
  return {
    ...plain,
    read(raw, reading) {
      const given = plain.read(raw, reading);
      if (given === undefined || isTimezone(given)) return given;
      const near = nearestTimezone(given);
      const hint = near === undefined ? 'such as "Europe/Berlin" or "UTC"' : `did you mean "${near}"?`;
      reading.flaw(`is ${show(given)}, which is no time zone`, { hint });
    },
  };
}
