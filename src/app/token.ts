import { AppdError, cannot, systemError } from "../base/errors.ts";
import type { Config } from "../schema/appd_schema.ts";
import type { Files } from "../system/files.ts";
import type { Host } from "../system/host.ts";

/** Shortest token that is not guessed, in characters. */
const MIN_LENGTH = 16;

/**
 * The bearer token in a file that only its owner can read.
 *
 * @throws AppdError (config) when it is missing, readable by others, too short, or nothing that a client can send
 */
export function readToken(files: Files, path: string, uid: number): string {
  const hint = `make one: (umask 077; head -c 32 /dev/urandom | base64 > "${path}")`;
  const stat = files.stat(path);
  if (stat === undefined) throw cannot(["read token file", path], "it does not exist", { exit: "config", hint });
  if (stat.kind !== "file") throw cannot(["read token file", path], `it is a ${stat.kind}`, { exit: "config", hint });
  if ((stat.mode & 0o077) !== 0) {
    throw cannot(["trust token file", path], "others can read it", {
      exit: "config",
      hint: `close it: chmod 600 "${path}"`,
    });
  }
  if (uid === 0 && stat.uid !== 0) {
    throw cannot(["trust token file", path], `it belongs to user ${stat.uid}, and we are root`, {
      exit: "noPermission",
    });
  }
  const token = readText(files, path).trim();
  const cause = token.length < MIN_LENGTH
    ? `the token has less than ${MIN_LENGTH} characters`
    : /[^\x21-\x7e]/.test(token)
    ? "the token has to be one word of ASCII characters, as a client sends it"
    : undefined;
  if (cause !== undefined) throw cannot(["use token file", path], cause, { exit: "config", hint });
  return token;
}

/** The file of the token; undefined where none is named, or nobody presents it: a control socket asks for none. */
export function tokenFileOf({ server: { port, tokenFile } }: Pick<Config, "server">): string | undefined {
  return port === 0 ? undefined : tokenFile;
}

/**
 * The token that a daemon with this configuration asks for over TCP; undefined when it names none, or listens on no port.
 *
 * @throws AppdError as {@link readToken}
 */
export function tokenOf(
  config: Pick<Config, "server">,
  { files, host }: { readonly files: Files; readonly host: Pick<Host, "uid"> },
): string | undefined {
  const path = tokenFileOf(config);
  return path === undefined ? undefined : readToken(files, path, host.uid);
}

/** What {@link tokenOf} would refuse, for somebody who only asks. */
export function tokenWarnings(...asked: Parameters<typeof tokenOf>): string[] {
  try {
    tokenOf(...asked);
    return [];
  } catch (error) {
    if (!(error instanceof AppdError)) throw error;
    return [`the daemon does not start: ${error.message}${error.hint === undefined ? "" : `; ${error.hint}`}`];
  }
}

function readText(files: Files, path: string): string {
  try {
    return files.readText(path);
  } catch (error) {
    throw systemError(["read token file", path], error);
  }
}
