/** Stamped by scripts/compile.sh into the bundle; a run from source says `dev`. */
export const BUILD = { version: "0.1.0", commit: "__APPD_COMMIT__" } as const;

/**
 * The version of a product and the commit it was built from: `0.1.0 (abc1234)`, `0.1.0 (kit abc1234)` for an app that is in
 * no repository, where only the kit's commit is known, and `0.1.0 (dev)` when run from source.
 */
export function versionText({ version }: { readonly version: string }): string {
  return `${version} (${BUILD.commit.startsWith("__") ? "dev" : BUILD.commit})`;
}
