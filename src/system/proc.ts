const GONE: ReadonlySet<string> = new Set(["ENOENT", "ESRCH", "EACCES", "EPERM", "ENOTDIR"]);

/**
 * What `read` gives, or undefined where /proc hides it from us or the process went away meanwhile. Throws what node throws
 * otherwise: when descriptors run out.
 */
export function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (GONE.has((error as { code?: string }).code ?? "")) return undefined;
    throw error;
  }
}
