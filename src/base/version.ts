/** Stamped by scripts/compile.sh into the bundle; a run from source says `dev`. */
export const BUILD = { version: "0.1.0", commit: "__APPD_COMMIT__" } as const;

/** `0.1.0 (abc1234)`, or `0.1.0 (dev)` when run from source: the version of a product and the commit it was built from. */
export function versionText({ version }: { readonly version: string }): string {
  return `${version} (${BUILD.commit.startsWith("__") ? "dev" : BUILD.commit})`;
}
