/** The variables of an `env_file`, or the number of the first line (from 1) that is none. */
export type EnvFile = { readonly variables: Record<string, string> } | { readonly line: number };

/**
 * Reads `KEY=value` lines as systemd.exec(5) does for EnvironmentFile=, in its plain form: blank lines and lines beginning
 * with `#` or `;` are passed over, one pair of quotes around a value is taken off, nothing is expanded.
 */
export function parseEnvFile(text: string): EnvFile {
  const variables: Record<string, string> = {};
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const match = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line);
    if (!match?.[1]) return { line: index + 1 };
    variables[match[1]] = unquoted(match[2] ?? "");
  }
  return { variables };
}

function unquoted(value: string): string {
  const quote = value[0];
  return value.length >= 2 && (quote === '"' || quote === "'") && value.endsWith(quote) ? value.slice(1, -1) : value;
}
